import { Badge, Button, Dialog, IconButton } from '@uxflow/ui';
import { Users } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useText } from '../../i18n/TextContext.tsx';
import { newsIn } from '../../store/inboxStore.ts';
import { useServices } from '../../store/services.ts';
import { HubDialog, type HubStep } from './hub/HubDialog.tsx';
import { JoinForm } from './hub/JoinForm.tsx';
import { NewWorkspaceForm } from './hub/NewWorkspaceForm.tsx';
import { ShareManyDialog } from './ShareManyDialog.tsx';
import { WorkspaceDialog } from './workspace/WorkspaceDialog.tsx';
import './sharing.css';

/** The way to what others share: a button with the number of what is new, and what is behind it. */
export function SharedFlowsButton() {
  const text = useText();
  const { inbox } = useServices();
  const news = useStore(inbox, (state) => newsIn(state.inbox));
  const [step, setStep] = useState<HubStep | null>(null);
  const back = () => setStep({ at: 'hub' });
  const close = () => setStep(null);
  const foot = (
    <>
      <Button onClick={back}>{text('hub.back')}</Button>
      <Button onClick={close}>{text('close')}</Button>
    </>
  );
  return (
    <>
      <span className="news-button">
        <IconButton label={news > 0 ? text('hub.news', { label: text('sync.flows'), count: news }) : text('sync.flows')} icon={<Users />} onClick={back} />
        {news > 0 ? <Badge tone="accent">{news > 99 ? '99+' : news}</Badge> : null}
      </span>
      {step?.at === 'hub' ? <HubDialog goTo={setStep} onClose={close} /> : null}
      {step?.at === 'workspace' ? <WorkspaceDialog workspaceId={step.workspaceId} {...(step.tab ? { tab: step.tab } : {})} onBack={back} onClose={(isGone) => (isGone ? back() : close())} /> : null}
      {step?.at === 'share' ? <ShareManyDialog onBack={back} onClose={close} /> : null}
      {step?.at === 'create' ? (
        <Dialog isWide title={text('newWorkspace.title')} closeLabel={text('close')} onClose={close} foot={foot}>
          <div className="share">
            <NewWorkspaceForm onMade={({ id }) => setStep({ at: 'workspace', workspaceId: id })} />
          </div>
        </Dialog>
      ) : null}
      {step?.at === 'join' ? (
        <Dialog title={text('join.title')} closeLabel={text('close')} onClose={close} foot={foot}>
          <div className="share">
            <JoinForm onJoined={(workspaceId) => setStep({ at: 'workspace', workspaceId })} />
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
