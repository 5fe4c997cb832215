import type { Conversation, Proposal, Turn, TurnStep, TurnStore } from './turnSchema.ts';

/** A TurnStore in memory, for tests and for runs that keep nothing. Rows are kept as text: what is read is never what was written. */
export function createMemoryTurnStore(rows: Map<string, string> = new Map()): TurnStore {
  const put = (key: string, value: unknown) => void rows.set(key, JSON.stringify(value));
  const get = <T>(key: string): T | undefined => (rows.has(key) ? (JSON.parse(rows.get(key)!) as T) : undefined);
  const all = <T>(prefix: string): T[] => [...rows].filter(([key]) => key.startsWith(prefix)).map(([, text]) => JSON.parse(text) as T);
  return {
    together: (work) => work(),
    togetherSoft: (work) => work(),
    conversationOf: (flowId) => all<Conversation>('conversation/').find((item) => item.flowId === flowId),
    saveConversation: (conversation) => put(`conversation/${conversation.id}`, conversation),
    addMessage: (message) => put(`message/${message.id}`, message),
    saveTurn: (turn) => put(`turn/${turn.id}`, turn),
    findTurn: (id) => get<Turn>(`turn/${id}`),
    turnsOf: (conversationId) => all<Turn>('turn/').filter((item) => item.conversationId === conversationId),
    turnsWith: (statuses, conversationId) => all<Turn>('turn/').filter((item) => statuses.includes(item.status) && (conversationId === undefined || item.conversationId === conversationId)),
    saveStep: (step) => put(`step/${step.turnId}/${String(step.n).padStart(4, '0')}`, step),
    stepsOf: (turnId) => all<TurnStep>(`step/${turnId}/`).sort((a, b) => a.n - b.n),
    saveProposal: (proposal) => put(`proposal/${proposal.id}`, proposal),
    findProposal: (id) => get<Proposal>(`proposal/${id}`),
    proposalsOf: (flowId) => all<Proposal>('proposal/').filter((item) => item.flowId === flowId),
  };
}
