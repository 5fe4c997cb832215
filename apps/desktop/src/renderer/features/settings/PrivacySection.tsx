import type { Settings } from '@uxflow/core/api';
import { Button, Field, IconButton, Notice, Switch } from '@uxflow/ui';
import { Plus, Server, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { hostEntryOf, hostOf, isRefusedLocally } from './hosts.ts';
import { Section } from './Section.tsx';

/** Where the app may connect to: the local-only switch and the machines that count as local. */
export function PrivacySection({ settings, change }: { settings: Settings; change: (part: Partial<Settings>) => void }) {
  const text = useText();
  const { localOnly, onPremiseHosts, model } = settings;
  const isBlocked = localOnly && model.provider !== 'rules' && isRefusedLocally(model.baseUrl, onPremiseHosts);
  return (
    <Section id="privacy" title={text('settings.privacy')}>
      <Switch label={text('settings.localOnly')} hint={text('settings.localOnlyText')} checked={localOnly} onCommit={(next) => change({ localOnly: next })} />
      {isBlocked ? <Notice tone="warning">{text('settings.localOnlyBlocks', { host: hostOf(model.baseUrl) })}</Notice> : null}
      <HostList hosts={onPremiseHosts} onChange={(hosts) => change({ onPremiseHosts: hosts })} />
    </Section>
  );
}

function HostList({ hosts, onChange }: { hosts: readonly string[]; onChange: (hosts: string[]) => void }) {
  const text = useText();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const add = () => {
    const entry = hostEntryOf(typed);
    if (entry === null) return setProblem(text('settings.hostInvalid', { host: typed.trim() }));
    if (hosts.includes(entry)) return setProblem(text('settings.hostKnown', { host: entry }));
    setProblem(null);
    setTyped('');
    onChange([...hosts, entry]);
  };
  return (
    <div className="settings__hosts">
      <h3>{text('settings.hosts')}</h3>
      <p className="settings__faint">{text('settings.hostsText')}</p>
      {hosts.length === 0 ? (
        <p className="settings__muted">{text('settings.hostsNone')}</p>
      ) : (
        <ul className="settings__host-list">
          {hosts.map((host) => (
            <li key={host}>
              <Server aria-hidden />
              <span>{host}</span>
              <IconButton
                size="small"
                label={text('settings.hostRemove', { host })}
                icon={<X />}
                onClick={() => {
                  onChange(hosts.filter((other) => other !== host));
                  input.current?.focus();
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <Field label={text('settings.hostNew')} isLabelHidden hint={problem} isError={problem !== null}>
        {(id) => (
          <div className="settings__row settings__row--tight">
            <input
              ref={input}
              id={id}
              className="input"
              value={typed}
              placeholder="llm.example.com:8080"
              spellCheck={false}
              autoCapitalize="off"
              aria-invalid={problem !== null}
              onChange={(event) => {
                setTyped(event.target.value);
                setProblem(null);
              }}
              onKeyDown={(event) => event.key === 'Enter' && typed.trim() && add()}
            />
            <Button icon={<Plus />} disabled={!typed.trim()} onClick={add}>
              {text('settings.hostAdd')}
            </Button>
          </div>
        )}
      </Field>
    </div>
  );
}
