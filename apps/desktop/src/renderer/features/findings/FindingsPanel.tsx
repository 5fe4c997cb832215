import type { FindingView } from '@uxflow/core/api';
import { fixText } from '@uxflow/core';
import { Badge, Checkbox, EmptyState, Notice, Spinner } from '@uxflow/ui';
import { PartyPopper } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useEditor, useFlow, useSession } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { FindingRow } from './FindingRow.tsx';
import { findingsAbout, groupFindings } from './groupFindings.ts';
import './findings.css';

export interface FindingsPanelProps {
  /** Shows what a finding speaks of; without it the canvas of this flow does. */
  onShow?: (nodeIds: readonly string[], edgeIds: readonly string[]) => void;
}

/** What review has to say about the flow, the gravest first, each with its quick fix where there is one. */
export function FindingsPanel({ onShow }: FindingsPanelProps) {
  const text = useText();
  const flow = useFlow();
  const all = useSession((session) => session.findings);
  const isOpening = useSession((session) => session.phase === 'opening');
  const isReadOnly = useSession((session) => session.readOnly !== null);
  const selected = useEditor((editor) => editor.selected);
  const [isNarrow, setNarrow] = useState(false);
  const findings = isNarrow ? findingsAbout(all, selected) : all;
  const list = useRef<HTMLDivElement>(null);
  const leaving = useFocusOnNeighbour(list, findings);
  const { fixing, fix } = useQuickFix();
  const show = onShow ?? ((nodeIds: readonly string[], edgeIds: readonly string[]) => flow.editor.getState().reveal([...nodeIds, ...edgeIds]));

  return (
    <div ref={list} className="review" data-testid="findings" role="region" aria-label={text('findings.list', { count: findings.length })} onKeyDown={(event) => moveByKey(event, list.current)}>
      {selected.size > 0 || isNarrow ? (
        <div className="review__filter">
          <Checkbox label={text('findings.onlyChosen')} checked={isNarrow} onCommit={setNarrow} />
        </div>
      ) : null}
      {isReadOnly ? <Notice>{text('findings.readOnly')}</Notice> : null}
      {isOpening ? (
        <Spinner label={text('loading')} />
      ) : findings.length === 0 ? (
        <EmptyState icon={<PartyPopper aria-hidden />} title={text('findings.emptyTitle')}>
          {isNarrow ? null : text('findings.emptyText')}
        </EmptyState>
      ) : null}
      {groupFindings(findings).map(({ severity, items }) => (
        <details key={severity} className="section" open>
          <summary>
            <span>{text(`findings.${severity}`)}</span>
            <Badge tone={severity}>{items.length}</Badge>
          </summary>
          <ul>
            {items.map((finding) => (
              <FindingRow
                key={finding.key}
                finding={finding}
                isFixing={fixing === finding.key}
                isFixable={!isReadOnly && fixing === null}
                onShow={() => show(finding.nodeIds, finding.edgeIds)}
                onFix={() => {
                  leaving.current = rowsOf(list.current).findIndex((row) => row.dataset.key === finding.key);
                  fix(finding);
                }}
              />
            ))}
          </ul>
        </details>
      ))}
      {findings.length > 1 ? <p className="review__keys">{text('findings.keys')}</p> : null}
    </div>
  );
}

/** Applies quick fixes one at a time; each can be taken back at once. */
function useQuickFix() {
  const text = useText();
  const language = useLanguage();
  const flow = useFlow();
  const { api, toasts } = useServices();
  const [fixing, setFixing] = useState<string | null>(null);
  const fix = (finding: FindingView) => {
    setFixing(finding.key);
    flow.run(async () => {
      try {
        const { flowId, session } = flow;
        await session.getState().settled();
        const { entryId } = await api.flow.applyFix({ flowId, findingKey: finding.key });
        session.getState().noteOwnEntry(entryId);
        const undo = async () => session.getState().noteOwnEntry((await api.flow.undo({ flowId, entryId })).entryId);
        toasts.getState().show({ text: text('findings.fixed', { fix: finding.fix ? fixText(finding.fix, language) : '' }), action: { label: text('undo'), run: () => flow.run(undo) } });
      } finally {
        setFixing(null);
      }
    });
  };
  return { fixing, fix };
}

/** When a fix takes a finding away, its neighbour gets the focus: `current` is set to the place of the one that leaves. */
function useFocusOnNeighbour(list: React.RefObject<HTMLElement | null>, findings: readonly FindingView[]) {
  const leaving = useRef<number | null>(null);
  useEffect(() => {
    const place = leaving.current;
    leaving.current = null;
    if (place === null || document.activeElement !== document.body) return;
    const rows = rowsOf(list.current);
    rows[Math.min(place, rows.length - 1)]?.focus();
  }, [findings, list]);
  return leaving;
}

/** Up and down go from finding to finding, right to its fix and left back; Home and End to the ends. */
function moveByKey(event: React.KeyboardEvent, list: HTMLElement | null): void {
  const item = (event.target as HTMLElement).closest('.review__item');
  const rows = rowsOf(list);
  const index = rows.findIndex((row) => row.parentElement === item);
  if (index < 0) return;
  const goal = {
    ArrowDown: rows[Math.min(index + 1, rows.length - 1)],
    ArrowUp: rows[Math.max(index - 1, 0)],
    Home: rows[0],
    End: rows.at(-1),
    ArrowRight: item?.querySelector<HTMLButtonElement>('.button:not(:disabled)') ?? undefined,
    ArrowLeft: rows[index],
  }[event.key];
  if (!goal) return;
  event.preventDefault();
  goal.focus();
}

function rowsOf(list: HTMLElement | null): HTMLButtonElement[] {
  return [...(list?.querySelectorAll<HTMLButtonElement>('details[open] .review__row') ?? [])];
}
