import { AppError } from '@uxflow/core';
import type { McpConsent, McpServerView, McpTransport } from '@uxflow/core/api';
import { Button, Field, Notice, Segmented, SelectField } from '@uxflow/ui';
import { useState } from 'react';
import { ActionForm } from '../../forms/ActionForm.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { secretChanges, splitCommand, joinCommand } from './serverDraft.ts';

/** Adds one of the person's servers, or changes it. Nothing is kept before it is saved. */
export function ServerForm({ server, onDone }: { server?: McpServerView; onDone: () => void }) {
  const text = useText();
  const { api } = useServices();
  const [name, setName] = useState(server?.name ?? '');
  const [kind, setKind] = useState<McpTransport['kind']>(server?.transport.kind ?? 'stdio');
  const [command, setCommand] = useState(server?.transport.kind === 'stdio' ? joinCommand(server.transport) : '');
  const [url, setUrl] = useState(server?.transport.kind === 'http' ? server.transport.url : '');
  const [secrets, setSecrets] = useState('');
  const [consent, setConsent] = useState<McpConsent>(server?.consent ?? 'ask');
  const busy = useBusy();
  const isReady = name.trim() !== '' && (kind === 'stdio' ? command : url).trim() !== '';
  const save = async () => {
    const changes = secretChanges(secrets, server?.transport.kind === kind ? server.secretNames : [], kind);
    if (typeof changes === 'string') throw new AppError('MCP_SECRET_INVALID', `“${changes}” is no name with a value. Nothing was kept; write one NAME=value a line.`, { name: changes });
    const transport: McpTransport = kind === 'http' ? { kind, url: url.trim() } : { kind, ...splitCommand(command) };
    await api.mcp.saveServer({ ...(server ? { serverId: server.id } : {}), name: name.trim(), isOn: server?.isOn ?? true, transport, consent, secrets: changes });
    onDone();
  };
  return (
    <ActionForm
      busy={busy}
      className="settings__server settings__server--form"
      testId="mcp-server-form"
      onSubmit={save}
      foot={
        <div className="settings__row">
          <Button type="submit" variant="primary" disabled={!isReady || busy.isBusy}>
            {text(server ? 'server.save' : 'server.addNow')}
          </Button>
          <Button variant="ghost" onClick={onDone}>
            {text('cancel')}
          </Button>
        </div>
      }
    >
      <Field label={text('server.name')}>
        {(id) => <input id={id} className="input" value={name} maxLength={60} placeholder={text('server.namePlaceholder')} autoFocus={!server} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Segmented<McpTransport['kind']>
        label={text('server.kind')}
        value={kind}
        choices={[
          { value: 'stdio', label: text('server.kindStdio') },
          { value: 'http', label: text('server.kindHttp') },
        ]}
        onCommit={setKind}
      />
      {kind === 'stdio' ? (
        <Field label={text('server.command')} hint={text('server.commandText')}>
          {(id) => <input id={id} className="input settings__mono" value={command} maxLength={5000} placeholder="npx -y @modelcontextprotocol/server-filesystem ~/Research" spellCheck={false} autoCapitalize="off" autoComplete="off" onChange={(event) => setCommand(event.target.value)} />}
        </Field>
      ) : (
        <Field label={text('server.url')} hint={text('server.urlText')}>
          {(id) => <input id={id} className="input settings__mono" value={url} maxLength={2000} placeholder="https://example.com/mcp" spellCheck={false} autoCapitalize="off" autoComplete="off" onChange={(event) => setUrl(event.target.value)} />}
        </Field>
      )}
      <Field label={text(kind === 'stdio' ? 'server.env' : 'server.headers')} hint={server?.secretNames.length && server.transport.kind === kind ? text('server.secretsKept', { names: server.secretNames.join(', ') }) : text('server.secretsText')}>
        {(id) => <textarea id={id} className="input settings__mono" rows={2} value={secrets} placeholder={kind === 'stdio' ? 'API_KEY=…' : 'Authorization: Bearer …'} spellCheck={false} autoComplete="off" onChange={(event) => setSecrets(event.target.value)} />}
      </Field>
      <SelectField<McpConsent>
        label={text('server.consent')}
        value={consent}
        choices={[
          { value: 'ask', label: text('mcp.consent.ask') },
          { value: 'allow', label: text('mcp.consent.allowRisky') },
          { value: 'deny', label: text('mcp.consent.deny') },
        ]}
        onCommit={setConsent}
      />
      {kind === 'stdio' ? <Notice tone="warning">{text('server.commandWarning')}</Notice> : null}
    </ActionForm>
  );
}
