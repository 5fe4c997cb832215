/** The rule for trials of wordings against known people: how often it finds the better one, and how often it takes equal ones for different. */
import { simulateTrial, type SimulatedPeople } from '../packages/core/src/agents/learning/simulation.ts';
import type { Draws } from '../packages/core/src/agents/learning/draws.ts';

const RUNS = Number(process.env.UXFLOW_LEARNING_RUNS ?? 20_000);
/** Far from the seeds that the line was calibrated with. */
const FIRST_SEED = 1;

function measure(name: string, people: SimulatedPeople): void {
  let proposed = 0;
  let turns = 0;
  let leaders = 0;
  let tried = 0;
  for (let run = 0; run < RUNS; run++) {
    const trial = simulateTrial(people, FIRST_SEED + run);
    if (trial.leader === 'challenger') leaders++;
    tried += trial.turns.challenger / (trial.turns.challenger + trial.turns.current);
    if (trial.proposedAt === undefined) continue;
    proposed++;
    turns += trial.proposedAt;
  }
  const percent = (count: number) => Math.round((count / RUNS) * 10_000) / 100;
  process.stdout.write(`${JSON.stringify({ bench: 'learning', metric: name, before: people.before, value: percent(proposed), unit: '% proposed', turnsToProposal: proposed ? Math.round(turns / proposed) : null, leads: percent(leaders), challengerShare: percent(tried), runs: RUNS })}\n`);
}

const alike = (shares: readonly number[]) => shares.map((share) => ({ current: share, challenger: share }));
for (const before of [0, 20, 40, 60, 80, 100]) {
  measure('0.55 against 0.75', { acceptance: [{ current: 0.55, challenger: 0.75 }], before });
  for (const share of [0.3, 0.55, 0.65, 0.75, 0.9]) measure(`${share} against ${share}`, { acceptance: alike([share]), before });
}
measure('three contexts, each equal', { acceptance: alike([0.3, 0.6, 0.9]), before: 100 });
measure('three contexts, each 0.2 better', { acceptance: [{ current: 0.45, challenger: 0.65 }, { current: 0.55, challenger: 0.75 }, { current: 0.65, challenger: 0.85 }], before: 100 });
measure('0.75 against 0.55 (worse)', { acceptance: [{ current: 0.75, challenger: 0.55 }], before: 100 });

// A person writes a wording because the last turns went badly: the trial begins when eight of the last twenty were accepted at most.
const afterBadLuck = (share: number, leftOut: number) => (draws: Draws): boolean[] => {
  const past: boolean[] = [];
  for (;;) {
    past.push(draws.uniform() < share);
    if (past.length < 140) continue;
    if (past.slice(-20).filter(Boolean).length <= 8 || past.length > 5000) return past.slice(-100 - leftOut, past.length - leftOut);
  }
};
measure('0.65 against 0.65, begun after bad luck, its turns left out', { acceptance: alike([0.65]), before: 100, startBefore: afterBadLuck(0.65, 20) });
measure('0.65 against 0.65, begun after bad luck, its turns counted', { acceptance: alike([0.65]), before: 100, startBefore: afterBadLuck(0.65, 0) });
