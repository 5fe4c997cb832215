/** The agents by name, each with what it takes to run one alone. Lists of agents are made from this table and nothing else. */
import { z } from 'zod';
import { AppError } from '../base/index.ts';
import type { Agent, AgentContext } from './agent.ts';
import { analyst } from './analyst.ts';
import { architect } from './architect.ts';
import { classifier } from './classifier.ts';
import { manager } from './manager.ts';
import { planner } from './planner.ts';
import { promptOptimizer } from './promptOptimizer.ts';
import { renderPrompt, type RenderedPrompt } from './prompt.ts';
import { synthesizer } from './synthesizer.ts';
import { AGENT_NAMES, type AgentName } from './turnSchema.ts';
import { uxExpert } from './uxExpert.ts';
import { validator } from './validator.ts';
import { visualInterpreter } from './visualInterpreter.ts';

interface Entry {
  // The types of input, output and answer are checked where an entry is made.
  agent: Agent<unknown, unknown, unknown>;
  /** What it does, one English sentence. */
  description: string;
  /** An input to begin with. */
  example: unknown;
}

const entry = <Input, Output, Answer>(agent: Agent<Input, Output, Answer>, description: string, example: Input): Entry => ({ agent: agent as unknown as Entry['agent'], description, example });

const STORY = 'People log in with email and password. If the password is wrong they see an error and try again; otherwise the dashboard opens.';

/** Every agent by its name. */
export const agents: Readonly<Record<AgentName, Entry>> = {
  classifier: entry(classifier, 'Finds out what a message wants and splits what is to be done from what is asked.', { message: 'Rename Login to Sign in. How many screens are there?' }),
  manager: entry(manager, 'Turns a message into a work order, or asks one question back.', { message: STORY, classification: { intent: 'create', sentiment: 'neutral', tasks: [STORY], questions: [] } }),
  planner: entry(planner, 'Makes the plan that the person approves, with its reasons.', { task: STORY, feedback: [] }),
  architect: entry(architect, 'Designs the change as cards of steps and connections.', { task: STORY, route: 'create', issues: [] }),
  validator: entry(validator, 'Tries a design on a copy of the flow and says what is wrong with it.', { task: 'Add a help screen.', cards: [{ title: 'Help', reason: 'It was asked for.', ops: [{ op: 'add', kind: 'node', id: 'node_help', value: { id: 'node_help', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Help' } } }] }] }),
  synthesizer: entry(synthesizer, 'Says what was done and what to do next.', { message: 'Add a help screen.', cards: [{ title: 'Add "Help"', reason: 'Add a help screen.' }], answers: [], byModel: false, fallbacks: [] }),
  uxExpert: entry(uxExpert, 'Answers questions about the flow from principles of good design.', { question: 'What is missing?' }),
  visualInterpreter: entry(visualInterpreter, 'Reads a sketch or screenshot: what is drawn and what leads where.', { image: { mediaType: 'image/svg+xml', base64: btoa('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 80"><rect x="10" y="20" width="120" height="40"/><text x="70" y="44" text-anchor="middle">Login</text><line x1="130" y1="40" x2="250" y2="40"/><text x="190" y="34" text-anchor="middle">sign in</text><rect x="250" y="20" width="120" height="40"/><text x="310" y="44" text-anchor="middle">Dashboard</text></svg>') }, wish: '' }),
  analyst: entry(analyst, 'Finds out why a turn had to be corrected.', { message: STORY, plan: ['People log in with email and password.'], feedback: [], proposed: ['Login'], accepted: ['Login'], changes: [{ kind: 'renamed', before: 'Login', after: 'Log in' }, { kind: 'added', before: '', after: 'Forgot password' }], fallbacks: [], hasImage: false }),
  promptOptimizer: entry(promptOptimizer, 'Rewrites the instructions of an agent after a recommendation.', { agent: 'architect', instructions: architect.instructions.text, recommendation: 'Use the words of the person for every title.', category: 'clarity', episodes: [] }),
};

/** What a screen or the command line tells of an agent. `input` and `output` are JSON schemas. */
export interface AgentInfo {
  name: AgentName;
  description: string;
  input: Record<string, unknown>;
  output: Record<string, unknown>;
  example: unknown;
  promptVersion: string;
}

/** Every agent with its schemas and an example, in the order in which a turn meets them. */
export function listAgents(): AgentInfo[] {
  return AGENT_NAMES.map((name) => {
    const { agent, description, example } = agents[name];
    return { name, description, input: schemaOf(agent.input, 'input'), output: schemaOf(agent.output, 'output'), example, promptVersion: agent.instructions.version };
  });
}

/** The input of an agent, checked. Throws AGENT_UNKNOWN or AGENT_INPUT_INVALID with every problem named. */
export function checkedInput(name: string, input: unknown): { agent: Agent<unknown, unknown, unknown>; input: unknown } {
  if (!Object.hasOwn(agents, name)) throw new AppError('AGENT_UNKNOWN', `There is no agent "${name}". Take one of ${AGENT_NAMES.join(', ')}.`, { name });
  const { agent } = agents[name as AgentName];
  const parsed = agent.input.safeParse(input);
  if (parsed.success) return { agent, input: parsed.data };
  const problems = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new AppError('AGENT_INPUT_INVALID', `The ${name} cannot work on this: ${problems.join('; ')}. Nothing was run; correct the input.`, { name, problems });
}

/** The prompt that an agent's model would get. */
export function promptOf(agent: Agent<unknown, unknown, unknown>, input: unknown, context: AgentContext, template = agent.instructions): RenderedPrompt {
  return renderPrompt(template, agent.variables?.(input, context) ?? {}, agent.answer, agent.parts(input, context));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
}
