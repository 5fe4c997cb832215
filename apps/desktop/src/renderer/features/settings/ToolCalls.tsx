import type { McpCall } from '@uxflow/core/api';
import { Badge, Button } from '@uxflow/ui';
import { ArrowDownLeft, ArrowUpRight, Trash2 } from 'lucide-react';
import { codeText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useNow } from '../../store/services.ts';
import { durationText } from './amounts.ts';

const TONES = { ok: 'success', failed: 'error', denied: 'warning', timedOut: 'warning' } as const;

/** Who called which tool, in both directions, newest first. */
export function ToolCalls({ calls, onClear }: { calls: readonly McpCall[]; onClear: () => void }) {
  const text = useText();
  const language = useLanguage();
  const today = new Date(useNow(60_000)).setHours(0, 0, 0, 0);
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  return (
    <div className="settings__calls">
      <div className="settings__row settings__row--spread">
        <h3>{text('mcp.calls')}</h3>
        {calls.length > 0 ? (
          <Button size="small" variant="ghost" icon={<Trash2 />} onClick={onClear}>
            {text('mcp.callsClear')}
          </Button>
        ) : null}
      </div>
      {calls.length === 0 ? (
        <p className="settings__muted">{text('mcp.callsNone')}</p>
      ) : (
        <div className="table-frame table-frame--tall" tabIndex={0} role="region" aria-label={text('mcp.calls')}>
          <table className="table settings__table">
            <thead>
              <tr>
                <th scope="col">{text('settings.ledgerTime')}</th>
                <th scope="col">{text('mcp.callsWho')}</th>
                <th scope="col">{text('mcp.callsTool')}</th>
                <th scope="col">{text('settings.ledgerOutcome')}</th>
                <th scope="col" className="table__number">{text('settings.ledgerMs')}</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <tr key={call.id} data-testid="mcp-call">
                  <td>{(call.at >= today ? time : dayAndTime).format(call.at)}</td>
                  <td>
                    <span className="settings__machine">
                      {call.direction === 'in' ? <ArrowDownLeft aria-label={text('mcp.callsIn')} /> : <ArrowUpRight aria-label={text('mcp.callsOut')} />}
                      {call.peer}
                    </span>
                  </td>
                  <td>
                    {call.direction === 'in' ? codeText(text, 'mcp.tool', call.tool, {}) : call.tool}
                    <span className="settings__note" title={call.note}>{call.note}</span>
                  </td>
                  <td>
                    <Badge tone={TONES[call.outcome]}>{text(`mcp.outcome.${call.outcome}`)}</Badge>
                  </td>
                  <td className="table__number">{durationText(call.ms, language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
