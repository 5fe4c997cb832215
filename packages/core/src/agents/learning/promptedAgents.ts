import { architect } from '../architect.ts';
import { classifier } from '../classifier.ts';
import { manager } from '../manager.ts';
import { planner } from '../planner.ts';
import type { PromptTemplate } from '../prompt.ts';
import { synthesizer } from '../synthesizer.ts';
import type { AgentName } from '../turnSchema.ts';
import { uxExpert } from '../uxExpert.ts';
import { visualInterpreter } from '../visualInterpreter.ts';

/** An agent whose wording a person may change. */
export interface PromptedAgent {
  agent: AgentName;
  instructions: PromptTemplate;
  /**
   * What people decide about: a plan, or a proposal. Without it nobody decides about the agent's work alone, so wordings of it can be used
   * but not compared.
   */
  decidedBy?: 'plan' | 'proposal';
}

/** Every agent whose wording can be changed, in the order of a turn. */
export const PROMPTED_AGENTS: readonly PromptedAgent[] = [
  { agent: classifier.name, instructions: classifier.instructions },
  { agent: manager.name, instructions: manager.instructions },
  { agent: planner.name, instructions: planner.instructions, decidedBy: 'plan' },
  { agent: architect.name, instructions: architect.instructions, decidedBy: 'proposal' },
  { agent: visualInterpreter.name, instructions: visualInterpreter.instructions, decidedBy: 'proposal' },
  { agent: uxExpert.name, instructions: uxExpert.instructions },
  { agent: synthesizer.name, instructions: synthesizer.instructions },
];
