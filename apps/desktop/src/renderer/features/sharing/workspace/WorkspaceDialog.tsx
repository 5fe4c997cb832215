import type { WorkspaceDetail } from '@uxflow/core/api';
import { Button, Dialog, Segmented, Spinner } from '@uxflow/ui';
import { KeyRound, Settings, Users } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { WorkspaceKeys } from '../keys/WorkspaceKeys.tsx';
import { WorkspacePeople } from './WorkspacePeople.tsx';
import { WorkspaceSettings } from './WorkspaceSettings.tsx';
import '../sharing.css';

export type WorkspaceTab = 'people' | 'keys' | 'settings';

/** A workspace: its people, its encryption, its settings. `onClose` gets true when this person is not in it any more. */
export function WorkspaceDialog({ workspaceId, tab: first = 'people', onBack, onClose }: { workspaceId: string; tab?: WorkspaceTab; onBack?: () => void; onClose: (isGone: boolean) => void }) {
  const text = useText();
  const { api } = useServices();
  const [detail, setDetail] = useState<WorkspaceDetail | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [tab, setTab] = useState<WorkspaceTab>(first);
  const reload = useCallback(
    () =>
      api.workspaces.get({ workspaceId }).then((found) => {
        setDetail(found);
        setFailure(null);
      }, setFailure),
    [api, workspaceId],
  );
  useEffect(() => void reload(), [reload]);
  const tabs = [
    { value: 'people' as const, label: text('workspace.tab.people'), icon: <Users /> },
    ...(detail?.encrypted ? [{ value: 'keys' as const, label: text('workspace.tab.keys'), icon: <KeyRound /> }] : []),
    { value: 'settings' as const, label: text('workspace.tab.settings'), icon: <Settings /> },
  ];
  return (
    <Dialog
      isWide
      title={detail?.name ?? text('sync.workspace')}
      closeLabel={text('close')}
      onClose={() => onClose(false)}
      foot={
        <>
          {onBack ? <Button onClick={onBack}>{text('hub.back')}</Button> : null}
          <Button onClick={() => onClose(false)}>{text('close')}</Button>
        </>
      }
    >
      <div className="share" data-testid="workspace-dialog">
        <FailureNotice failure={failure} />
        {!detail && !failure ? <Spinner label={text('loading')} /> : null}
        {detail ? (
          <>
            <Segmented label={text('workspace.tabs')} value={tab} choices={tabs} onCommit={setTab} />
            {tab === 'people' ? <WorkspacePeople detail={detail} onChanged={reload} onKeys={() => setTab('keys')} onSettings={() => setTab('settings')} /> : null}
            {tab === 'keys' ? <WorkspaceKeys workspaceId={workspaceId} /> : null}
            {tab === 'settings' ? <WorkspaceSettings detail={detail} onChanged={reload} onGone={() => onClose(true)} /> : null}
          </>
        ) : null}
      </div>
    </Dialog>
  );
}
