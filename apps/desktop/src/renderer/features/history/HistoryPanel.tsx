import type { Version } from '@uxflow/core';
import type { HistoryEntry } from '@uxflow/core/api';
import { Button, EmptyState, Spinner } from '@uxflow/ui';
import { Clock } from 'lucide-react';
import { useCallback } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSession } from '../../store/flowServices.ts';
import { useNow, useServices } from '../../store/services.ts';
import { ConflictInbox } from './ConflictInbox.tsx';
import { EntryRow } from './EntryRow.tsx';
import { useHistoryEntries } from './historyEntries.ts';
import { dayText, groupByDay } from './historyText.ts';
import { NamedVersions } from './NamedVersions.tsx';
import './history.css';

export interface HistoryPanelProps {
  /** Shows records of the flow; without it the canvas of this flow does. */
  onShow?: (nodeIds: readonly string[], edgeIds: readonly string[]) => void;
}

/** How the flow came to be what it is: what waits for a decision, its named versions, and every entry with the way back to it. */
export function HistoryPanel({ onShow }: HistoryPanelProps) {
  const text = useText();
  const language = useLanguage();
  const now = useNow(60_000);
  const head = useSession((session) => session.no);
  const isReadOnly = useSession((session) => session.readOnly !== null);
  const { entries, hasMore, isLoadingMore, failure, loadMore } = useHistoryEntries();
  const restore = useRestore();
  const restoreEntry = useCallback(({ no }: HistoryEntry) => restore(no, text('history.restored', { no }), text('history.restoredNothing', { no })), [restore, text]);
  const restoreVersion = useCallback(({ no, name }: Version) => restore(no, text('version.restored', { name }), text('version.restoredNothing', { name })), [restore, text]);
  return (
    <div className="past" data-testid="history">
      <ConflictInbox onShow={onShow} isHiddenWhenEmpty />
      <NamedVersions onRestore={isReadOnly ? undefined : restoreVersion} />
      <FailureNotice failure={failure} />
      <section aria-label={text('history.entries')}>
        {entries === null ? (
          failure ? null : <Spinner label={text('loading')} />
        ) : entries.length === 0 ? (
          <EmptyState icon={<Clock aria-hidden />} title={text('history.emptyTitle')}>
            {text('history.emptyText')}
          </EmptyState>
        ) : (
          groupByDay(entries).map(({ day, entries: ofDay }) => (
            <div key={day} className="past__day">
              <h3>{dayText(text, language, day, now)}</h3>
              <ol>
                {ofDay.map((entry) => (
                  <EntryRow key={entry.no} entry={entry} isHead={entry.no >= head} onRestore={isReadOnly ? undefined : restoreEntry} />
                ))}
              </ol>
            </div>
          ))
        )}
        {entries && hasMore ? (
          <Button size="small" disabled={isLoadingMore} onClick={loadMore}>
            {text('history.more')}
          </Button>
        ) : null}
      </section>
    </div>
  );
}

/** Makes the flow what it was: an ordinary entry, offered to be undone at once. */
function useRestore() {
  const text = useText();
  const flow = useFlow();
  const { api, toasts } = useServices();
  return useCallback(
    (no: number, done: string, nothing: string) =>
      flow.run(async () => {
        const { flowId, session } = flow;
        await session.getState().settled();
        const { entryId } = await api.flow.restoreVersion({ flowId, no });
        session.getState().noteOwnEntry(entryId);
        const undo = async () => session.getState().noteOwnEntry((await api.flow.undo({ flowId, entryId: entryId! })).entryId);
        toasts.getState().show(entryId ? { text: done, action: { label: text('undo'), run: () => flow.run(undo) } } : { text: nothing });
      }),
    [api, flow, text, toasts],
  );
}
