import { errorInfo, type ErrorInfo } from '@uxflow/core';
import { Button, Field } from '@uxflow/ui';
import { KeyRound, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { hostOf } from './hosts.ts';

type Strength = 'keychain' | 'file' | 'session';

/** The key of an endpoint: it can be entered, replaced and removed, never read. Give it a key by the address: what is typed for one must not be kept for the next. */
export function KeyField({ baseUrl, title, onChanged }: { baseUrl: string; /** Who answers nobody without a key. */ title?: string | undefined; onChanged: () => void }) {
  const text = useText();
  const { api, toasts } = useServices();
  const [status, setStatus] = useState<{ present: boolean; strength: Strength } | null>(null);
  const [typed, setTyped] = useState('');
  const [isSaving, setSaving] = useState(false);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);

  useEffect(() => {
    let isCurrent = true;
    api.models.keyStatus({ baseUrl }).then(
      (next) => isCurrent && setStatus(next),
      (error: unknown) => isCurrent && setFailure(errorInfo(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, baseUrl]);

  const keep = (key: string | null) => {
    setSaving(true);
    setFailure(null);
    api.models
      .setKey({ baseUrl, key })
      .then(({ strength }) => {
        setStatus({ present: key !== null, strength });
        setTyped('');
        toasts.getState().show({ text: text(key === null ? 'settings.keyRemoved' : 'settings.keySaved', { host: hostOf(baseUrl) }) });
        onChanged();
      })
      .catch((error: unknown) => setFailure(errorInfo(error)))
      .finally(() => setSaving(false));
  };

  return (
    <div className="settings__key" role="group" aria-label={text('settings.key')}>
      <Field label={text(status?.present ? 'settings.keyReplace' : 'settings.keyNew')} hint={status ? status.present ? text('settings.keyKept') : title ? text('settings.keyNeeded', { title }) : text('settings.keyNone') : null}>
        {(id) => (
          <div className="settings__row settings__row--tight">
            <input
              id={id}
              className="input"
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              disabled={isSaving}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => event.key === 'Enter' && typed.trim() && keep(typed)}
            />
            <Button icon={<KeyRound />} disabled={isSaving || !typed.trim()} onClick={() => keep(typed)}>
              {text('settings.keySave')}
            </Button>
            {status?.present ? (
              <Button variant="danger" icon={<Trash2 />} disabled={isSaving} onClick={() => keep(null)}>
                {text('settings.keyRemove')}
              </Button>
            ) : null}
          </div>
        )}
      </Field>
      {status ? <p className="settings__faint">{text(status.present ? 'settings.keptIn' : 'settings.keepIn', { place: text(`strength.${status.strength}`) })}</p> : null}
      <FailureNotice failure={failure} />
    </div>
  );
}
