/** Tests that bear the number of a requirement, and the record of which of them ran. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testsInMatrix, type RanTest } from './matrix.ts';
import { requirementOf } from './requirements.ts';

const removed = process.env.UXFLOW_REMOVE_CONTROL;
const declared: RanTest[] = [];
const ran: RanTest[] = [];

/** A test of one requirement. Where a control was removed (removeControl.ts), only the tests of its requirement run. */
export function requirement(id: string, name: string, run: () => Promise<void> | void, timeout?: number): void {
  const { applies } = requirementOf(id);
  if (applies !== true) throw new Error(`${id} does not apply, so nothing tests it`);
  const one = { id, name };
  declared.push(one);
  test.skipIf(removed !== undefined && removed !== id)(
    `[${id}] ${name}`,
    async () => {
      await run();
      ran.push({ ...one, file: basename(expect.getState().testPath!) });
    },
    timeout,
  );
}

/** To be called at the end of a file of such tests: checks that docs/asvs.md tells what this file has just run, or hands it to who writes that. */
export function tellMatrix(): void {
  const folder = process.env.UXFLOW_MATRIX_FOLDER;
  if (folder) {
    afterAll(() => {
      mkdirSync(folder, { recursive: true });
      if (ran.length > 0) writeFileSync(join(folder, `${ran[0]!.file}.json`), JSON.stringify(ran));
    });
    return;
  }
  test.skipIf(removed !== undefined)('docs/asvs.md names the tests that have just run here (npm run controls -- matrix writes it)', () => {
    const file = basename(expect.getState().testPath!);
    const named = testsInMatrix(readFileSync(MATRIX, 'utf8')).filter((one) => one.file === file);
    expect(ran.map(labelOf).sort()).toEqual(declared.map(labelOf).sort());
    expect(named.map(labelOf).sort()).toEqual(ran.map(labelOf).sort());
  });
}

const MATRIX = join(import.meta.dirname, '../../../../docs/asvs.md');
const labelOf = ({ id, name }: { id: string; name: string }) => `[${id}] ${name}`;
