import { z } from 'zod';
import { AppError } from '../base/index.ts';
import { opSchema, NODE_TYPES, type IntentOp } from '../flow/index.ts';
import { instructionReading } from './instructionReading.ts';
import { flowPart, type Agent, type AgentContext } from './agent.ts';
import { Draft } from './draft.ts';
import { editCards, type CardDraft } from './editCards.ts';
import { readingCards } from './readingCards.ts';
import { planSchema } from './turnSchema.ts';

export const architectInput = z.object({
  task: z.string(),
  route: z.enum(['edit', 'create']),
  plan: planSchema.optional(),
  hint: z.string().optional(),
  /** What the validator found wrong with the first try. */
  issues: z.array(z.string()),
});
/** Ops as intent: `from` may be absent. */
const intentOpSchema = z.custom<IntentOp>((value) => {
  const { op } = (value ?? {}) as { op?: unknown };
  const filled = op === 'remove' ? { from: {}, ...(value as object) } : op === 'set' ? { from: null, to: null, ...(value as object) } : value;
  return opSchema.safeParse(filled).success;
});
export const designSchema = z.object({
  cards: z.array(z.object({ title: z.string(), reason: z.string(), ops: z.array(intentOpSchema) })),
  /** The layout is asked for, too. */
  tidy: z.boolean(),
});
export type Design = z.infer<typeof designSchema>;

/** What a model designs: never positions, never ops; names of its own for new nodes, ids for those that are there. */
const designAnswer = z.object({
  cards: z.array(
    z.object({
      title: z.string(),
      reason: z.string(),
      addNodes: z.array(z.object({ key: z.string().min(1), type: z.enum(NODE_TYPES), title: z.string().min(1), description: z.string().optional() })),
      /** `from` and `to`: the key of a new node or the id of one that is there. */
      addEdges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string().optional() })),
      removeEdges: z.array(z.string()),
      removeNodes: z.array(z.string()),
      /** Changes of nodes that are there. */
      changeNodes: z.array(z.object({ id: z.string(), title: z.string().optional(), type: z.enum(NODE_TYPES).optional(), description: z.string().optional() })),
      changeEdges: z.array(z.object({ id: z.string(), label: z.string().optional(), to: z.string().optional() })),
    }),
  ),
});

/** Designs the change: cards of ops without places. */
export const architect: Agent<z.infer<typeof architectInput>, Design, z.infer<typeof designAnswer>> = {
  name: 'architect',
  input: architectInput,
  output: designSchema,
  answer: designAnswer,
  instructions: {
    version: '2',
    text: 'You design UX flows. One card for each coherent piece, in order; the reason quotes the person. Every node but start and end has a way in and a way out, every path ends in an end, a decision has at least two labelled ways. {{route}} Titles are short and in the language of the task.',
  },
  variables: ({ route }) => ({
    route:
      route === 'edit'
        ? 'Change only what is asked for; leave everything else alone. To put a node between A and B, change the target of their edge (changeEdges) and add one edge on.'
        : 'Use nodes that are there already instead of adding them again.',
  }),
  parts: ({ task, plan, hint, issues }, { state }) => [
    flowPart(state),
    { name: 'task', text: `${task}${hint ? ` (${hint})` : ''}`, trust: 'person' },
    { name: 'approved plan', text: plan?.steps.map((step, index) => `${index + 1}. ${step.task}`).join('\n') ?? '', trust: 'person' },
    { name: 'why your last design could not be used', text: issues.join('\n'), trust: 'data' },
  ],
  adapt: (answer, _, context) => ({ cards: cardsOfDesign(answer, context), tidy: false }),
  rules: designByRules,
};

function designByRules({ task, route, plan, hint }: z.infer<typeof architectInput>, { state, ids, language }: AgentContext): Design {
  if (route === 'create') return { cards: readingCards(task, plan, [], state, ids, language).cards, tidy: false };
  const reading = instructionReading(task, state, hint === undefined ? {} : { hint });
  if (reading.kind !== 'commands') return { cards: [], tidy: false };
  return { cards: editCards(reading.commands, state, ids, language, task), tidy: reading.commands.some((command) => command.kind === 'tidy') };
}

function cardsOfDesign(answer: z.infer<typeof designAnswer>, { state, ids }: AgentContext): CardDraft[] {
  const draft = new Draft(state, ids);
  const keys = new Map<string, string>();
  const at = (name: string) => {
    const id = keys.get(name) ?? name;
    if (!draft.node.has(id)) throw new AppError('AGENT_OUTPUT_INVALID', `The design names a node "${name}" that is not there. The built-in rules answer instead.`, { name });
    return id;
  };
  const edge = (id: string) => {
    if (!draft.edge.has(id)) throw new AppError('AGENT_OUTPUT_INVALID', `The design names an edge "${id}" that is not there. The built-in rules answer instead.`, { id });
    return id;
  };
  for (const card of answer.cards) for (const node of card.addNodes) keys.set(node.key, '');
  const cards: CardDraft[] = [];
  // Nodes first, so that an edge may lead to a node of a later card: it goes with that card.
  const made = new Map<string, number>();
  answer.cards.forEach((card, index) => {
    for (const node of card.addNodes) {
      const id = draft.addNode({ type: node.type, data: { title: node.title, ...(node.description ? { description: node.description } : {}) } } as Parameters<Draft['addNode']>[0]);
      keys.set(node.key, id);
      made.set(id, index);
    }
  });
  const ops: IntentOp[][] = answer.cards.map((_, index) => draft.ops.filter((op) => 'id' in op && made.get(op.id) === index));
  answer.cards.forEach((card, index) => {
    const take = (act: () => void, ...ends: string[]) => {
      const before = [...draft.ops];
      act();
      ops[Math.max(index, ...ends.map((id) => made.get(id) ?? 0))]!.push(...draft.ops.filter((op) => !before.includes(op)));
    };
    for (const item of card.changeNodes) {
      const id = at(item.id);
      take(() => {
        if (item.title) draft.setNode(id, 'data.title', item.title);
        if (item.type) draft.setNode(id, 'type', item.type);
        if (item.description) draft.setNode(id, 'data.description', item.description);
      });
    }
    for (const item of card.changeEdges) {
      take(() => {
        if (item.label !== undefined) draft.setEdge(edge(item.id), 'data.label', item.label || null);
        if (item.to) draft.retarget(edge(item.id), at(item.to));
      }, ...(item.to ? [at(item.to)] : []));
    }
    for (const id of card.removeEdges) take(() => draft.removeEdge(edge(id)));
    for (const item of card.addEdges) take(() => void draft.addEdge(at(item.from), at(item.to), item.label ? { label: item.label } : {}), at(item.from), at(item.to));
    for (const id of card.removeNodes) take(() => draft.removeNode(at(id)));
    cards.push({ title: card.title, reason: card.reason, ops: [] });
  });
  return cards.map((card, index) => ({ ...card, ops: ops[index]! })).filter((card) => card.ops.length > 0);
}
