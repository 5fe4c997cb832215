import { z } from 'zod';
import { AppError } from '../base/index.ts';
import { initialState, type LogState } from '../flow/index.ts';
import { detectLanguage } from '../language/readText.ts';
import { architect, designSchema } from './architect.ts';
import { classifier, isDoubtful, type Classification } from './classifier.ts';
import { drawingCards } from './drawingCards.ts';
import type { CardDraft } from './editCards.ts';
import { toBase64 } from './image/base64.ts';
import { manager, type Order } from './manager.ts';
import { languageFor } from './pipeline.ts';
import { placeCards, tidyCard } from './placeCards.ts';
import { isBlank } from './planText.ts';
import { planner } from './planner.ts';
import { ghostView, makeProposal } from './proposal.ts';
import { synthesizer } from './synthesizer.ts';
import type { TurnRunnerDependencies } from './turn.ts';
import type { AgentName, Plan, Turn } from './turnSchema.ts';
import { Stepper } from './turnSteps.ts';
import { uxExpert } from './uxExpert.ts';
import { validateCards, verdictSchema, type Verdict } from './validator.ts';
import { visualInterpreter } from './visualInterpreter.ts';

/** Where a run of a turn stops: to ask, to have a plan approved, with a proposal, or with nothing but words. */
export type Halt =
  | { kind: 'clarify'; question: string; quickReplies: string[] }
  | { kind: 'approve'; plan: Plan; text: string }
  | { kind: 'proposal'; proposalId: string; reply: string }
  | { kind: 'reply'; reply: string };

/** What a run needs beside the runner's dependencies. `update` saves the turn and gives it back as it is now. */
export interface DriveDependencies extends TurnRunnerDependencies {
  signal: AbortSignal;
  update(change: Partial<Turn>): Turn;
}

/** Calls of a model one after the other that a turn makes at most. */
const MOST_CALLS = 3;
/** Questions of one message that are answered; each is a call beside the design. */
const MOST_QUESTIONS = 3;
/** From this many cards on, a list of their titles says less than a few sentences. */
const MANY_CARDS = 7;

/** A turn at work: what every stage of it needs. */
interface Drive {
  steps: Stepper;
  now: { turn: Turn };
  state: LogState;
  dependencies: DriveDependencies;
}

/**
 * Runs a turn from its first step; steps that are done already give what they gave then, so that a turn goes on where it stopped,
 * whether the person or a crash stopped it. A step that was running runs again with the same seed and ids.
 */
export async function driveTurn(turn: Turn, dependencies: DriveDependencies): Promise<Halt> {
  const { state } = await dependencies.readFlow(turn.flowId);
  // A picture without words speaks the language of the flow.
  const language = turn.message.trim() ? languageFor(turn.message, state) : detectLanguage([...state.node.values()].map((node) => node.data.title).join('. '));
  const now = { turn: turn.language === language ? turn : dependencies.update({ language }) };
  const drive: Drive = { steps: new Stepper(now, state, dependencies), now, state, dependencies };
  if (turn.image) return drivePicture(drive, turn.image);
  const { steps } = drive;
  const classification = await classify(drive);
  const order = await findOrder(drive, classification);
  if (order.kind === 'clarify') return order;
  if (order.kind === 'reply') return { kind: 'reply', reply: order.text };
  if (order.kind === 'answer') return { kind: 'reply', reply: (await steps.agent(uxExpert, { question: order.question }, { useModel: true, question: order.question })).output.answer };
  const plan = order.route === 'create' ? await findPlan(drive, order.task) : undefined;
  if (plan && 'halt' in plan) return plan.halt;
  const input = { task: order.task, route: order.route, issues: [] as string[], ...(plan ? { plan: plan.plan } : {}), ...(order.hint === undefined ? {} : { hint: order.hint }) };
  // What is asked is answered beside the design: nobody waits for one before the other.
  const asked = Promise.all(classification.questions.slice(0, MOST_QUESTIONS).map(async (question) => (await steps.agent(uxExpert, { question }, { useModel: true, isBeside: true, question })).output.answer));
  const designed = design(drive, input);
  await Promise.allSettled([asked, designed]);
  return propose(drive, { ...(await designed), answers: await asked, isPlanned: plan !== undefined });
}

/** What the message wants: by rules, by a model where the rules may have missed what is asked beside what is to be done. */
async function classify({ steps, now }: Drive): Promise<Classification> {
  const message = now.turn.message;
  const { output } = await steps.agent(classifier, { message }, { useModel: false });
  if (now.turn.model === 'rules' || !isDoubtful(message, output)) return output;
  return (await steps.agent(classifier, { message }, { useModel: true })).output;
}

