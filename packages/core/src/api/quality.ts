import { AGENT_NAMES, type AgentName } from '../agents/turnSchema.ts';
import type { ModelChoice, Quality, Settings } from './settingsRoutes.ts';

/** Agents whose work is small: they do not need the larger model of mode pro. */
export const LIGHT_AGENTS: readonly AgentName[] = ['classifier', 'validator', 'synthesizer'];

/** Where a choice comes from: set for the agent itself, the model of mode pro, or the model of mode standard. */
export type ChoiceOrigin = 'agent' | 'pro' | 'standard';

/** Who answers for an agent in a mode, the chosen one unless another is given: what is set for the agent in that mode, else the mode's own model. */
export function choiceFor(agent: AgentName, settings: Pick<Settings, 'model' | 'proModel' | 'modes' | 'quality'>, quality: Quality = settings.quality): { choice: ModelChoice; origin: ChoiceOrigin } {
  const own = settings.modes[quality][agent];
  if (own) return { choice: own, origin: 'agent' };
  const isPro = quality === 'pro' && settings.proModel !== null && !LIGHT_AGENTS.includes(agent);
  return isPro ? { choice: settings.proModel!, origin: 'pro' } : { choice: settings.model, origin: 'standard' };
}

/** The model that a mode is known by: that of its heavy agents, else the first that any agent has; `rules` when nobody asks a model. */
export function leadChoice(settings: Pick<Settings, 'model' | 'proModel' | 'modes' | 'quality'>, quality: Quality = settings.quality): ModelChoice {
  const order: readonly AgentName[] = ['architect', ...AGENT_NAMES];
  return order.map((agent) => choiceFor(agent, settings, quality).choice).find(({ provider }) => provider !== 'rules') ?? { provider: 'rules' };
}
