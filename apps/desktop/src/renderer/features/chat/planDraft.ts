import type { Plan, PlanStep, Turn } from '@uxflow/core';

/** The plan with another text for a step. */
export function changeStep(plan: Plan, id: string, task: string): Plan {
  return { ...plan, steps: plan.steps.map((step) => (step.id === id ? { ...step, task } : step)) };
}

/** The plan without a step. */
export function removeStep(plan: Plan, id: string): Plan {
  return { ...plan, steps: plan.steps.filter((step) => step.id !== id) };
}

/** The plan with a step of the person's at its end. */
export function addStep(plan: Plan, step: PlanStep): Plan {
  return { ...plan, steps: [...plan.steps, step] };
}

/** The plan as it can be approved: steps trimmed, empty ones left out. */
export function readyPlan(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, task: step.task.trim() })).filter(({ task }) => task) };
}

/** True when two plans say the same steps in the same order. */
export function isSamePlan(a: Plan, b: Plan): boolean {
  return a.steps.length === b.steps.length && a.steps.every((step, index) => step.id === b.steps[index]!.id && step.task === b.steps[index]!.task);
}

/** The ids of steps that the person has written or changed. */
export function changedSteps(plan: Plan, from: Plan): ReadonlySet<string> {
  const before = new Map(from.steps.map(({ id, task }) => [id, task]));
  return new Set(plan.steps.filter(({ id, task }) => before.get(id) !== task).map(({ id }) => id));
}

export type PlanOutcome = 'approved' | 'revising' | 'rejected' | 'stopped' | 'failed' | 'superseded';

/** What became of a turn's plan; null while it waits for the person. `isRejected`: the agents have said that they leave it. */
export function planOutcome(turn: Pick<Turn, 'status' | 'step'>, isRejected: boolean): PlanOutcome | null {
  switch (turn.status) {
    case 'awaitingApproval':
      return null;
    case 'queued':
    case 'running':
    case 'awaitingClarification':
      return turn.step === undefined || BEFORE_APPROVAL.has(turn.step) ? 'revising' : 'approved';
    case 'failed':
      return 'failed';
    case 'superseded':
      return 'superseded';
    case 'cancelled':
      return isRejected ? 'rejected' : 'stopped';
    case 'proposed':
    case 'done':
      return 'approved';
  }
}

const BEFORE_APPROVAL: ReadonlySet<string> = new Set(['classifier', 'manager', 'planner']);
