import type { EndpointChange, EndpointView } from '@uxflow/core/api';
import { Button, Field } from '@uxflow/ui';
import { Network, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';

type Proxy = NonNullable<EndpointChange['proxy']>;

/** The proxy of a connection: its password can be entered and replaced, never read. Give it a key by what is kept. */
export function ProxyFields({ proxy, isSaving, onChange }: { proxy: EndpointView['proxy']; isSaving: boolean; onChange: (proxy: Proxy | null) => Promise<boolean> }) {
  const text = useText();
  const [url, setUrl] = useState(proxy?.url ?? '');
  const [user, setUser] = useState(proxy?.user ?? '');
  const [password, setPassword] = useState('');
  const isChanged = url.trim() !== (proxy?.url ?? '') || user.trim() !== (proxy?.user ?? '') || password !== '';
  const keep = () => void onChange({ url, user: user.trim(), ...(password ? { password } : {}) });
  const input = (id: string, value: string, set: (value: string) => void, rest: { type?: string; placeholder?: string } = {}) => (
    <input
      id={id}
      className="input"
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      {...rest}
      value={value}
      disabled={isSaving}
      onChange={(event) => set(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && url.trim() && isChanged && keep()}
    />
  );
  return (
    <div className="settings__part" role="group" aria-label={text('settings.proxy')}>
      <h3>{text('settings.proxy')}</h3>
      <p className="settings__faint">{text('settings.proxyText')}</p>
      <Field label={text('settings.proxyAddress')}>{(id) => input(id, url, setUrl, { placeholder: 'http://proxy.example.com:3128' })}</Field>
      <div className="settings__columns">
        <Field label={text('settings.proxyUser')}>{(id) => input(id, user, setUser)}</Field>
        <Field label={text(proxy?.hasPassword ? 'settings.proxyPasswordReplace' : 'settings.proxyPassword')} hint={proxy?.hasPassword ? text('settings.proxyPasswordKept') : null}>
          {(id) => input(id, password, setPassword, { type: 'password' })}
        </Field>
      </div>
      <div className="settings__row">
        <Button icon={<Network />} disabled={isSaving || !url.trim() || !isChanged} onClick={keep}>
          {text('settings.proxyKeep')}
        </Button>
        {proxy ? (
          <Button variant="danger" icon={<Trash2 />} disabled={isSaving} onClick={() => void onChange(null)}>
            {text('settings.proxyRemove')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
