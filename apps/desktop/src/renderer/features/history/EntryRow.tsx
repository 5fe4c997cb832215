import type { HistoryEntry } from '@uxflow/core/api';
import { Badge, IconButton } from '@uxflow/ui';
import { FileInput, RotateCcw, Sparkles, User } from 'lucide-react';
import { memo } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { authorText, entryChanges, entryTitle } from './historyText.ts';

const ICONS = { user: User, agent: Sparkles, import: FileInput } as const;

export interface EntryRowProps {
  entry: HistoryEntry;
  /** True for the entry that the flow stands at. */
  isHead: boolean;
  /** Absent where nothing may be restored. */
  onRestore?: ((entry: HistoryEntry) => void) | undefined;
}

/** One entry of the history: who, what, when, and the way back to it. */
export const EntryRow = memo(function EntryRow({ entry, isHead, onRestore }: EntryRowProps) {
  const text = useText();
  const language = useLanguage();
  const Icon = ICONS[entry.author.kind];
  const changes = entry.message?.trim() ? entryChanges(text, entry.counts) : [];
  const at = new Date(entry.at);
  return (
    <li className="past__entry" data-testid="history-entry" data-no={entry.no}>
      <span className={`past__icon past__icon--${entry.author.kind}`} title={text(`history.author.${entry.author.kind}`)}>
        <Icon aria-label={text(`history.author.${entry.author.kind}`)} />
      </span>
      <div className="past__what">
        <span className="past__title">{entryTitle(text, language, entry)}</span>
        {changes.length > 0 ? <span className="past__facts">{changes.map(({ words }) => words).join(', ')}</span> : null}
        <span className="past__facts">
          {authorText(text, entry.author)} · <time dateTime={at.toISOString()}>{at.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })}</time> · {text('history.number', { no: entry.no })}
        </span>
      </div>
      {isHead ? <Badge tone="accent">{text('history.now')}</Badge> : onRestore ? <IconButton size="small" label={text('history.restoreTo', { no: entry.no })} icon={<RotateCcw />} onClick={() => onRestore(entry)} /> : null}
    </li>
  );
});