async function findOrder({ steps, now, dependencies }: Drive, classification: Classification): Promise<Order> {
  const message = now.turn.message;
  let order = (await steps.agent(manager, { message, classification }, { useModel: false })).output;
  // What the rules cannot make out goes to the model, where there is one; else to the person.
  if (order.kind === 'clarify' && steps.calls === 0 && (await hasModel(dependencies, now.turn))) order = (await steps.agent(manager, { message, classification }, { useModel: true })).output;
  const answer = now.turn.clarification?.answer;
  return order.kind === 'clarify' && answer !== undefined ? (await steps.agent(manager, { message, classification, answer }, { useModel: false })).output : order;
}

async function findPlan({ steps, now, state }: Drive, task: string): Promise<{ plan: Plan } | { halt: Halt }> {
  const { feedback } = now.turn;
  const isApproved = now.turn.plan !== undefined && now.turn.step !== undefined && AFTER_APPROVAL.has(now.turn.step);
  let plan: Plan | undefined;
  for (let round = 0; round <= feedback.length; round++) {
    const { output } = await steps.agent(planner, { task, feedback: feedback.slice(0, round), ...(plan ? { earlier: plan } : {}) }, { useModel: true });
    plan = output;
  }
  // Each round is a request of the person's own: only the last one counts towards the calls of this one.
  if (feedback.length) steps.calls = Math.min(steps.calls, 1);
  if (isApproved) return { plan: now.turn.plan! };
  const german = now.turn.language === 'de';
  // A plan without a step can neither be approved nor edited.
  if (!plan!.steps.length) return { halt: { kind: 'reply', reply: german ? 'Darin habe ich keinen Schritt gefunden, also wurde nichts geändert. Erzähl mir, was Menschen in diesem Ablauf nacheinander tun.' : 'I found no step in that, so nothing was changed. Tell me what people do in this flow, one thing after the other.' } };
  const where = isBlank(state) ? '' : german ? ' Was schon da ist, bleibt stehen.' : ' What is there already stays.';
  return { halt: { kind: 'approve', plan: plan!, text: german ? `Mein Plan hat ${plan!.steps.length} Schritte. Passt er so? Du kannst Schritte ändern, streichen oder mir sagen, was fehlt.${where}` : `My plan has ${plan!.steps.length} ${plan!.steps.length === 1 ? 'step' : 'steps'}. Does it fit? You can change or remove steps, or tell me what is missing.${where}` } };
}

const AFTER_APPROVAL: ReadonlySet<AgentName> = new Set<AgentName>(['architect', 'validator', 'synthesizer', 'uxExpert']);

/** Cards that were checked, and who made them. */
interface Designed {
  cards: CardDraft[];
  verdict?: Verdict;
  byModel: boolean;
}

/** The architect's cards, placed and checked: what cannot be written goes back once with the issues, then to the rules. */
async function design({ steps, state, dependencies }: Drive, input: Parameters<typeof architect.rules>[0]): Promise<Designed> {
  const tries = [{ useModel: true, again: false }, { useModel: true, again: true }, { useModel: false, again: false }];
  let issues: string[] = [];
  for (const { useModel, again } of tries) {
    if (again && steps.calls >= MOST_CALLS) continue;
    const { output, mind } = await steps.agent(architect, { ...input, issues: again ? issues : [] }, { useModel });
    const byModel = mind === 'model';
    const checked = await check(steps, state, dependencies, output.cards, { isPlaced: !byModel && input.route !== 'create', ...(output.tidy ? { tidy: input.task } : {}) });
    issues = checked.verdict.issues;
    if (checked.verdict.status === 'ok') return { ...checked, byModel };
    if (!byModel) return { ...checked, byModel };
    if (again || steps.calls >= MOST_CALLS) {
      dependencies.forgetAnswers?.(steps.turnId);
      steps.noteFallback('architect', { code: 'DESIGN_INVALID', message: `The model's design could not be written: ${issues.join(' ')} The built-in rules answered instead.`, params: { issues } });
    }
  }
  return { cards: [], byModel: false };
}

