/** The list of requirements, and ten controls at random that are taken out: the tests of each must notice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderMatrix, testsInMatrix } from './matrix.ts';
import { patched, ROOT } from './removeControl.ts';
import { draw, filesOf, REMOVABLE, removeControls } from './runControls.ts';
import { REQUIREMENTS, requirementOf } from './requirements.ts';

/** Numbers of the standard's chapters 4, 6, 7 and 8 at levels 1 and 2: so many in each section. */
const SECTIONS: Record<string, number[]> = {
  4.1: [1, 2, 3], 4.2: [1], 4.3: [1, 2], 4.4: [1, 2, 3, 4],
  6.1: [1, 2, 3], 6.2: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 6.3: [1, 2, 3, 4], 6.4: [1, 2, 3, 4], 6.5: [1, 2, 3, 4, 5], 6.6: [1, 2, 3], 6.8: [1, 2, 3, 4],
  7.1: [1, 2, 3], 7.2: [1, 2, 3, 4], 7.3: [1, 2], 7.4: [1, 2, 3, 4, 5], 7.5: [1, 2], 7.6: [1, 2],
  8.1: [1, 2], 8.2: [1, 2, 3], 8.3: [1], 8.4: [1],
};

test('every requirement of the four chapters stands in the list once, with a patch and tests or with the reason why it does not apply', () => {
  const wanted = Object.entries(SECTIONS).flatMap(([section, numbers]) => numbers.map((number) => `${section}.${number}`));
  expect(REQUIREMENTS.filter(({ beyond }) => !beyond).map(({ id }) => id).sort()).toEqual(wanted.sort());
  expect(new Set(REQUIREMENTS.map(({ id }) => id)).size).toBe(REQUIREMENTS.length);
  for (const { id, applies, patch } of REQUIREMENTS) {
    if (applies === true) expect([id, patch !== undefined, filesOf(id).length > 0]).toEqual([id, true, true]);
    else expect([id, patch, applies.length > 10]).toEqual([id, undefined, true]);
  }
});

test.each(REMOVABLE)('the patch of %s fits the source and changes it', (id) => {
  const { patch } = requirementOf(id);
  expect(patched(patch!)).not.toBe(readFileSync(join(ROOT, patch!.file), 'utf8'));
});

test('docs/asvs.md is what the list and the tests that it names make', () => {
  const text = readFileSync(join(ROOT, 'docs/asvs.md'), 'utf8');
  expect(text).toBe(renderMatrix(testsInMatrix(text)));
});

test('ten controls at random are missed by the tests of their requirements when they are taken out', async () => {
  const seed = Number(process.env.UXFLOW_CONTROLS_SEED ?? Math.floor(Math.random() * 2 ** 32));
  process.stdout.write(`controls: seed ${seed} (npm run controls -- 10 ${seed})\n`);
  const removals = await removeControls(draw(10, seed));
  expect(removals.filter(({ isRed }) => !isRed)).toEqual([]);
  expect(removals).toHaveLength(10);
}, 900_000);
