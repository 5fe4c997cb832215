import { describe, expect, it } from 'vitest';
import { AGENT_NAMES } from '../agents/turnSchema.ts';
import { choiceFor, leadChoice, LIGHT_AGENTS } from './quality.ts';
import { settingsSchema, type ModelChoice } from './settingsRoutes.ts';

const model = (name: string): ModelChoice => ({ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434', model: name });
const rules: ModelChoice = { provider: 'rules' };
const settings = (change: object) => settingsSchema.parse(change);

describe('who answers for an agent', () => {
  it('is the standard model for all in mode standard, and for the light ones in mode pro', () => {
    const both = settings({ model: model('small'), proModel: model('large') });
    for (const agent of AGENT_NAMES) {
      expect(choiceFor(agent, both, 'standard')).toEqual({ choice: model('small'), origin: 'standard' });
      expect(choiceFor(agent, both, 'pro')).toEqual(LIGHT_AGENTS.includes(agent) ? { choice: model('small'), origin: 'standard' } : { choice: model('large'), origin: 'pro' });
    }
  });

  it('follows the chosen mode, and what is set for the agent in that mode alone', () => {
    const set = settings({ model: model('small'), proModel: model('large'), quality: 'pro', modes: { standard: { planner: rules }, pro: { planner: model('own'), classifier: model('own') } } });
    expect([choiceFor('planner', set).choice, choiceFor('classifier', set).choice, choiceFor('architect', set).choice]).toEqual([model('own'), model('own'), model('large')]);
    expect(choiceFor('planner', set, 'standard')).toEqual({ choice: rules, origin: 'agent' });
    expect(choiceFor('architect', set, 'standard').choice).toEqual(model('small'));
  });

  it('is the standard model in mode pro while that has none of its own', () => {
    expect(choiceFor('architect', settings({ model: model('small') }), 'pro')).toEqual({ choice: model('small'), origin: 'standard' });
    expect(leadChoice(settings({}), 'pro')).toEqual(rules);
  });

  it('names a mode by its heavy agents, else by anybody who asks a model', () => {
    expect(leadChoice(settings({ model: model('small'), proModel: model('large') }), 'pro')).toEqual(model('large'));
    expect(leadChoice(settings({ modes: { standard: { uxExpert: model('expert') }, pro: {} } }))).toEqual(model('expert'));
  });

  it('survives a damaged row', () => {
    expect(settings({ model: model('small'), modes: { standard: { nobody: rules }, pro: 7 }, budget: { dayUsd: -4 } })).toMatchObject({ model: model('small'), modes: { standard: {}, pro: {} }, budget: { dayUsd: null } });
  });
});
