/** Seeded draws of the distributions that learning needs; the same seed gives the same draws everywhere. */
export interface Draws {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
  /** From Beta(a, b); a and b above 0. */
  beta(a: number, b: number): number;
}

/** Draws from a seed (any integer). Uniform numbers by Mulberry32, normal ones by the polar method, gamma ones after Marsaglia and Tsang (2000). */
export function seededDraws(seed: number): Draws {
  let state = Math.imul(seed ^ 0x9e3779b9, 2654435761) >>> 0;
  let spare: number | undefined;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
  /** From Gamma(shape, 1). A shape below 1 is drawn one higher and shrunk. */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * Math.pow(1 - uniform(), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    uniform,
    normal,
    beta(a, b) {
      const x = gamma(a);
      return x / (x + gamma(b));
    },
  };
}
