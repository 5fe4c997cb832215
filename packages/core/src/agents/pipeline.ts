/** The cognitive turn as two pure calls, for the command line and for tests: the plan is approved and every card accepted at once. */
import { errorInfo, type Clock } from '../base/index.ts';
import { commit, fold, openDocument, review, SCHEMA_VERSION, toDocument, type Finding, type FlowDocument, type IntentOp, type LogState } from '../flow/index.ts';
import { detectLanguage, readText } from '../language/readText.ts';
import { instructionReading } from './instructionReading.ts';
import type { ReadLanguage } from '../language/reading.ts';
import type { LanguageModel } from '../llm/index.ts';
import { runAgent, type Agent, type AgentContext } from './agent.ts';
import { architect } from './architect.ts';
import { classifier } from './classifier.ts';
import { seededIds, type CardDraft } from './editCards.ts';
import { manager } from './manager.ts';
import { placeCards, tidyCard, type LayWhole } from './placeCards.ts';
import { isBlank } from './planText.ts';
import { planner } from './planner.ts';
import { acceptance, makeProposal } from './proposal.ts';
import { synthesizer } from './synthesizer.ts';
import type { AgentName } from './turnSchema.ts';
import { validateCards } from './validator.ts';

/** What both calls need. Nothing is stored. */
export interface PipelineDependencies {
  clock: Clock;
  /** Seed of every id that is handed out; the same text, seed and time give the same document. */
  seed: number;
  /** Lays a whole flow out; without it every node goes to the nearest free space. */
  layWhole?: LayWhole;
  /** Absent: rules alone. */
  model?: LanguageModel;
  signal?: AbortSignal;
  /** Time for one call of the model, ms. */
  modelTimeoutMs?: number;
  onFallback?(agent: AgentName, error: { code: string; message: string }): void;
}

/** A flow that was made from a text. `document` holds nothing but the flow record when the text tells of no step. */
export interface GeneratedFlow {
  document: FlowDocument;
  findings: Finding[];
  reply: string;
}

/** What became of an instruction. */
export type EditedFlow =
  | { kind: 'document'; document: FlowDocument; reply: string }
  | { kind: 'clarify'; clarify: true; question: string; quickReplies: string[] }
  | { kind: 'refuse'; refuse: true; reason: string };

/** What an instruction would change, before anybody decides on it. */
export type DesignedEdit = { kind: 'cards'; cards: CardDraft[]; reply: string } | Exclude<EditedFlow, { kind: 'document' }>;

/** The flow that a text tells of. Rejects with TURN_CANCELLED when aborted; a text without any step gives an empty flow and says so. */
export async function generateFlow(text: string, dependencies: PipelineDependencies): Promise<GeneratedFlow> {
  const { clock, seed } = dependencies;
  const ids = seededIds(seed, clock.now());
  const language = detectLanguage(text);
  const title = readText(text, { language }).title;
  const state = openDocument({ format: 'uxflow', version: SCHEMA_VERSION, id: ids.newId('flow'), name: title ?? nameOf(text, language), nodes: {}, edges: {} } as FlowDocument);
  const tools = toolsOf(state, language, dependencies);
  const plan = dependencies.model ? await tools.run(planner, { task: text, feedback: [] }) : undefined;
  const cards = await tools.design({ task: text, route: 'create', ...(plan ? { plan } : {}), issues: [] });
  const done = acceptAll(state, cards, clock);
  const findings = review(done);
  if (!cards.length) return { document: toDocument(done), findings, reply: language === 'de' ? 'In diesem Text habe ich keinen Schritt gefunden.' : 'I found no step in this text.' };
  const { reply } = synthesizer.rules({ message: text, cards, answers: [], byModel: tools.byModel(), fallbacks: tools.fallbacks, verdict: undefined }, tools.context);
  return { document: toDocument(done), findings, reply };
}

/** The document after an instruction, or one question back, or a refusal; then nothing was changed. */
export async function editFlow(document: FlowDocument, instruction: string, dependencies: PipelineDependencies): Promise<EditedFlow> {
  const state = openDocument(document);
  const edit = await designEdit(state, instruction, dependencies);
  if (edit.kind !== 'cards') return edit;
  const done = acceptAll(state, edit.cards, dependencies.clock);
  // Nothing to change: the very document that came in.
  return { kind: 'document', document: done === state ? document : withAllKeys(document, toDocument(done)), reply: edit.reply };
}

