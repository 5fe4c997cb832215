import type { McpState } from '@uxflow/core/api';
import { Button, Notice, Segmented } from '@uxflow/ui';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';

/** How another program reaches the app: by starting a command, or at an address. */
export type ClientWay = 'command' | 'http';

/** What another program needs to know, ready to be pasted into its settings. */
export function ClientConfig({ mcp, token, way, onWay }: { mcp: McpState; token: string | null; way: ClientWay; onWay: (way: ClientWay) => void }) {
  const text = useText();
  const config = clientConfig(mcp, way, token ?? `<${text('mcp.yourToken')}>`);
  return (
    <div className="settings__config">
      <h3>{text('mcp.connect')}</h3>
      {mcp.command ? (
        <Segmented<ClientWay>
          label={text('mcp.connect')}
          value={way}
          choices={[
            { value: 'command', label: text('mcp.wayCommand') },
            { value: 'http', label: text('mcp.wayHttp') },
          ]}
          onCommit={onWay}
        />
      ) : null}
      <p className="settings__muted">{text(way === 'command' ? 'mcp.wayCommandText' : 'mcp.wayHttpText')}</p>
      {way === 'http' && token === null ? <Notice tone="info">{text('mcp.tokenMissing')}</Notice> : null}
      {way === 'http' && token !== null ? <Notice tone="warning">{text('mcp.tokenOnce')}</Notice> : null}
      <div className="settings__snippet">
        <pre tabIndex={0} data-testid="mcp-config">
          {config}
        </pre>
        <CopyButton key={way} text={config} label={text('mcp.copyConfig')} />
      </div>
      {way === 'http' && mcp.address ? (
        <div className="settings__row">
          <code data-testid="mcp-address">{mcp.address}</code>
          <CopyButton text={mcp.address} label={text('mcp.copyAddress')} />
          {token === null ? null : <CopyButton text={token} label={text('mcp.copyToken')} />}
        </div>
      ) : null}
    </div>
  );
}

/** JSON in the form that most clients read. */
export function clientConfig({ command, address, port }: Pick<McpState, 'command' | 'address' | 'port'>, way: ClientWay, token: string): string {
  const server = way === 'command' ? command : { type: 'http', url: address ?? `http://127.0.0.1:${port}/mcp`, headers: { Authorization: `Bearer ${token}` } };
  return JSON.stringify({ mcpServers: { 'ux-flow-engine': server } }, null, 2);
}

function CopyButton({ text: value, label }: { text: string; label: string }) {
  const text = useText();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    navigator.clipboard.writeText(value).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  };
  return (
    <Button size="small" icon={state === 'copied' ? <Check /> : <Copy />} onClick={copy}>
      <span aria-live="polite">{state === 'copied' ? text('mcp.copied') : state === 'failed' ? text('mcp.copyFailed') : label}</span>
    </Button>
  );
}
