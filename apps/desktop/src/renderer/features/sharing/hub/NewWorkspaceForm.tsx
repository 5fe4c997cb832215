import type { RemoteWorkspace } from '@uxflow/core/api';
import { Button, Field } from '@uxflow/ui';
import { Lock, Users } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { HiddenTable } from '../keys/HiddenTable.tsx';
import { KeysGate } from '../keys/KeysGate.tsx';
import { useBusy } from '../../../forms/useBusy.ts';

/** Makes a workspace: its name, and whether the server can read what is in it. */
export function NewWorkspaceForm({ submit, onMade }: { /** What the button says. */ submit?: string; onMade: (workspace: RemoteWorkspace) => Promise<unknown> | void }) {
  const text = useText();
  const { api, keys } = useServices();
  const hasKeys = useStore(keys, (state) => state.keys?.account.state === 'here');
  const [name, setName] = useState('');
  const [isSealed, setSealed] = useState(false);
  const busy = useBusy();
  const kinds = [
    { isSealed: false, icon: <Users />, title: text('newWorkspace.plain'), says: text('newWorkspace.plainText') },
    { isSealed: true, icon: <Lock />, title: text('newWorkspace.sealed'), says: text('newWorkspace.sealedText') },
  ];
  return (
    <ActionForm
      busy={busy}
      className="share__form"
      testId="new-workspace"
      onSubmit={async () => onMade(await api.sync.createWorkspace({ name: name.trim(), encrypted: isSealed }))}
      foot={
        <Button type="submit" variant="primary" disabled={busy.isBusy || !name.trim() || (isSealed && !hasKeys)}>
          {submit ?? text('newWorkspace.create')}
        </Button>
      }
    >
      <Field label={text('newWorkspace.name')}>{(id) => <input id={id} className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field>
      <fieldset className="kind-choice">
        <legend className="field__label">{text('newWorkspace.kind')}</legend>
        {kinds.map((kind) => (
          <label key={String(kind.isSealed)} className="kind-choice__one">
            <input type="radio" name="workspace-kind" checked={isSealed === kind.isSealed} onChange={() => setSealed(kind.isSealed)} />
            {kind.icon}
            <span>
              <strong>{kind.title}</strong>
              <span>{kind.says}</span>
            </span>
          </label>
        ))}
        <p className="share__quiet">{text('newWorkspace.forever')}</p>
      </fieldset>
      {isSealed ? <HiddenTable /> : null}
      {isSealed ? <KeysGate /> : null}
    </ActionForm>
  );
}
