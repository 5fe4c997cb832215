import { acceptance, createTurnRunner, editGhosts, fromBase64, layWholeBy, makeProposal, readImage, rebase, rejection, toBase64, turnImageSchema, type AgentToolbox, type CardDraft, type ChatMessage, type Plan, type Proposal, type Turn, type TurnEvent, type TurnImage } from '../agents/index.ts';
import { leadChoice, type ChatEvent } from '../api/index.ts';
import { AppError, canonicalJson, newSeed, type Clock, type Logger, type RandomBytes } from '../base/index.ts';
import type { ConversationPage, DataFolder } from '../db/index.ts';
import { commit, type Author, type IntentOp, type Op } from '../flow/index.ts';
import type { ElkRunner } from '../layout/index.ts';
import { createBroadcast, type Broadcast } from './broadcast.ts';
import type { FlowService } from './flowService.ts';
import { namedAmong } from './namedAssets.ts';
import type { ModelService } from './models.ts';
import type { SignalService } from './signalService.ts';
import type { TurnLearner } from './turnLearner.ts';
import type { PromptService } from './prompts/promptService.ts';
import { modelName, type SettingsService } from './settings.ts';
import { warmUp } from './warmUp.ts';

/** Conversations, their turns, and the proposals that come of them. */
export interface ChatService {
  /** The end of a flow's conversation, then what happens, until `signal` aborts. */
  stream(flowId: string, signal?: AbortSignal): AsyncGenerator<ChatEvent, void, void>;
  /** What was said before a turn. */
  earlier(flowId: string, before: string): ConversationPage;
  /** `image`: a picture that came with the words; refused with IMAGE_… before anything is stored. */
  send(flowId: string, text: string, image?: { base64: string; name?: string | undefined }): Turn;
  /** The picture of a message. Throws IMAGE_GONE. */
  image(assetId: string): { mediaType: TurnImage['mediaType']; base64: string };
  answer(turnId: string, text: string): Turn;
  approvePlan(turnId: string, plan?: Plan): Turn;
  giveFeedback(turnId: string, text: string): Turn;
  rejectPlan(turnId: string): Turn;
  cancel(turnId: string): Turn;
  retry(turnId: string): Turn;
  /** Sends a turn's message again, to be answered anew; what is still open of its proposal is rejected. */
  askAgain(turnId: string): Turn;
  /** Accepts cards and what they need: one entry, in one SQL transaction with the proposal's new state. */
  acceptCards(proposalId: string, cardIds: readonly string[]): { proposal: Proposal; accepted: string[]; entryId?: string; held: string[] };
  rejectCards(proposalId: string, cardIds: readonly string[]): { proposal: Proposal; rejected: string[] };
  /** Changes ghosts; what the ops change of real records becomes an ordinary entry. */
  editGhosts(proposalId: string, ops: readonly Op[]): Proposal;
  /** Stores the cards of an agent from outside as a proposal, with a turn of its own that asks nobody, and shows it. The flow stays as it is. */
  addProposal(from: { flowId: string; client: string; message: string; reply: string; cards: readonly CardDraft[] }): Proposal;
  /** Deletes for ever what `purge` deletes and the pictures of its conversation, unless another one shows them, too. */
  purgeWith(flowId: string, purge: () => void): void;
  /** Stops what runs on a flow that goes to the bin. */
  forget(flowId: string): void;
  /** Takes up what was running when the process ended. */
  resume(): void;
  close(): Promise<void>;
}

export interface ChatDependencies {
  folder: DataFolder;
  flows: FlowService;
  runElk: ElkRunner;
  models: ModelService;
  /** The person's own tools. */
  toolbox?: AgentToolbox;
  settings: SettingsService;
  signals: SignalService;
  learner: TurnLearner;
  prompts: PromptService;
  clock: Clock;
  newId(prefix: string): string;
  random: RandomBytes;
  author(): Author;
  logger: Logger;
}

/** Longest message that is taken, characters; the first pages of it are read. */
const MAX_MESSAGE = 2_000_000;
/** The screen paints first. */
const WARM_UP_AFTER_MS = 700;
/** Turns of a conversation that a screen gets at once. */
const PAGE_TURNS = 30;
/** Turns that a screen gets however long ago they were: they are at work, or wait for the person. */
const OPEN_TURNS = ['queued', 'running', 'awaitingClarification', 'awaitingApproval', 'proposed'] as const;
/** Turns whose steps it gets. */
const PAST_STEPS = 20;

