import { errorInfo, type ErrorInfo, isLoopback } from '@uxflow/core';
import type { EgressTotalView } from '@uxflow/core/api';
import { Badge, Button, EmptyState, Notice, SelectField, Spinner } from '@uxflow/ui';
import { Download, Globe, House, ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { codeText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { saveFile } from '../../saveFile.ts';
import { followStream } from '../../store/followStream.ts';
import { useNow, useServices } from '../../store/services.ts';
import { bytesText, durationText } from './amounts.ts';
import { ledgerCsv } from './ledgerCsv.ts';
import { Section } from './Section.tsx';

type EgressRow = Awaited<ReturnType<ReturnType<typeof useServices>['api']['app']['egress']>>[number];

const PAGE = 20;
/** More than this the engine does not hand out at once. */
const MOST = 500;
const OUTCOMES = ['ok', 'refused', 'failed'] as const;
const TONES = { ok: 'success', refused: 'warning', failed: 'error' } as const;

/** The connections that the app made or refused, as they happen; read anew whenever `asked` changes, too. */
export function EgressLedger({ asked }: { asked: number }) {
  const text = useText();
  const { api, connection } = useServices();
  const [rows, setRows] = useState<readonly EgressRow[] | null>(null);
  const [totals, setTotals] = useState<readonly EgressTotalView[]>([]);
  const [limit, setLimit] = useState(PAGE);
  const [purpose, setPurpose] = useState('');
  const [outcome, setOutcome] = useState<'' | (typeof OUTCOMES)[number]>('');
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const refresh = useCallback(async () => {
    try {
      const [next, sums] = await Promise.all([api.app.egress({ limit: MOST }), api.app.egressTotals()]);
      setRows(next);
      setTotals(sums);
      setFailure(null);
    } catch (error) {
      setFailure(errorInfo(error));
    }
  }, [api]);
  useEffect(() => void refresh(), [refresh, asked]);
  useEffect(() => followStream(connection, (live, signal) => live.app.egressWatch(undefined, { signal }), { event: () => void refresh() }), [connection, refresh]);
  const chosen = (rows ?? []).filter((row) => (!purpose || row.purpose === purpose) && (!outcome || row.outcome === outcome));
  const purposes = [...new Set((rows ?? []).map((row) => row.purpose))].sort();
  const save = () => {
    saveFile({ fileName: 'uxflow-connections.csv', mediaType: 'text/csv', text: ledgerCsv(chosen) });
  };
  return (
    <Section
      id="ledger"
      title={text('settings.ledger')}
      text={text('settings.ledgerText')}
      actions={
        rows?.length ? (
          <Button icon={<Download />} disabled={!chosen.length} onClick={save}>
            {text('settings.ledgerExport')}
          </Button>
        ) : null
      }
    >
      <FailureNotice failure={failure} />
      {rows === null ? (
        failure ? null : <Spinner label={text('loading')} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<ShieldCheck aria-hidden />} title={text('settings.ledgerEmpty')}>
          {text('settings.ledgerEmptyText')}
        </EmptyState>
      ) : (
        <>
          {totals.every(({ host, requests, refused }) => isLoopback(host) || refused === requests) ? <Notice tone="success">{text('settings.ledgerAllLocal')}</Notice> : null}
          <Totals totals={totals} />
          <div className="settings__row">
            <SelectField isSmall isLabelHidden label={text('settings.ledgerFilterPurpose')} value={purpose} choices={[{ value: '', label: text('settings.ledgerAllPurposes') }, ...purposes.map((value) => ({ value, label: codeText(text, 'purpose', value, {}) }))]} onCommit={setPurpose} />
            <SelectField isSmall isLabelHidden label={text('settings.ledgerFilterOutcome')} value={outcome} choices={[{ value: '' as const, label: text('settings.ledgerAllOutcomes') }, ...OUTCOMES.map((value) => ({ value, label: text(`outcome.${value}`) }))]} onCommit={setOutcome} />
          </div>
          {chosen.length ? <LedgerTable rows={chosen.slice(0, limit)} /> : <p className="settings__muted">{text('settings.ledgerNoMatch')}</p>}
          {chosen.length > limit ? (
            <div>
              <Button onClick={() => setLimit(Math.min(MOST, limit + 4 * PAGE))}>{text('settings.ledgerMore')}</Button>
            </div>
          ) : null}
        </>
      )}
    </Section>
  );
}

function Machine({ host, port }: { host: string; port?: number }) {
  const text = useText();
  return (
    <span className="settings__machine">
      {isLoopback(host) ? <House aria-label={text('settings.ledgerLocal')} /> : <Globe aria-label={text('settings.ledgerAway')} />}
      {port === undefined ? host : `${host}:${port}`}
    </span>
  );
}

/** What went to each machine altogether. */
function Totals({ totals }: { totals: readonly EgressTotalView[] }) {
  const text = useText();
  const language = useLanguage();
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={text('settings.ledgerTotals')}>
      <table className="table settings__table settings__table--totals">
        <thead>
          <tr>
            <th scope="col">{text('settings.ledgerTotals')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerRequests')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerRefused')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerOut')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerIn')}</th>
            <th scope="col">{text('settings.ledgerLast')}</th>
          </tr>
        </thead>
        <tbody>
          {totals.map(({ host, requests, refused, requestBytes, responseBytes, lastAt }) => (
            <tr key={host}>
              <td>
                <Machine host={host} />
              </td>
              <td className="table__number">{requests.toLocaleString(language)}</td>
              <td className="table__number">{refused.toLocaleString(language)}</td>
              <td className="table__number">{bytesText(requestBytes, language)}</td>
              <td className="table__number">{bytesText(responseBytes, language)}</td>
              <td>{day.format(lastAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LedgerTable({ rows }: { rows: readonly EgressRow[] }) {
  const text = useText();
  const language = useLanguage();
  const today = new Date(useNow(60_000)).setHours(0, 0, 0, 0);
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={text('settings.ledger')}>
      <table className="table settings__table">
        <thead>
          <tr>
            <th scope="col">{text('settings.ledgerTime')}</th>
            <th scope="col">{text('settings.ledgerHost')}</th>
            <th scope="col">{text('settings.ledgerPurpose')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerOut')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerIn')}</th>
            <th scope="col" className="table__number">{text('settings.ledgerMs')}</th>
            <th scope="col">{text('settings.ledgerOutcome')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>{(row.startedAt >= today ? time : dayAndTime).format(row.startedAt)}</td>
              <td>
                <Machine host={row.host} port={row.port} />
              </td>
              <td>{codeText(text, 'purpose', row.purpose, {})}</td>
              <td className="table__number">{bytesText(row.requestBytes, language)}</td>
              <td className="table__number">{bytesText(row.responseBytes, language)}</td>
              <td className="table__number">{durationText(row.ms, language)}</td>
              <td className="settings__wrapping">
                <Outcome row={row} />
                {row.status === undefined ? null : <span className="settings__faint"> {row.status}</span>}
                {row.reason === undefined ? null : <span className="settings__faint"> {codeText(text, 'reason', row.reason, {})}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** An answer is not yet a success: one with an error's status is marked as such. */
function Outcome({ row: { outcome, status } }: { row: EgressRow }) {
  const text = useText();
  if (outcome === 'ok' && status !== undefined && status >= 400) return <Badge tone="warning">{text('outcome.answered')}</Badge>;
  return <Badge tone={TONES[outcome]}>{text(`outcome.${outcome}`)}</Badge>;
}
