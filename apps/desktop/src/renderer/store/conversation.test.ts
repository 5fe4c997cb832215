import { describe, expect, it } from 'vitest';
import { nextSteps, type AgentStep } from './conversation.ts';

describe('nextSteps', () => {
  it('replaces a running agent by its end and keeps a second run as a line of its own', () => {
    const events: AgentStep[] = [
      { agent: 'planner', status: 'running', mind: 'model' },
      { agent: 'planner', status: 'failed', mind: 'model', ms: 40 },
      { agent: 'planner', status: 'running', mind: 'rules' },
      { agent: 'planner', status: 'done', mind: 'rules', ms: 2 },
    ];
    let steps: readonly AgentStep[] = [];
    for (const event of events) steps = nextSteps(steps, event);
    expect(steps).toEqual([events[1], events[3]]);
  });
});
