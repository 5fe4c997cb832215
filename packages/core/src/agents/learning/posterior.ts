/** What is known about a share between 0 and 1 after some rewards: a Beta distribution. */
export interface Beta {
  a: number;
  b: number;
}

/** How often something was counted and the sum of its rewards (each in [0, 1]). */
export interface Tally {
  n: number;
  sum: number;
}

/** Weight of what other contexts tell about one, in turns: this many turns of its own count as much. */
export const SHRINKAGE = 8;

export const NOTHING: Tally = { n: 0, sum: 0 };

/** Both tallies as one. */
export function joined(one: Tally, other: Tally): Tally {
  return { n: one.n + other.n, sum: one.sum + other.sum };
}

/** The whole of several tallies. */
export function total(tallies: Iterable<Tally>): Tally {
  let all = NOTHING;
  for (const tally of tallies) all = joined(all, tally);
  return all;
}

/** The posterior after a tally from a flat prior: Beta(1 + sum, 1 + n - sum). A reward between 0 and 1 counts as that share of a success. */
export function posteriorOf({ n, sum }: Tally): Beta {
  return { a: 1 + sum, b: 1 + Math.max(0, n - sum) };
}

/**
 * The posterior of one context, shrunk towards the other contexts of the same wording. The others (n', sum') give the mean
 * m = (1 + sum') / (2 + n') of a prior of weight k = min(SHRINKAGE, 2 + n'), and the context's own turns count on top:
 * Beta(k·m + sum, k·(1 - m) + n - sum). With no other context this is the flat prior; a context never seen has what the others say.
 * The beta-binomial hierarchy of Gelman et al., Bayesian Data Analysis (3rd ed., 2013), section 5.3, with a fixed weight in place of
 * its hyperprior and the context itself left out of the mean, so that nothing counts twice.
 */
export function shrunkPosterior(byContext: ReadonlyMap<string, Tally>, context: string): Beta {
  const own = byContext.get(context) ?? NOTHING;
  const all = total(byContext.values());
  const others = { n: all.n - own.n, sum: all.sum - own.sum };
  const weight = Math.min(SHRINKAGE, 2 + others.n);
  const mean = Math.min(1, Math.max(0, (1 + others.sum) / (2 + others.n)));
  return { a: weight * mean + own.sum, b: weight * (1 - mean) + Math.max(0, own.n - own.sum) };
}

/** The mean of a posterior. */
export function meanOf({ a, b }: Beta): number {
  return a / (a + b);
}

/** The interval that holds the middle `mass` (0 to 1) of a posterior. */
export function intervalOf(beta: Beta, mass = 0.9): { low: number; high: number } {
  return { low: quantileOf(beta, (1 - mass) / 2), high: quantileOf(beta, (1 + mass) / 2) };
}

/** Heights of the density at the middles of `count` equal pieces of [0, 1]; their mean is 1 up to the error of the middle rule. */
export function densityOf({ a, b }: Beta, count: number): number[] {
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b);
  return Array.from({ length: count }, (_, index) => {
    const x = (index + 0.5) / count;
    return Math.exp(scale + (a - 1) * Math.log(x) + (b - 1) * Math.log(1 - x));
  });
}

/** The probability that a draw of `one` lies above a draw of `other`, by integration; within 0.001. */
export function probabilityAbove(one: Beta, other: Beta): number {
  const pieces = 1000;
  const density = densityOf(one, pieces);
  const all = density.reduce((sum, height) => sum + height, 0);
  return density.reduce((sum, height, index) => sum + (height > 1e-12 ? height * cumulativeOf(other, (index + 0.5) / pieces) : 0), 0) / all;
}

/** The probability of a draw below x: the regularised incomplete beta function (continued fraction after Lentz). */
export function cumulativeOf({ a, b }: Beta, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(a, b, x)) / a : 1 - (front * fraction(b, a, 1 - x)) / b;
}

function quantileOf(beta: Beta, share: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (cumulativeOf(beta, middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function fraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const apart = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / apart(1 + even * d);
    c = apart(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / apart(1 + odd * d);
    c = apart(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return result;
}

/** The logarithm of the gamma function by Lanczos' series (g = 7, nine terms); about 15 digits for x above 0. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const terms = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
  const shifted = x - 1;
  const t = shifted + 7.5;
  const series = terms.reduce((sum, term, index) => (index === 0 ? term : sum + term / (shifted + index)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}
