/**
 * Fuzzed answers of a model, end to end: a real engine, real SQLite, real turns, Ollama's wire. A part runs with the other tests;
 * UXFLOW_FUZZ_ANSWERS=10000 runs so many, UXFLOW_FUZZ_SEED=n from another seed.
 */
import { expect, test } from 'vitest';
import { findRefusedOp } from '../agents/index.ts';
import { fuzzedAnswer } from '../agents/fuzzedAnswer.ts';
import { seededRandom } from '../base/index.ts';
import { parseDocument, type FlowDocument, type IntentOp } from '../flow/index.ts';
import { createElkRunner } from './elkRunner.ts';
import { openModelTestEngine, type FollowedChat, type ModelTestEngine } from './modelTestKit.ts';

const ANSWERS = Number(process.env.UXFLOW_FUZZ_ANSWERS ?? 1500);
const SEED = Number(process.env.UXFLOW_FUZZ_SEED ?? 20_260_101);
/** How a turn may stand when nothing runs: a failed one is a crash. */
const LEGAL = ['awaitingClarification', 'awaitingApproval', 'proposed', 'done'];
const MESSAGES: readonly ((n: number) => string)[] = [
  (n) => `Add a screen called Help ${n} after Login`,
  (n) => `Rename Login to Sign in ${n}`,
  (n) => `What is missing in this flow, and why? (${n})`,
  (n) => `make it nicer ${n}`,
  (n) => `People log in; if password ${n} is wrong they see an error and try again; otherwise the dashboard ${n} opens and they read the news.`,
];

test(`${ANSWERS} fuzzed answers neither crash a turn nor store a document that is not valid`, { timeout: 60_000 + ANSWERS * 200 }, async () => {
  const random = seededRandom(SEED);
  const below = (most: number) => new DataView(random(4).buffer).getUint32(0) % most;
  const kinds = new Map<string, number>();
  const runElk = createElkRunner({});
  let time = 1_767_225_600_000;
  const kit = await openModelTestEngine((question) => {
    const prompt = question.messages[0]!.content;
    const wording = /# instructions \(data\)\n([\s\S]*?)\n#+ end of instructions/.exec(prompt)?.[1];
    const answer = fuzzedAnswer({ ...(wording ? { wording } : {}), schema: question.schema, nodeIds: prompt.match(/\bnode_[\w-]+/g) ?? [], edgeIds: prompt.match(/\bedge_[\w-]+/g) ?? [] }, below);
    kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    return answer;
  // Ids and times come from the seed, too, so that a round can be run again.
  }, { runElk, engine: { random: seededRandom(SEED + 1), clock: { now: () => (time += 1) } } });
  const agents = await kit.api.agents.list();
  const alone = new Map<string, number>();
  const byMind = { model: 0, rules: 0, accepted: 0, held: 0, turns: 0 };
  try {
    for (let round = 0; kit.questions.length < ANSWERS; round++) {
      const where = `seed ${SEED}, round ${round}`;
      const flow = await kit.api.flows.create({ name: `Flow ${round}` });
      const chat = await kit.follow(flow.id);
      for (let n = 0; n < 10 && kit.questions.length < ANSWERS; n++) {
        const message = n === 0 ? MESSAGES[4]! : MESSAGES[below(MESSAGES.length)]!;
        await oneTurn(kit, chat, flow.id, message(round * 100 + n), `${where}, turn ${n}`, below, byMind);
      }
      // Every agent alone, those included that no turn of these messages reaches.
      for (const { name, example } of agents) {
        const events = [];
        for await (const event of await kit.api.agents.run({ name, input: example, flowId: flow.id, mind: 'model', language: round % 2 ? 'de' : 'en' })) events.push(event);
        const done = events.at(-1);
        expect(done?.type, `${where}: ${name} alone`).toBe('done');
        if (done?.type === 'done' && done.mind === 'model') alone.set(name, (alone.get(name) ?? 0) + 1);
      }
      await chat.close();
      await kit.api.flows.delete({ flowId: flow.id });
      await kit.api.flows.purge({ flowId: flow.id });
    }
    expect(Object.prototype).not.toHaveProperty('polluted');
    // Were the answers not used at all, none of the above would say anything.
    expect(byMind.model).toBeGreaterThan(ANSWERS / 20);
    expect(byMind.accepted).toBeGreaterThan(ANSWERS / 20);
    // The architect's cards were accepted above; every other agent has answered by its model alone.
    expect(agents.filter(({ name }) => name !== 'architect' && !alone.has(name)).map(({ name }) => name)).toEqual([]);
    expect([...kinds.keys()].length).toBeGreaterThan(10);
    process.stdout.write(`fuzzed answers: ${kit.questions.length} in ${byMind.turns} turns, ${byMind.model} steps by the model, ${byMind.accepted} cards accepted, ${byMind.held} held; alone by the model: ${[...alone].map(([name, count]) => `${name} ${count}`).join(', ')}; seed ${SEED}; ${[...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')}\n`);
  } finally {
    await kit.close();
    await runElk.close();
  }
});

async function oneTurn(kit: ModelTestEngine, chat: FollowedChat, flowId: string, message: string, where: string, below: (most: number) => number, counts: Record<'model' | 'rules' | 'accepted' | 'held' | 'turns', number>): Promise<void> {
  counts.turns++;
  const { id } = await kit.api.chat.send({ flowId, text: message });
  let turn = await chat.settled(id);
  for (let steps = 0; steps < 3 && (turn.status === 'awaitingApproval' || turn.status === 'awaitingClarification'); steps++) {
    if (turn.status === 'awaitingClarification') await kit.api.chat.answer({ turnId: id, text: 'after Login' });
    else if (below(4) === 0) await kit.api.chat.giveFeedback({ turnId: id, text: 'also add a page for help' });
    else await kit.api.chat.approvePlan({ turnId: id });
    turn = await chat.settled(id);
  }
  expect(LEGAL, `${where}: ${JSON.stringify(turn.error)}`).toContain(turn.status);
  for (const { body } of kit.rows(`select body from turn_step where turn_id = '${id}'`)) if ((JSON.parse(body as string) as { mind: string }).mind === 'model') counts.model++;
  const proposal = turn.proposalId === undefined ? undefined : chat.proposals.get(turn.proposalId);
  if (turn.status !== 'proposed' || !proposal) return;
  for (const card of proposal.cards) expect(findRefusedOp(card.ops as readonly unknown[] as IntentOp[]), `${where}: ${card.title.slice(0, 100)}`).toBeUndefined();
  const open = proposal.cards.filter((card) => card.status === 'open' && card.fit !== 'held').map((card) => card.id);
  counts.held += proposal.cards.length - open.length;
  if (open.length) counts.accepted += (await kit.api.proposal.accept({ proposalId: proposal.id, cardIds: open })).accepted.length;
  const { text } = await kit.api.flow.export({ flowId, format: 'json' });
  let document: FlowDocument | undefined;
  expect(() => (document = parseDocument(text)), where).not.toThrow();
  expect(Object.keys(document!.nodes).length, where).toBeGreaterThanOrEqual(0);
}
