import type { ChatMessage, Turn } from '@uxflow/core';

/** One stretch of the conversation: a turn with what was said in it, or a message that belongs to none. */
export interface ThreadItem {
  key: string;
  turn?: Turn;
  /** What was said up to the person's last words. */
  asked: readonly ChatMessage[];
  /** What the agents said after them. */
  answered: readonly ChatMessage[];
}

/** The conversation in order, gathered by turn. A turn whose message has not come yet is shown with the words that it was sent. */
export function threadOf(messages: readonly ChatMessage[], turns: ReadonlyMap<string, Turn>): ThreadItem[] {
  const groups = new Map<string, { turn?: Turn; at: number; messages: ChatMessage[] }>();
  for (const message of messages) {
    const turn = message.turnId ? turns.get(message.turnId) : undefined;
    const key = message.turnId ?? message.id;
    const group = groups.get(key);
    if (group) group.messages.push(message);
    else groups.set(key, { at: message.at, messages: [message], ...(turn ? { turn } : {}) });
  }
  for (const turn of turns.values()) if (!groups.has(turn.id)) groups.set(turn.id, { turn, at: turn.createdAt, messages: turn.origin ? [] : [firstWords(turn)] });
  return [...groups]
    .sort(([, a], [, b]) => a.at - b.at)
    .map(([key, group]) => {
      const cut = group.messages.findLastIndex(({ role }) => role === 'person') + 1;
      return { key, ...(group.turn ? { turn: group.turn } : {}), asked: group.messages.slice(0, cut), answered: withReply(group.turn, group.messages.slice(cut)) };
    });
}

/** The turn that waits for the person's answer to a question: only the newest turn can. */
export function questionTurn(turns: ReadonlyMap<string, Turn>): Turn | undefined {
  const newest = newestTurn(turns);
  return newest?.status === 'awaitingClarification' ? newest : undefined;
}

/** The turn that was begun last. */
export function newestTurn(turns: ReadonlyMap<string, Turn>): Turn | undefined {
  let newest: Turn | undefined;
  // What another agent proposes meanwhile takes no question from the person.
  for (const turn of turns.values()) if (!turn.origin && (!newest || turn.createdAt >= newest.createdAt)) newest = turn;
  return newest;
}

/** True while agents are at work or about to be. */
export function isAtWork(turn: Turn): boolean {
  return turn.status === 'running' || turn.status === 'queued';
}

function firstWords(turn: Turn): ChatMessage {
  return { id: `${turn.id}:message`, conversationId: turn.conversationId, turnId: turn.id, role: 'person', text: turn.message, at: turn.createdAt };
}

/** The reply may be known to the turn before it is a message. */
function withReply(turn: Turn | undefined, answered: readonly ChatMessage[]): readonly ChatMessage[] {
  if (!turn?.reply || isAtWork(turn) || answered.some(({ text }) => text === turn.reply)) return answered;
  return [...answered, { id: `${turn.id}:reply`, conversationId: turn.conversationId, turnId: turn.id, role: 'assistant', text: turn.reply, at: turn.updatedAt }];
}