/** The cards for an instruction on a state, with places, and what to say about them; or one question back, or a refusal. Writes nothing. */
export async function designEdit(state: LogState, instruction: string, dependencies: PipelineDependencies): Promise<DesignedEdit> {
  const language = languageFor(instruction, state);
  const tools = toolsOf(state, language, dependencies);
  const refuse = (reason: string) => ({ kind: 'refuse' as const, refuse: true as const, reason });
  const classification = classifier.rules({ message: instruction }, tools.context);
  let order = manager.rules({ message: instruction, classification }, tools.context);
  // What the rules cannot make out goes to the model, where there is one.
  if (dependencies.model && order.kind === 'clarify') order = await tools.run(manager, { message: instruction, classification });
  // An instruction that is unclear is asked about, though it might be read as a text that tells how the flow goes on: nobody approves a plan here.
  const reading = order.kind === 'task' && order.route === 'create' && !isBlank(state) ? instructionReading(instruction, state) : undefined;
  if (reading?.kind === 'clarify') return { kind: 'clarify', clarify: true, question: reading.question, quickReplies: reading.quickReplies };
  if (order.kind === 'clarify') return { kind: 'clarify', clarify: true, question: order.question, quickReplies: order.quickReplies };
  if (order.kind === 'reply') return refuse(order.text);
  if (order.kind === 'answer') return refuse(language === 'de' ? 'Das ist eine Frage und keine Änderung; es wurde nichts geändert.' : 'This is a question and no edit; nothing was changed.');
  const cards = await tools.design({ task: order.task, route: order.route, issues: [] });
  const { reply } = synthesizer.rules({ message: instruction, cards, answers: [], byModel: tools.byModel(), fallbacks: tools.fallbacks, verdict: undefined }, tools.context);
  return { kind: 'cards', cards, reply };
}

/** The language of a message: of its own words, of the flow's where it has too few. */
export function languageFor(message: string, state: LogState): ReadLanguage {
  const own = detectLanguage(message);
  const reading = instructionReading(message, state);
  return reading.language === 'de' || own === 'de' ? 'de' : 'en';
}

/** Cards for a task with places, checked: a design that cannot be written is tried once more and then left to the rules. */
function toolsOf(state: LogState, language: ReadLanguage, dependencies: PipelineDependencies) {
  const { clock, seed } = dependencies;
  const signal = dependencies.signal ?? new AbortController().signal;
  const context: AgentContext = { state, ids: seededIds(seed + 1, clock.now()), language };
  const fallbacks: AgentName[] = [];
  let lastMind: 'rules' | 'model' = 'rules';
  const run = async <I, O, A>(agent: Agent<I, O, A>, input: I, useModel = true): Promise<O> => {
    const result = await runAgent(agent, input, context, {
      ...(dependencies.model && useModel ? { model: Promise.resolve(dependencies.model) } : {}),
      seed, signal, timeoutMs: dependencies.modelTimeoutMs ?? 120_000,
    });
    lastMind = result.mind;
    if (result.fallback) {
      fallbacks.push(agent.name);
      dependencies.onFallback?.(agent.name, result.fallback);
    }
    return result.output;
  };
  const design = async (input: Parameters<typeof architect.rules>[0]): Promise<CardDraft[]> => {
    let output = await run(architect, input);
    if (lastMind === 'model') {
      const verdict = validateCards(output.cards, state, language);
      if (verdict.status === 'error') output = await run(architect, { ...input, issues: verdict.issues });
      if (lastMind === 'model' && validateCards(output.cards, state, language).status === 'error') {
        fallbacks.push('architect');
        dependencies.onFallback?.('architect', errorInfo(new Error('The design could not be written.')));
        output = await run(architect, input, false);
      }
    }
    const cards = lastMind === 'model' || input.route === 'create' ? await placeCards(output.cards, state, dependencies.layWhole, signal) : output.cards;
    const tidy = output.tidy ? await tidyCard(state, dependencies.layWhole, language === 'de' ? 'Layout aufräumen' : 'Tidy up the layout', input.task, signal) : undefined;
    return tidy ? [...cards, tidy] : cards;
  };
  return { run, design, context, fallbacks, byModel: () => lastMind === 'model' };
}

/** The state after every card that fits is accepted; the very same where none does. */
export function acceptAll(state: LogState, cards: readonly CardDraft[], clock: Clock): LogState {
  const proposal = makeProposal(state, cards, { id: 'proposal_1', turnId: 'turn_1', flowId: state.flow.id, entryId: 'entry_1', createdAt: clock.now() });
  const open = proposal.cards.filter((card) => card.fit !== 'held').map((card) => card.id);
  const result = acceptance(state, proposal, open);
  if (result.kind === 'held' || !result.ops.length) return state;
  const ops: IntentOp[] = result.ops;
  return fold(state, commit(state, { ops }, { id: 'entry_1:1', logId: state.flow.id, author: { kind: 'agent', id: 'agents', name: 'Agents' }, at: clock.now() }));
}

/** The edited document with the empty maps that the given one had, so that the edit alone differs. */
function withAllKeys(before: FlowDocument, after: FlowDocument): FlowDocument {
  const out: Record<string, unknown> = { ...after };
  for (const [key, value] of Object.entries(before)) if (!(key in out)) out[key] = value;
  return out as unknown as FlowDocument;
}

function nameOf(text: string, language: ReadLanguage): string {
  const first = text.trim().split(/[\n.!?;:]/)[0]?.trim() ?? '';
  if (!first) return language === 'de' ? 'Neuer Ablauf' : 'New flow';
  return first.length <= 60 ? first : `${first.slice(0, 57).replace(/\s+\S*$/, '')}…`;
}
