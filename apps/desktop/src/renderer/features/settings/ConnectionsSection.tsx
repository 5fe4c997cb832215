import { AppError } from '@uxflow/core';
import type { McpState } from '@uxflow/core/api';
import { Button, Spinner, Switch } from '@uxflow/ui';
import { KeyRound, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { ClientConfig, type ClientWay } from './ClientConfig.tsx';
import { ConsentTable } from './ConsentTable.tsx';
import { EnteredField } from './EnteredField.tsx';
import { Section } from './Section.tsx';
import { ToolCalls } from './ToolCalls.tsx';
import './connectionsSection.css';

/** The door for other agents of this computer: switch, way in, what each tool may do, and who came. */
export function ConnectionsSection() {
  const text = useText();
  const { api, mcp: store } = useServices();
  const mcp = useStore(store, (state) => state.mcp);
  const [token, setToken] = useState<string | null>(null);
  const [chosen, setWay] = useState<ClientWay>('command');
  const { isBusy, failure, run } = useBusy();
  const set = async (change: { isOn?: boolean; port?: number }) => {
    const answer = await api.mcp.set(change);
    if (answer.token) setToken(answer.token);
  };
  const setPort = async (value: string) => {
    const port = /^\d{4,5}$/.test(value) ? Number(value) : 0;
    if (port < 1024 || port > 65535) throw new AppError('MCP_PORT_INVALID', text('mcp.portInvalid'), {});
    await set({ port });
  };
  if (!mcp) {
    return (
      <Section id="connections" title={text('settings.connections')}>
        <Spinner label={text('loading')} />
      </Section>
    );
  }
  const way = mcp.command ? chosen : 'http';
  return (
    <Section id="connections" title={text('settings.connections')} text={text('mcp.text')}>
      <Switch label={text('mcp.switch')} hint={text('mcp.switchText')} checked={mcp.isOn} disabled={isBusy} onCommit={(isOn) => run(() => set({ isOn }))} />
      <FailureNotice failure={failure} />
      {mcp.isOn && mcp.error ? <FailureNotice failure={mcp.error} /> : null}
      {mcp.isOn ? (
        <>
          <ClientConfig mcp={mcp} token={token} way={way} onWay={setWay} />
          {way === 'http' ? <TokenLine mcp={mcp} isFresh={token !== null} isBusy={isBusy} onNew={() => run(async () => setToken((await api.mcp.renewToken()).token))} onRevoke={() => run(async () => (await api.mcp.revokeToken(), setToken(null)))} /> : null}
          {way === 'http' || mcp.error ? <div className="settings__short">
            <EnteredField label={text('mcp.port')} hint={text('mcp.portText')} value={String(mcp.port)} onCommit={(value) => run(() => setPort(value))} />
          </div> : null}
          <ConsentTable tools={mcp.tools} onChange={(tool, consent) => run(() => api.mcp.setConsent({ tool, consent }))} />
        </>
      ) : null}
      {mcp.isOn || mcp.calls.length > 0 ? <ToolCalls calls={mcp.calls} onClear={() => run(() => api.mcp.clearCalls())} /> : null}
    </Section>
  );
}

interface TokenLineProps {
  mcp: McpState;
  /** True while the token can still be seen on this screen. */
  isFresh: boolean;
  isBusy: boolean;
  onNew: () => void;
  onRevoke: () => void;
}

function TokenLine({ mcp, isFresh, isBusy, onNew, onRevoke }: TokenLineProps) {
  const text = useText();
  const language = useLanguage();
  const when = mcp.tokenMadeAt === undefined ? '' : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(mcp.tokenMadeAt);
  return (
    <div className="settings__tokens">
      <h3>{text('mcp.token')}</h3>
      <p className="settings__muted">{mcp.tokenMadeAt === undefined ? text('mcp.tokenNone') : isFresh ? text('mcp.tokenFresh') : text('mcp.tokenHidden', { when })}</p>
      <div className="settings__row">
        <Button icon={<KeyRound />} disabled={isBusy} onClick={onNew}>
          {text('mcp.tokenNew')}
        </Button>
        {mcp.tokenMadeAt === undefined ? null : (
          <Button variant="ghost" icon={<Trash2 />} disabled={isBusy} onClick={onRevoke}>
            {text('mcp.tokenRevoke')}
          </Button>
        )}
      </div>
    </div>
  );
}
