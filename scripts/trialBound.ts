/**
 * `node scripts/trialBound.ts [TURNS] [BEFORE]`: what no rule can exceed. The power of any rule, however it assigns its TURNS turns between two
 * wordings, looks and stops, that proposes equal wordings (both accepted with 0.65) at most 5 % of the time, when the truth is 0.55 against 0.75
 * and the wording in use has BEFORE turns from before. By Lagrange: power <= max over rules of P1(propose) - λ·P0(propose), plus λ·0.05, for every
 * λ; the maximum is found by dynamic programming over all counts of acceptances and rejections, for assigning is free at every turn.
 */
const TURNS = Number(process.argv[2] ?? 200);
const BEFORE = Number(process.argv[3] ?? 0);
const [CURRENT, CHALLENGER, EQUAL, ERROR] = [0.55, 0.75, 0.65, 0.05];
const ALL = TURNS + BEFORE;

/** The Lagrangian's maximum for one λ. Index of `value`: acceptances and rejections of the wording in use, acceptances of the challenger. */
function boundFor(lambda: number): number {
  const value = new Float64Array((ALL + 1) * (ALL + 1) * (TURNS + 1));
  const at = (yes: number, no: number, other: number) => (yes * (ALL + 1) + no) * (TURNS + 1) + other;
  const eachState = (turn: number, visit: (yes: number, no: number, other: number) => void) => {
    for (let yes = 0; yes <= turn; yes++) {
      for (let no = Math.max(0, BEFORE - yes); yes + no <= turn; no++) {
        for (let other = 0; yes + no + other <= turn; other++) visit(yes, no, other);
      }
    }
  };
  eachState(ALL, (yes, no, other) => {
    const not = ALL - yes - no - other;
    const better = CURRENT ** yes * (1 - CURRENT) ** no * CHALLENGER ** other * (1 - CHALLENGER) ** not;
    const equal = EQUAL ** (yes + other) * (1 - EQUAL) ** (no + not);
    value[at(yes, no, other)] = Math.max(0, better - lambda * equal);
  });
  for (let turn = ALL - 1; turn >= BEFORE; turn--) {
    eachState(turn, (yes, no, other) => {
      const used = value[at(yes + 1, no, other)]! + value[at(yes, no + 1, other)]!;
      const tried = value[at(yes, no, other + 1)]! + value[at(yes, no, other)]!;
      value[at(yes, no, other)] = Math.max(used, tried);
    });
  }
  let sum = 0;
  let ways = 1;
  for (let yes = 0; yes <= BEFORE; yes++) {
    if (yes > 0) ways *= (BEFORE - yes + 1) / yes;
    sum += ways * value[at(yes, BEFORE - yes, 0)]!;
  }
  return sum + lambda * ERROR;
}

const bounds = [0.6, 0.8, 1, 1.2, 1.4, 1.6].map((lambda) => ({ lambda, bound: boundFor(lambda) })).sort((one, other) => one.bound - other.bound);
process.stdout.write(`${TURNS} turns, ${BEFORE} before: no rule proposes 0.75 against 0.55 in more than ${(bounds[0]!.bound * 100).toFixed(2)} % of trials (λ = ${bounds[0]!.lambda})\n`);
