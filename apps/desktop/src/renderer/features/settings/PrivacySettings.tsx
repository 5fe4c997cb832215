import type { ApiClient } from '@uxflow/core/api';
import { Badge, Button, Switch, TextArea } from '@uxflow/ui';
import { RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useFailureToast, useServices, useSettings } from '../../store/services.ts';

type Egress = Awaited<ReturnType<ApiClient['app']['egress']>>;

/** What may leave this computer, and what has. */
export function PrivacySettings() {
  const text = useText();
  const language = useLanguage();
  const { settings, change } = useSettings();
  const { api } = useServices();
  const fail = useFailureToast();
  const [records, setRecords] = useState<Egress | null>(null);
  const load = useCallback(() => void api.app.egress({ limit: 100 }).then(setRecords).catch(fail), [api]);
  useEffect(load, [load]);
  return (
    <>
      <Switch label={text('settings.localOnly')} hint={text('settings.localOnlyHint')} checked={settings.localOnly} onCommit={(localOnly) => change({ localOnly })} />
      <TextArea label={text('settings.onPremise')} hint={text('settings.onPremiseHint')} rows={2} value={settings.onPremiseHosts.join('\n')} onCommit={(value) => change({ onPremiseHosts: value.split(/[\s,]+/).filter(Boolean) })} />
      <div className="settings__ledger-head">
        <h3>{text('settings.egress')}</h3>
        <Button size="small" variant="ghost" icon={<RefreshCw />} onClick={load}>
          {text('settings.egressReload')}
        </Button>
      </div>
      <p className="panel__hint">{text('settings.egressText')}</p>
      {records && records.length === 0 ? <p>{text('settings.egressNone')}</p> : null}
      {records && records.length > 0 ? (
        <div className="table-wrap">
          <table className="table" data-testid="egress">
            <thead>
              <tr>
                {(['when', 'host', 'purpose', 'status', 'size', 'time'] as const).map((column) => (
                  <th key={column} scope="col">
                    {text(`settings.egress.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {records.map((record) => (
                <tr key={record.id}>
                  <td>{new Date(record.startedAt).toLocaleString(language, { dateStyle: 'short', timeStyle: 'medium' })}</td>
                  <td>
                    {record.host}:{record.port}
                  </td>
                  <td>{record.purpose}</td>
                  <td>
                    <Badge tone={record.outcome === 'ok' ? 'success' : record.outcome === 'refused' ? 'warning' : 'error'}>
                      {text(`settings.outcome.${record.outcome}`)}
                      {record.status ? ` ${record.status}` : ''}
                    </Badge>
                  </td>
                  <td>
                    {record.requestBytes} / {record.responseBytes} B
                  </td>
                  <td>{Math.round(record.ms)} ms</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}
