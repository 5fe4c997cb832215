import type { McpServerView } from '@uxflow/core/api';
import { Badge, Button, EmptyState, IconButton, Notice, Spinner, Switch } from '@uxflow/ui';
import { Pencil, Plug, Plus, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { ConsentChoice } from './ConsentChoice.tsx';
import { Section } from './Section.tsx';
import { ServerForm } from './ServerForm.tsx';
import './connectionsSection.css';

const TONES = { ready: 'success', failed: 'error', connecting: 'info', idle: undefined, off: undefined } as const;

/** The person's own MCP servers, whose tools the UX expert may use. */
export function ServersSection() {
  const text = useText();
  const { mcp: store } = useServices();
  const servers = useStore(store, (state) => state.mcp?.servers) ?? [];
  const [editing, setEditing] = useState<string | 'new' | null>(null);
  return (
    <Section
      id="servers"
      title={text('settings.servers')}
      text={text('server.text')}
      actions={
        editing === 'new' ? undefined : (
          <Button icon={<Plus />} onClick={() => setEditing('new')}>
            {text('server.add')}
          </Button>
        )
      }
    >
      {editing === 'new' ? <ServerForm onDone={() => setEditing(null)} /> : null}
      {servers.length === 0 && editing !== 'new' ? (
        <EmptyState icon={<Plug aria-hidden />} title={text('server.none')}>
          {text('server.noneText')}
        </EmptyState>
      ) : null}
      {servers.map((server) => (editing === server.id ? <ServerForm key={server.id} server={server} onDone={() => setEditing(null)} /> : <ServerCard key={server.id} server={server} onEdit={() => setEditing(server.id)} />))}
    </Section>
  );
}

function ServerCard({ server, onEdit }: { server: McpServerView; onEdit: () => void }) {
  const text = useText();
  const { api } = useServices();
  const { failure, run } = useBusy();
  const [isRemoving, setRemoving] = useState(false);
  const { id, name, isOn, transport, consent, status, error, tools } = server;
  const place = transport.kind === 'http' ? transport.url : [transport.command, ...transport.args].join(' ');
  return (
    <div className="settings__server" data-testid="mcp-server" data-status={status}>
      <div className="settings__server-head">
        <div className="settings__grow">
          <strong>{name}</strong> <Badge {...(TONES[status] ? { tone: TONES[status] } : {})}>{text(`server.status.${status}`)}</Badge>
          <div className="settings__place" title={place}>
            <code>{place}</code>
          </div>
        </div>
        {status === 'connecting' ? <Spinner label={text('server.status.connecting')} /> : null}
        <IconButton label={text('server.check', { name })} icon={<RefreshCw />} disabled={!isOn || status === 'connecting'} onClick={() => run(() => api.mcp.checkServer({ serverId: id }))} />
        <IconButton label={text('server.edit', { name })} icon={<Pencil />} onClick={onEdit} />
        <IconButton label={text('server.remove', { name })} icon={<Trash2 />} onClick={() => setRemoving(true)} />
      </div>
      {isRemoving ? (
        <Notice tone="warning">
          <p>{text('server.removeAsk', { name })}</p>
          <div className="settings__row">
            <Button size="small" variant="danger" onClick={() => run(() => api.mcp.removeServer({ serverId: id }))}>
              {text('server.removeYes')}
            </Button>
            <Button size="small" variant="ghost" onClick={() => setRemoving(false)}>
              {text('cancel')}
            </Button>
          </div>
        </Notice>
      ) : null}
      <Switch label={text('server.on')} checked={isOn} onCommit={(next) => run(() => api.mcp.saveServer({ serverId: id, name, isOn: next, transport, consent }))} />
      <FailureNotice failure={failure} />
      <FailureNotice failure={error} />
      {isOn && tools.length > 0 ? (
        <details className="settings__details">
          <summary>{text('server.tools', { count: tools.length })}</summary>
          <p className="settings__faint">{text('server.toolsText')}</p>
          <ul className="settings__tool-list">
            {tools.map((tool) => (
              <li key={tool.name}>
                <div>
                  <strong>{tool.title ?? tool.name}</strong> {tool.hasChanged ? <Badge tone="warning">{text('server.toolChanged')}</Badge> : null}
                  <span className="settings__faint settings__said">{tool.description}</span>
                </div>
                <ConsentChoice label={text('mcp.consentFor', { tool: tool.title ?? tool.name })} value={tool.consent} isRisky onCommit={(next) => run(() => api.mcp.setServerConsent({ serverId: id, tool: tool.name, consent: next }))} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
