import { TURN_STATUSES, type Plan } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { addStep, changedSteps, changeStep, isSamePlan, planOutcome, readyPlan, removeStep } from './planDraft.ts';

const plan: Plan = { steps: [{ id: 'a', task: 'Login', reasoning: 'r' }, { id: 'b', task: 'Home', reasoning: '' }], assumptions: ['x'] };

describe('a plan under the hand', () => {
  it('changes one step and leaves the others as they are', () => {
    const next = changeStep(plan, 'b', 'Dashboard');
    expect(next.steps[0]).toBe(plan.steps[0]);
    expect(next.steps[1]).toEqual({ id: 'b', task: 'Dashboard', reasoning: '' });
    expect([...changedSteps(next, plan)]).toEqual(['b']);
    expect(isSamePlan(next, plan)).toBe(false);
    expect(isSamePlan(changeStep(next, 'b', 'Home'), plan)).toBe(true);
  });

  it('is ready without the empty steps, trimmed, assumptions kept', () => {
    const next = addStep(changeStep(plan, 'a', '  Sign in '), { id: 'c', task: ' ', reasoning: '' });
    expect(readyPlan(next)).toEqual({ steps: [{ id: 'a', task: 'Sign in', reasoning: 'r' }, plan.steps[1]], assumptions: ['x'] });
  });

  it('tells a removed step from none', () => {
    expect(removeStep(plan, 'a').steps).toEqual([plan.steps[1]]);
    expect(isSamePlan(removeStep(plan, 'b'), plan)).toBe(false);
  });
});

describe('planOutcome', () => {
  it('leaves a plan open only while it waits for the person', () => {
    expect(TURN_STATUSES.filter((status) => planOutcome({ status }, false) === null)).toEqual(['awaitingApproval']);
  });

  it('tells a plan that is drawn from one that is made anew, and a rejection from a stop', () => {
    expect(planOutcome({ status: 'running', step: 'architect' }, false)).toBe('approved');
    expect(planOutcome({ status: 'running', step: 'planner' }, false)).toBe('revising');
    expect(planOutcome({ status: 'cancelled' }, true)).toBe('rejected');
    expect(planOutcome({ status: 'cancelled' }, false)).toBe('stopped');
  });
});
