import { Button, Field, Notice } from '@uxflow/ui';
import { LogIn } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { KeysGate } from '../keys/KeysGate.tsx';
import { useBusy } from '../../../forms/useBusy.ts';

/** Joins an encrypted workspace by the link that a colleague has sent. */
export function JoinForm({ onJoined }: { onJoined: (workspaceId: string) => void }) {
  const text = useText();
  const { api, keys } = useServices();
  const hasKeys = useStore(keys, (state) => state.keys?.account.state === 'here');
  const [link, setLink] = useState('');
  const [joined, setJoined] = useState<{ workspaceId: string; isOpen: boolean } | null>(null);
  const busy = useBusy();
  if (joined) {
    return (
      <>
        <Notice tone={joined.isOpen ? 'success' : 'info'}>{text(joined.isOpen ? 'join.done' : 'join.waits')}</Notice>
        <Button className="share__start" variant="primary" onClick={() => onJoined(joined.workspaceId)}>
          {text('workspace.tab.people')}
        </Button>
      </>
    );
  }
  return (
    <ActionForm
      busy={busy}
      className="share__form"
      testId="join-form"
      onSubmit={async () => setJoined(await api.keys.join({ link: link.trim() }))}
      foot={
        <Button type="submit" variant="primary" icon={<LogIn />} disabled={busy.isBusy || !link.trim() || !hasKeys}>
          {text('join.now')}
        </Button>
      }
    >
      <p>{text('join.text')}</p>
      <KeysGate />
      <Field label={text('join.link')}>{(id) => <textarea id={id} className="input mono" rows={3} value={link} maxLength={1000} autoCapitalize="off" spellCheck={false} onChange={(event) => setLink(event.target.value)} />}</Field>
    </ActionForm>
  );
}