/** Places and checks cards as one stored step. */
function check(steps: Stepper, state: LogState, { layWhole, signal }: DriveDependencies, cards: readonly CardDraft[], options: { isPlaced: boolean; tidy?: string }): Promise<{ cards: CardDraft[]; verdict: Verdict }> {
  return steps.step('validator', { cards: cards.length }, z.object({ cards: designSchema.shape.cards, verdict: verdictSchema }), async () => {
    const placed = options.isPlaced ? [...cards] : await placeCards(cards, state, layWhole, signal);
    const tidy = options.tidy === undefined ? undefined : await tidyCard(state, layWhole, steps.language === 'de' ? 'Layout aufräumen' : 'Tidy up the layout', options.tidy, signal);
    const all = tidy ? [...placed, tidy] : placed;
    return { cards: all, verdict: validateCards(all, state, steps.language) };
  });
}

/** A picture becomes a proposal: looked at (or read, where the file carries its own structure), then drawn by code. */
async function drivePicture(drive: Drive, image: NonNullable<Turn['image']>): Promise<Halt> {
  const { steps, now, state, dependencies } = drive;
  const bytes = dependencies.readAsset?.(image.assetId);
  if (!bytes) throw new AppError('IMAGE_GONE', 'The picture of this message is not there any more. Nothing was changed; send it again.', { assetId: image.assetId });
  const wish = now.turn.message;
  const input = { image: { mediaType: image.mediaType, base64: toBase64(bytes) }, wish };
  const context = { state, ids: dependencies.ids, language: steps.language };
  // What the file says itself needs no model; a drawing in lines is nothing that models take.
  const useModel = image.mediaType !== 'image/svg+xml' && visualInterpreter.rules(input, context).status === 'error';
  const { output: drawing, mind } = await steps.agent(visualInterpreter, input, { useModel, kept: { image, wish }, isUseless: (output) => output.status === 'error' });
  if (drawing.status === 'error') return { kind: 'reply', reply: drawing.errorMessage };
  // A question beside the picture is no wish: it is answered about what the picture shows.
  const asks = wish.trim() !== '' && classifier.rules({ message: wish }, { ...context, state: initialState(state.flow.id) }).intent === 'question';
  const { cards } = await steps.step('architect', { elements: drawing.elements.length, connections: drawing.connections.length }, designSchema, (ids) => ({ cards: drawingCards(drawing, asks ? '' : wish, state, ids, steps.language), tidy: false }));
  const checked = await check(steps, state, dependencies, cards, { isPlaced: false });
  const answers = drawing.description ? [drawing.description] : [];
  if (asks) {
    const drawn = ghostView(state, makeProposal(state, checked.cards, { id: 'proposal_dry', turnId: now.turn.id, flowId: state.flow.id, entryId: 'entry_dry', createdAt: 0 })).view;
    answers.push((await steps.agent(uxExpert, { question: wish }, { useModel: true, question: wish, state: drawn })).output.answer);
  }
  return propose(drive, { ...checked, byModel: mind === 'model', answers, isPlanned: false });
}

/** Makes the proposal of checked cards and says what it is. */
async function propose({ steps, now, state, dependencies }: Drive, { cards, verdict, byModel, answers, isPlanned }: Designed & { answers: string[]; isPlanned: boolean }): Promise<Halt> {
  const { turn } = now;
  const proposal = cards.length ? await steps.step('validator', { cards }, z.object({ proposalId: z.string(), entryId: z.string() }), (ids) => ({ proposalId: ids.newId('proposal'), entryId: ids.newId('entry') })) : undefined;
  const useModel = isPlanned && cards.length >= MANY_CARDS && steps.calls < MOST_CALLS;
  const { output } = await steps.agent(synthesizer, { message: turn.message, cards: cards.map(({ title, reason }) => ({ title, reason })), ...(verdict ? { verdict } : {}), answers, byModel, fallbacks: now.turn.fallbacks.map((item) => item.agent) }, { useModel });
  if (!proposal) return { kind: 'reply', reply: output.reply };
  // A crash may have come after the proposal was stored: then it stays as it is.
  if (!dependencies.store.findProposal(proposal.proposalId)) {
    const made = makeProposal(state, cards, { id: proposal.proposalId, turnId: turn.id, flowId: turn.flowId, entryId: proposal.entryId, createdAt: turn.createdAt });
    dependencies.store.togetherSoft(() => dependencies.store.saveProposal(made));
    dependencies.emit({ type: 'proposal', proposal: made });
  }
  return { kind: 'proposal', proposalId: proposal.proposalId, reply: output.reply };
}

async function hasModel(dependencies: DriveDependencies, { quality }: Turn): Promise<boolean> {
  return (await dependencies.model('manager', quality).catch(() => undefined)) !== undefined;
}
