import { Button, Field } from '@uxflow/ui';
import { useCallback, useEffect, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFailureToast, useServices } from '../../store/services.ts';

type Strength = 'keychain' | 'file' | 'session';

/** The key of an endpoint: can be written and forgotten, never read. Says how safely it is kept. */
export function KeyField({ baseUrl, secretStrength }: { baseUrl: string; secretStrength: Strength | undefined }) {
  const text = useText();
  const { api } = useServices();
  const fail = useFailureToast();
  const [key, setKey] = useState('');
  const [status, setStatus] = useState<{ present: boolean; strength: Strength } | null>(null);
  const load = useCallback(() => void api.models.keyStatus({ baseUrl }).then(setStatus).catch(() => setStatus(null)), [api, baseUrl]);
  useEffect(() => {
    const timer = setTimeout(load, 300);
    return () => clearTimeout(timer);
  }, [load]);
  const keep = (value: string | null) =>
    void api.models
      .setKey({ baseUrl, key: value })
      .then(() => {
        setKey('');
        load();
      })
      .catch(fail);
  const strength = status?.strength ?? secretStrength;
  return (
    <form
      className="row row--end"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim()) keep(key.trim());
      }}
    >
      <Field label={text('settings.key')} hint={`${status ? text(status.present ? 'settings.keyPresent' : 'settings.keyAbsent') : ''} ${strength ? text(`settings.strength.${strength}`) : ''}`}>
        {(id) => <input id={id} className="input" type="password" autoComplete="off" spellCheck={false} placeholder={text('settings.keyPlaceholder')} value={key} onChange={(event) => setKey(event.target.value)} />}
      </Field>
      <Button type="submit" className="row__lift" disabled={!key.trim()}>
        {text('settings.keySave')}
      </Button>
      {status?.present ? (
        <Button variant="danger" className="row__lift" onClick={() => keep(null)}>
          {text('settings.keyForget')}
        </Button>
      ) : null}
    </form>
  );
}
