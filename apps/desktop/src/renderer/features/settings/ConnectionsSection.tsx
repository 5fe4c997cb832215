import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { McpState } from '@uxflow/core/api';
import { Button, Spinner, Switch } from '@uxflow/ui';
import { KeyRound, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
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
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run = (act: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(null);
    act()
      .catch((error: unknown) => setFailure(errorInfo(error)))
      .finally(() => setBusy(false));
  };
  const set = (change: { isOn?: boolean; port?: number }) =>
    run(async () => {
      const answer = await api.mcp.set(change);
      if (answer.token) setToken(answer.token);
    });
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
      <Switch label={text('mcp.switch')} hint={text('mcp.switchText')} checked={mcp.isOn} disabled={isBusy} onCommit={(isOn) => set({ isOn })} />
      <FailureNotice failure={failure} />
      {mcp.isOn && mcp.error ? <FailureNotice failure={mcp.error} /> : null}
      {mcp.isOn ? (
        <>
          <ClientConfig mcp={mcp} token={token} way={way} onWay={setWay} />
          {way === 'http' ? <TokenLine mcp={mcp} isFresh={token !== null} isBusy={isBusy} onNew={() => run(async () => setToken((await api.mcp.renewToken()).token))} onRevoke={() => run(async () => (await api.mcp.revokeToken(), setToken(null)))} /> : null}
          {way === 'http' || mcp.error ? <div className="settings__short">
            <EnteredField label={text('mcp.port')} hint={text('mcp.portText')} value={String(mcp.port)} onCommit={(value) => (/^\d{4,5}$/.test(value) && Number(value) >= 1024 && Number(value) <= 65535 ? set({ port: Number(value) }) : setFailure({ code: 'MCP_PORT_INVALID', message: text('mcp.portInvalid'), params: {} }))} />
          </div> : null}
          <ConsentTable tools={mcp.tools} onFailure={setFailure} />
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
