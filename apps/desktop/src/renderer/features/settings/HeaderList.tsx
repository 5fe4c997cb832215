import { Button, Field, IconButton } from '@uxflow/ui';
import { Plus, Tag, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';

/** Further headers of a connection: their values can be entered and replaced, never read. */
export function HeaderList({ names, isSaving, onChange }: { names: readonly string[]; isSaving: boolean; onChange: (name: string, value: string | null) => Promise<boolean> }) {
  const text = useText();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const first = useRef<HTMLInputElement>(null);
  const isReady = name.trim() !== '' && value.trim() !== '' && !isSaving;
  const add = async () => {
    if (!(await onChange(name, value))) return;
    setName('');
    setValue('');
    first.current?.focus();
  };
  const onEnter = (event: { key: string }) => event.key === 'Enter' && isReady && void add();
  const common = { className: 'input', autoComplete: 'off', autoCapitalize: 'off', spellCheck: false, disabled: isSaving, onKeyDown: onEnter } as const;
  return (
    <div className="settings__part" role="group" aria-label={text('settings.headers')}>
      <h3>{text('settings.headers')}</h3>
      <p className="settings__faint">{text('settings.headersText')}</p>
      {names.length ? (
        <ul className="settings__host-list">
          {names.map((kept) => (
            <li key={kept}>
              <Tag aria-hidden />
              <span>{kept}</span>
              <IconButton
                size="small"
                label={text('settings.headerRemove', { name: kept })}
                icon={<X />}
                disabled={isSaving}
                onClick={() => {
                  void onChange(kept, null);
                  first.current?.focus();
                }}
              />
            </li>
          ))}
        </ul>
      ) : null}
      <div className="settings__columns settings__columns--action">
        <Field label={text('settings.headerName')}>{(id) => <input {...common} ref={first} id={id} placeholder="X-Team" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={text('settings.headerValue')}>{(id) => <input {...common} id={id} type="password" value={value} onChange={(event) => setValue(event.target.value)} />}</Field>
        <Button icon={<Plus />} disabled={!isReady} onClick={() => void add()}>
          {text('settings.headerAdd')}
        </Button>
      </div>
    </div>
  );
}
