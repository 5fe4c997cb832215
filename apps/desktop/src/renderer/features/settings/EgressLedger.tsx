import { errorInfo, type ErrorInfo, isLoopback } from '@uxflow/core';
import { Badge, Button, EmptyState, Notice, Spinner } from '@uxflow/ui';
import { Globe, House, RefreshCw, ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { codeText, errorText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useNow, useServices } from '../../store/services.ts';
import { bytesText, durationText } from './amounts.ts';
import { Section } from './Section.tsx';

type EgressRow = Awaited<ReturnType<ReturnType<typeof useServices>['api']['app']['egress']>>[number];

const PAGE = 20;
/** More than this the engine does not hand out at once. */
const MOST = 500;
const TONES = { ok: 'success', refused: 'warning', failed: 'error' } as const;

/** The connections that the app made or refused; read anew whenever `asked` changes. */
export function EgressLedger({ asked }: { asked: number }) {
  const text = useText();
  const { api } = useServices();
  const [rows, setRows] = useState<readonly EgressRow[] | null>(null);
  const [limit, setLimit] = useState(PAGE);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const refresh = useCallback(async () => {
    try {
      // One more than shown tells whether there are more.
      setRows(await api.app.egress({ limit: Math.min(limit + 1, MOST) }));
      setFailure(null);
    } catch (error) {
      setFailure(errorInfo(error));
    }
  }, [api, limit]);
  useEffect(() => void refresh(), [refresh, asked]);
  const shown = rows?.slice(0, limit) ?? [];
  return (
    <Section
      id="ledger"
      title={text('settings.ledger')}
      text={text('settings.ledgerText')}
      actions={
        <Button icon={<RefreshCw />} onClick={() => void refresh()}>
          {text('settings.ledgerRefresh')}
        </Button>
      }
    >
      {failure ? <Notice tone="error">{errorText(text, failure)}</Notice> : null}
      {rows === null ? (
        failure ? null : <Spinner label={text('loading')} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<ShieldCheck aria-hidden />} title={text('settings.ledgerEmpty')}>
          {text('settings.ledgerEmptyText')}
        </EmptyState>
      ) : (
        <>
          {shown.every(({ host, outcome }) => isLoopback(host) || outcome === 'refused') ? <Notice tone="success">{text('settings.ledgerAllLocal')}</Notice> : null}
          <LedgerTable rows={shown} />
          {rows.length > limit && limit < MOST ? (
            <div>
              <Button onClick={() => setLimit(Math.min(MOST, limit + 4 * PAGE))}>{text('settings.ledgerMore')}</Button>
            </div>
          ) : null}
        </>
      )}
    </Section>
  );
}

function LedgerTable({ rows }: { rows: readonly EgressRow[] }) {
  const text = useText();
  const language = useLanguage();
  const today = new Date(useNow(60_000)).setHours(0, 0, 0, 0);
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  return (
    <div className="settings__table-frame" tabIndex={0} role="region" aria-label={text('settings.ledger')}>
      <table className="settings__table">
        <thead>
          <tr>
            <th scope="col">{text('settings.ledgerTime')}</th>
            <th scope="col">{text('settings.ledgerHost')}</th>
            <th scope="col">{text('settings.ledgerPurpose')}</th>
            <th scope="col" className="settings__number">{text('settings.ledgerOut')}</th>
            <th scope="col" className="settings__number">{text('settings.ledgerIn')}</th>
            <th scope="col" className="settings__number">{text('settings.ledgerMs')}</th>
            <th scope="col">{text('settings.ledgerOutcome')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>{(row.startedAt >= today ? time : dayAndTime).format(row.startedAt)}</td>
              <td>
                <span className="settings__machine">
                  {isLoopback(row.host) ? <House aria-label={text('settings.ledgerLocal')} /> : <Globe aria-label={text('settings.ledgerAway')} />}
                  {row.host}:{row.port}
                </span>
              </td>
              <td>{codeText(text, 'purpose', row.purpose, {})}</td>
              <td className="settings__number">{bytesText(row.requestBytes, language)}</td>
              <td className="settings__number">{bytesText(row.responseBytes, language)}</td>
              <td className="settings__number">{durationText(row.ms, language)}</td>
              <td>
                <Outcome row={row} />
                {row.status === undefined ? null : <span className="settings__faint"> {row.status}</span>}
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
