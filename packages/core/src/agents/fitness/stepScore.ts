import type { FlowDocument } from '../../flow/index.ts';

/** Steps that were found of those that were wanted. */
export interface StepCount {
  hits: number;
  found: number;
  wanted: number;
}

/**
 * How many of the wanted steps a flow has: steps are matched one to one by the stems of their words, the best likeness first, and a pair
 * needs at least half of its words in common. Starts, ends, notes and decisions are no steps.
 */
export function countSteps(document: FlowDocument, wanted: readonly string[]): StepCount {
  const found = Object.values(document.nodes).filter((node) => STEP_TYPES.has(node.type)).map((node) => stems(node.data.title));
  const pairs = wanted.flatMap((label, i) => found.map((words, j) => ({ i, j, likeness: overlap(stems(label), words) }))).filter((pair) => pair.likeness >= 0.5);
  pairs.sort((a, b) => b.likeness - a.likeness || a.i - b.i || a.j - b.j);
  const usedWanted = new Set<number>();
  const usedFound = new Set<number>();
  for (const { i, j } of pairs) {
    if (usedWanted.has(i) || usedFound.has(j)) continue;
    usedWanted.add(i);
    usedFound.add(j);
  }
  return { hits: usedWanted.size, found: found.length, wanted: wanted.length };
}

/** F1 of several counts together, 0 to 1. */
export function stepF1(counts: readonly StepCount[]): number {
  const sum = (field: keyof StepCount) => counts.reduce((total, count) => total + count[field], 0);
  return sum('hits') ? (2 * sum('hits')) / (sum('found') + sum('wanted')) : 0;
}

const STEP_TYPES: ReadonlySet<string> = new Set(['screen', 'popup', 'action', 'apiCall', 'subflow']);

const SMALL = new Set(
  'a an the of to in on at for by with from into it its this that these those is are be been was were has have had his her their he she they i we our my you your and or as then also not all any so if when which who will can may must should der die das ein eine einen einem einer und oder in im zu zum zur mit von vom auf für ist sind wird werden dann auch nicht'.split(' '),
);

function stems(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  return new Set(words.filter((word) => !SMALL.has(word)).map((word) => word
    .replace(/'s$/, '').replace(/ies$/, 'y').replace(/(ss|sh|ch|x)es$/, '$1').replace(/([^s])s$/, '$1')
    .replace(/(.{3,})ing$/, '$1').replace(/(.{3,})ed$/, '$1').replace(/(.)\1$/, '$1').replace(/e$/, '').replace(/i$/, 'y')));
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return a.size && b.size ? (2 * [...a].filter((item) => b.has(item)).length) / (a.size + b.size) : 0;
}
