import type { HistoryEntry } from '../api/index.ts';
import { AppError } from '../base/index.ts';
import type { DataFolder } from '../db/index.ts';
import { diffViews, undoIntent, type Author, type Effect, type Transaction } from '../flow/index.ts';
import type { LogSession } from './logSession.ts';

const decoder = new TextDecoder();
const read = <T>(bytes: Uint8Array) => JSON.parse(decoder.decode(bytes)) as T;

/** At most `limit` entries before `before`, newest first, with what each of them changed. */
export function listHistory(folder: DataFolder, session: LogSession, range: { before?: number; limit: number }): HistoryEntry[] {
  const { before = Number.MAX_SAFE_INTEGER, limit } = range;
  // What waits for a server comes last, and so first here.
  const waiting = session.waiting().filter(({ no }) => no < before).reverse().slice(0, limit).map(({ no, entry, effect }) => ({ no, id: entry.id, author: entry.author, at: entry.at, effect, message: entry.message }));
  const stored = folder.flows.readHistory(session.logId, { ...range, limit }).slice(0, limit - waiting.length).map(({ bytes, effect, ...entry }) => ({
    ...entry, effect: effect ? read<Effect>(effect) : undefined, message: read<Transaction>(bytes).message,
  }));
  return [...waiting, ...stored].map(({ effect, message, ...entry }) => {
    const counts: HistoryEntry['counts'] = {};
    const seen = new Set<string>();
    for (const { kind, id, field, before, after } of effect?.changes ?? []) {
      const count = (counts[kind] ??= [0, 0, 0]);
      if (field === undefined && before === null) count[0]++;
      else if (field === undefined && after === null) count[2]++;
      else if (!seen.has(`${kind} ${id}`)) {
        seen.add(`${kind} ${id}`);
        count[1]++;
      }
    }
    return { no: entry.no, id: entry.id, author: entry.author, at: entry.at, counts, ...(message === undefined ? {} : { message }) };
  });
}

/** Takes an entry back as far as nobody changed what it left (rule 13); `kept` names what stays. Throws ENTRY_NOT_FOUND. */
export function undoEntry(folder: DataFolder, session: LogSession, entryId: string, author: Author): { entryId?: string; kept: { kind: string; id: string; field?: string }[] } {
  const stored = folder.flows.findEntry(session.logId, entryId)?.effect;
  const effect = stored ? read<Effect>(stored) : session.waiting().find(({ entry }) => entry.id === entryId)?.effect;
  if (!effect) throw new AppError('ENTRY_NOT_FOUND', 'This change is not in the history of the flow. Nothing was changed.', { entryId });
  const { intent, kept } = undoIntent(session.state, effect);
  if (!intent) return { kept };
  return { entryId: session.commit(intent, author).entryId, kept };
}

/** Makes the flow what it was after entry `no`: one ordinary entry, which can be undone. Undefined when nothing differs. */
export function restoreState(session: LogSession, no: number, author: Author, message: string): { entryId: string; no: number } | undefined {
  if (no < 0 || no > session.state.no) throw new AppError('VERSION_NOT_FOUND', 'There is no such version of this flow. Nothing was changed.', { no });
  // Named versions stay: going back must not make the way forward unreachable.
  const then = session.stateAt(no);
  const ops = diffViews(session.state, { ...viewOf(then), version: session.state.version });
  return ops.length ? session.commit({ ops, message }, author) : undefined;
}

function viewOf({ flow, node, edge, frame, comment, persona, goal, version }: LogSession['state']) {
  return { flow, node, edge, frame, comment, persona, goal, version };
}
