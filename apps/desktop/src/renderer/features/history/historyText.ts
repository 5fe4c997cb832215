import { fixSentences, fixText } from '@uxflow/core';
import type { HistoryEntry } from '@uxflow/core/api';
import type { Language, Translate } from '../../i18n/translate.ts';

const KINDS = ['node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version', 'flow'] as const;

/** What an entry did, in words: its message, or what it changed when it has none. */
export function entryTitle(text: Translate, language: Language, entry: Pick<HistoryEntry, 'message' | 'counts'>): string {
  const message = entry.message?.trim();
  if (!message) {
    if (entry.counts.version?.[0]) return text('history.message.version');
    return entryChanges(text, entry.counts).map(({ words }) => words).join(', ') || text('history.nothing');
  }
  if (message === 'layout') return text('history.message.layout');
  if (message === 'decide') return text('history.message.decide');
  const restored = /^restore (\d+)$/.exec(message)?.[1];
  if (restored !== undefined) return text('history.message.restore', { no: restored });
  if (Object.hasOwn(fixSentences, message)) return text('history.message.fix', { fix: fixText({ code: message }, language) });
  return message;
}

/** The changes of an entry, one a kind and way, in words: `3 steps added`. */
export function entryChanges(text: Translate, counts: HistoryEntry['counts']): { way: 'added' | 'changed' | 'removed'; words: string }[] {
  return (['added', 'changed', 'removed'] as const).flatMap((way, index) =>
    KINDS.flatMap((kind) => {
      const count = counts[kind]?.[index] ?? 0;
      return count > 0 ? [{ way, words: text(`history.${way}`, { what: text(`history.kind.${kind}`, { count }) }) }] : [];
    }),
  );
}

/** Who made an entry: their name, or what they are. */
export function authorText(text: Translate, author: HistoryEntry['author']): string {
  const name = author.name.trim();
  if (author.kind === 'agent') return name && name !== 'layout' ? name : text('history.agent');
  if (author.kind === 'import') return name ? `${text('history.import')} · ${name}` : text('history.import');
  return name || text('history.you');
}

/** Entries by the day of the reader's calendar, in the order given. `at` of each in ms UTC. */
export function groupByDay<T extends { at: number }>(entries: readonly T[]): { day: number; entries: T[] }[] {
  const groups: { day: number; entries: T[] }[] = [];
  for (const entry of entries) {
    const day = startOfDay(entry.at);
    const last = groups.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else groups.push({ day, entries: [entry] });
  }
  return groups;
}

/** The name of a day: today, yesterday, or its date. Both in ms UTC. */
export function dayText(text: Translate, language: Language, day: number, now: number): string {
  const today = startOfDay(now);
  if (day === today) return text('history.today');
  if (day === startOfDay(today - 1)) return text('history.yesterday');
  const isThisYear = new Date(day).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }) }).format(day);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