/** The service on a data folder: turns run through the agents, proposals follow the flow under them. */
export function createChatService(dependencies: ChatDependencies): ChatService {
  const { folder, flows, runElk, models, settings, signals, learner, prompts, clock, newId, random, author, logger } = dependencies;
  const store = folder.turns;
  const channels = new Map<string, Broadcast<ChatEvent>>();
  const channelOf = (flowId: string) => {
    let channel = channels.get(flowId);
    if (!channel) channels.set(flowId, (channel = createBroadcast(joinTokens)));
    return channel;
  };
  const runner = createTurnRunner({
    store,
    readFlow(flowId) {
      const { state } = flows.open(flowId).session;
      return { state, head: state.no };
    },
    model: (agent, quality) => models.modelFor(agent, quality),
    template: (agent, turn) => prompts.templateFor(agent, turn),
    quality: () => settings.get().quality,
    modelName: () => modelName(leadChoice(settings.get())),
    readAsset: (assetId) => folder.assets.findAsset(assetId)?.bytes,
    ...(dependencies.toolbox ? { toolbox: dependencies.toolbox } : {}),
    onPrompt: (parts, turn) => signals.inspectPrompt(parts, { turnId: turn.id, flowId: turn.flowId }),
    layWhole: layWholeBy(runElk),
    forgetAnswers: (turnId) => folder.answers.forgetTurn(turnId),
    ids: { newId },
    clock,
    newSeed: () => newSeed(random),
    emit(event) {
      const { flowId, wire } = toWire(event);
      channelOf(flowId).send(wire);
      if (event.type === 'turn') prompts.noteTurn(event.turn);
      if (event.type === 'step' && event.agent === 'classifier' && event.status === 'done') heed(event.turnId);
    },
  });
  /** A message that corrects is told to the learner as soon as it is known for one. */
  const heed = (turnId: string) => {
    const classified = store.stepsOf(turnId).findLast((step) => step.agent === 'classifier' && step.status === 'done')?.output as { sentiment?: string } | undefined;
    const turn = classified?.sentiment === 'corrective' ? store.findTurn(turnId) : undefined;
    if (!turn) return;
    learner.followedUp(turn);
    prompts.noteCorrection(turn);
  };
  const tell = (proposal: Proposal) => channelOf(proposal.flowId).send({ type: 'proposal', proposal });
  const keep = (proposal: Proposal): Proposal => {
    store.saveProposal(proposal);
    tell(proposal);
    return proposal;
  };
  const openProposal = (proposalId: string): Proposal => {
    const proposal = store.findProposal(proposalId);
    if (!proposal) throw new AppError('PROPOSAL_NOT_FOUND', 'This proposal is not there any more. Nothing was changed.', { proposalId });
    if (proposal.status !== 'open') throw new AppError('PROPOSAL_CLOSED', 'Everything in this proposal is decided already. Nothing was changed.', { proposalId });
    return proposal;
  };
  const checked = (text: string): string => {
    if (!text.trim()) throw new AppError('MESSAGE_EMPTY', 'The message is empty, so there is nothing to do. Write what people should be able to do.', {});
    if (text.includes('\0')) throw new AppError('MESSAGE_NOT_TEXT', 'The message holds binary data and was not sent. Paste text.', {});
    if (text.length > MAX_MESSAGE) throw new AppError('MESSAGE_TOO_LONG', `The message has ${text.length} characters; up to ${MAX_MESSAGE} are taken. It was not sent; shorten or split it.`, { length: text.length, limit: MAX_MESSAGE });
    return text;
  };

  /** The turn, with what the person wrote for it read. */
  const heard = (turn: Turn, text: string): Turn => {
    signals.inspect(text, { source: 'message', turnId: turn.id, flowId: turn.flowId });
    return turn;
  };

  const settleTurn = (turnId: string) => {
    runner.settle(turnId);
    learner.settled(turnId);
  };

  let isWarm = false;
  /** Once a conversation is on screen. */
  const warmUpOnce = () => {
    if (isWarm) return;
    isWarm = true;
    // A failed warm-up costs the first turn its head start and nothing else.
    setTimeout(() => void warmUp(runElk).catch(() => undefined), WARM_UP_AFTER_MS).unref();
  };

  // A proposal stands on a flow that goes on changing: each change tries its open cards anew.
  flows.onEntry((flowId, state) => {
    for (const proposal of store.openProposalsOf(flowId)) {
      const next = rebase(proposal, state);
      if (canonicalJson(next.cards) !== canonicalJson(proposal.cards)) keep(next);
    }
  });

  const rejectCards: ChatService['rejectCards'] = (proposalId, cardIds) => {
    const proposal = openProposal(proposalId);
    const { proposal: next, alsoRejected } = rejection(flows.open(proposal.flowId).session.state, proposal, cardIds);
    folder.withTransaction(() => {
      store.saveProposal(next);
      if (next.status !== 'done') return;
      settleTurn(proposal.turnId);
      prompts.noteProposal(next);
      if (next.cards.every((card) => card.status === 'rejected')) folder.ledger.markAccepted(proposal.turnId, false);
    });
    // What was turned down is never proposed again from memory.
    folder.answers.forgetTurn(proposal.turnId);
    tell(next);
    return { proposal: next, rejected: [...cardIds, ...alsoRejected] };
  };

  return {
    async *stream(flowId, signal) {
      flows.open(flowId);
      warmUpOnce();
      const live = channelOf(flowId).subscribe(signal);
      const conversation = store.conversationOf(flowId);
      const page = conversation ? store.pageOf(conversation.id, PAGE_TURNS) : { messages: [], turns: [], proposals: [] };
      const opens = store.openProposalsOf(flowId);
      const turns = joined([...(conversation ? store.turnsWith(OPEN_TURNS, conversation.id) : []), ...opens.flatMap(({ turnId }) => store.findTurn(turnId) ?? [])], page.turns);
      yield { type: 'past', ...page, turns, proposals: joined(opens, page.proposals) };
      for (const turn of turns.slice(-PAST_STEPS)) {
        for (const { agent, status, mind, ms, call } of store.stepsOf(turn.id)) yield { type: 'step', turnId: turn.id, agent, status, mind, ...(ms === undefined ? {} : { ms }), ...(call ? { call } : {}) };
      }
      yield* live;
    },
    earlier(flowId, before) {
      const conversation = store.conversationOf(flowId);
      return conversation ? store.pageOf(conversation.id, PAGE_TURNS, before) : { messages: [], turns: [], proposals: [] };
    },
    send(flowId, text, image) {
      flows.open(flowId);
      if (!image) return heard(runner.start(flowId, checked(text)), text);
      const bytes = fromBase64(image.base64);
      const { mediaType, width, height } = readImage(bytes);
      // A picture says enough by itself.
      const words = text.trim() ? checked(text) : '';
      const assetId = folder.assets.addAsset(bytes, mediaType);
      return heard(runner.start(flowId, words, { assetId, mediaType, width, height, ...(image.name ? { name: image.name.slice(0, 200) } : {}) }), words);
    },
    image(assetId) {
      const asset = folder.assets.findAsset(assetId);
      if (!asset) throw new AppError('IMAGE_GONE', 'The picture of this message is not there any more. Nothing was changed; send it again.', { assetId });
      return { mediaType: turnImageSchema.shape.mediaType.parse(asset.mediaType), base64: toBase64(asset.bytes) };
    },
    answer: (turnId, text) => heard(runner.answer(turnId, checked(text)), text),
    approvePlan(turnId, plan) {
      const made = store.findTurn(turnId);
      const turn = runner.approvePlan(turnId, plan);
      if (made && turn.plan) prompts.notePlan(made, { kind: 'approved', plan: turn.plan });
      return turn;
    },
    giveFeedback(turnId, text) {
      const turn = runner.giveFeedback(turnId, checked(text));
      prompts.notePlan(turn, { kind: 'feedback' });
      folder.answers.forgetTurn(turnId);
      return heard(turn, text);
    },
    rejectPlan(turnId) {
      const turn = runner.rejectPlan(turnId);
      prompts.notePlan(turn, { kind: 'rejected' });
      folder.answers.forgetTurn(turnId);
      return turn;
    },
    cancel: (turnId) => runner.cancel(turnId),
    retry: (turnId) => runner.retry(turnId),
    askAgain(turnId) {
      const turn = store.findTurn(turnId);
      if (turn?.origin) throw new AppError('TURN_NOT_ASKED', 'This proposal came from another app, so there is nothing here to ask again. Nothing was changed.', { turnId });
      const proposal = turn?.proposalId === undefined ? undefined : store.findProposal(turn.proposalId);
      const open = proposal?.cards.filter((card) => card.status === 'open').map((card) => card.id) ?? [];
      if (proposal?.status === 'open' && open.length) rejectCards(proposal.id, open);
      folder.answers.forgetTurn(turnId);
      return runner.askAgain(turnId);
    },
    acceptCards(proposalId, cardIds) {
      const proposal = openProposal(proposalId);
      const { session } = flows.open(proposal.flowId);
      const result = acceptance(session.state, proposal, cardIds);
      if (result.kind === 'held') return { proposal: keep(rebase(proposal, session.state)), accepted: [], held: result.cardIds };
      // What is so already writes no entry, and so takes no number of one: whoever draws it would wait for that entry.
      const next = result.ops.length ? result.proposal : { ...result.proposal, acceptances: proposal.acceptances };
      const settle = () => {
        store.saveProposal(next);
        if (next.status === 'done') settleTurn(proposal.turnId);
        folder.ledger.markAccepted(proposal.turnId, true);
        prompts.noteProposal(next);
      };
      if (!result.ops.length) {
        folder.withTransaction(settle);
        tell(next);
        return { proposal: next, accepted: result.cardIds, held: [] };
      }
      const turn = store.findTurn(proposal.turnId);
      const by: Author = proposal.origin ? { kind: 'agent', id: 'mcp', name: proposal.origin.client } : { kind: 'agent', id: turn?.model ?? 'rules', name: author().name };
      const message = turn?.message.slice(0, 200);
      const entry = commit(session.state, { ops: result.ops, ...(message ? { message } : {}) }, { id: result.entryId, logId: session.logId, author: by, at: clock.now() });
      const { entryId } = session.append(entry, settle);
      const kept = store.findProposal(proposalId) ?? next;
      tell(kept);
      return { proposal: kept, accepted: result.cardIds, entryId, held: [] };
    },
    rejectCards,
    editGhosts(proposalId, ops) {
      const proposal = openProposal(proposalId);
      const { session } = flows.open(proposal.flowId);
      const edited = editGhosts(proposal, session.state, ops as readonly IntentOp[]);
      // A ghost that was only moved was right as it was.
      if (ops.some((op) => op.op !== 'set' || op.field !== 'position')) folder.answers.forgetTurn(proposal.turnId);
      const next = keep(edited.proposal);
      if (edited.rest.length) session.commit({ ops: edited.rest }, author());
      return store.findProposal(proposalId) ?? next;
    },
    addProposal({ flowId, client, message, reply, cards }) {
      const { session } = flows.open(flowId);
      const now = clock.now();
      const origin = { kind: 'mcp' as const, client };
      const known = store.conversationOf(flowId);
      const conversation = known ?? { id: newId('conversation'), flowId, createdAt: now };
      const turnId = newId('turn');
      const proposal: Proposal = { ...makeProposal(session.state, cards, { id: newId('proposal'), turnId, flowId, entryId: newId('entry'), createdAt: now }), origin };
      const turn: Turn = {
        id: turnId, conversationId: conversation.id, flowId, status: 'proposed', message, language: 'en', model: 'mcp', head: session.state.no, feedback: [], proposalId: proposal.id, origin, reply, fallbacks: [], seed: 1, createdAt: now, updatedAt: now,
      };
      const said: ChatMessage = { id: `${turnId}:reply`, conversationId: conversation.id, turnId, role: 'assistant', text: reply, at: now };
      folder.withTransaction(() => {
        if (!known) store.saveConversation(conversation);
        store.saveTurn(turn);
        store.addMessage(said);
        store.saveProposal(proposal);
      });
      const channel = channelOf(flowId);
      channel.send({ type: 'turn', turn });
      channel.send({ type: 'message', message: said });
      tell(proposal);
      return proposal;
    },
    purgeWith(flowId, purge) {
      const pictures = new Set(store.picturesOf(flowId));
      purge();
      if (!pictures.size) return;
      const shown = new Set(store.picturesOf());
      const gone = new Set([...pictures].filter((sha256) => !shown.has(sha256)));
      const named = namedAmong(folder, gone);
      folder.assets.collectAssets((sha256) => !gone.has(sha256) || named.has(sha256), clock.now() + 1);
    },
    forget(flowId) {
      const conversation = store.conversationOf(flowId);
      for (const turn of conversation ? store.turnsOf(conversation.id) : []) {
        if (turn.status === 'running' || turn.status === 'queued') runner.cancel(turn.id);
      }
    },
    resume() {
      try {
        runner.resumeAll();
      } catch (error) {
        // What cannot be resumed stays as it is and can be retried; the app opens all the same.
        logger.warn('turns not resumed', { error: String(error) });
      }
    },
    async close() {
      await runner.close();
      for (const channel of channels.values()) channel.close();
    },
  };
}

/** What is not among the newer, then the newer; each in the order in which it began. */
function joined<T extends { id: string; createdAt: number }>(older: readonly T[], newer: readonly T[]): T[] {
  const known = new Set(newer.map(({ id }) => id));
  const rest = new Map(older.filter(({ id }) => !known.has(id)).map((one) => [one.id, one]));
  return [...[...rest.values()].sort((a, b) => a.createdAt - b.createdAt), ...newer];
}

/** Tokens of one agent that a slow screen has not read yet become one. */
function joinTokens(waiting: ChatEvent, next: ChatEvent): ChatEvent | undefined {
  const isSame = waiting.type === 'token' && next.type === 'token' && waiting.turnId === next.turnId && waiting.agent === next.agent;
  if (!isSame || next.isAnew) return isSame ? next : undefined;
  return { ...waiting, text: waiting.text + next.text };
}

function toWire(event: TurnEvent): { flowId: string; wire: ChatEvent } {
  switch (event.type) {
    case 'turn':
      return { flowId: event.turn.flowId, wire: event };
    case 'proposal':
      return { flowId: event.proposal.flowId, wire: event };
    default: {
      const { flowId, ...wire } = event;
      return { flowId, wire };
    }
  }
}
