/**
 * `node scripts/calibrateTrials.ts [RUNS]`: plays trials of two equal wordings and writes the constants of the line that at most 4.5 % of
 * them reach (ALPHA less a margin for the error of RUNS plays), one for each number of turns from before the trial: the highest over a grid of common acceptances.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulateTrial } from '../packages/core/src/agents/learning/simulation.ts';
import { ALPHA, BEFORE_STEP, MOST_BEFORE } from '../packages/core/src/agents/learning/trialRule.ts';

const RUNS = Number(process.argv[2] ?? 20_000);
const MARGIN = 0.005;
/** Common acceptances by context; the last ones have contexts of different ease. */
const ACCEPTANCES = [[0.2], [0.35], [0.45], [0.55], [0.65], [0.75], [0.85], [0.93], [0.25, 0.6, 0.9], [0.5, 0.55, 0.6, 0.65, 0.7, 0.75]];
const FIRST_SEED = 1_000_000_000;

const constants: number[] = [];
for (let before = 0; before <= MOST_BEFORE; before += BEFORE_STEP) {
  const needed = ACCEPTANCES.map((shares, index) => {
    const highest = Array.from({ length: RUNS }, (_, run) => simulateTrial({ acceptance: shares.map((share) => ({ current: share, challenger: share })), before }, FIRST_SEED + (before * 100 + index) * RUNS + run, true).highest).sort((a, b) => a - b);
    return highest[Math.ceil(RUNS * (1 - ALPHA + MARGIN))]!;
  });
  constants.push(Math.ceil(Math.max(...needed) * 1000) / 1000);
  process.stdout.write(`${before} turns before: ${needed.map((value, index) => `${ACCEPTANCES[index]!.join('/')}: ${value.toFixed(3)}`).join(', ')} -> ${constants.at(-1)}\n`);
}
const file = join(import.meta.dirname, '../packages/core/src/agents/learning/trialBoundaries.generated.ts');
writeFileSync(
  file,
  `/** Constants of the line of a trial for 0, ${BEFORE_STEP}, … ${MOST_BEFORE} turns from before it; written by scripts/calibrateTrials.ts from ${RUNS} plays of each. */\nexport const TRIAL_BOUNDARIES: readonly number[] = [${constants.join(', ')}];\n`,
);
