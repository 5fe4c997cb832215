/** How a bundle takes the place of the one before. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { placeBundle } from '../build.ts';

const folder = mkdtempSync(join(tmpdir(), 'uxflow-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOUR_MS = 3_600_000;
const out = join(folder, 'out');

/** Builds a bundle at a moment: a main file, then its parts. */
function bundle(at: number, ...parts: string[]): void {
  const part = join(out, `part-${at}`);
  mkdirSync(join(part, 'assets'), { recursive: true });
  writeFileSync(join(part, 'main.js'), `loads ${parts.join(' ')}`);
  utimesSync(join(part, 'main.js'), at / 1000, at / 1000);
  for (const name of parts) writeFileSync(join(part, 'assets', name), name);
  placeBundle(part, out, at + 2000);
  for (const name of parts) utimesSync(join(out, 'assets', name), at / 1000 + 1, at / 1000 + 1);
}
const assets = () => readdirSync(join(out, 'assets')).toSorted();

test('parts of bundles before the last are deleted once they are a day old; what a server that runs may still load is not', () => {
  const now = Date.now();
  bundle(now - 100 * HOUR_MS, 'auth-1.js', 'same.js');
  bundle(now - 90 * HOUR_MS, 'auth-2.js', 'same.js');
  expect(assets()).toEqual(['auth-1.js', 'auth-2.js', 'same.js']);
  bundle(now - 60 * HOUR_MS, 'auth-3.js', 'same.js');
  expect(assets()).toEqual(['auth-2.js', 'auth-3.js', 'same.js']);
  bundle(now - 59 * HOUR_MS, 'auth-4.js', 'same.js');
  bundle(now - 58 * HOUR_MS, 'auth-5.js');
  // Not the last, but of the same day.
  expect(assets()).toEqual(['auth-3.js', 'auth-4.js', 'auth-5.js', 'same.js']);
  bundle(now, 'auth-6.js');
  expect(assets()).toEqual(['auth-5.js', 'auth-6.js']);
  expect([readFileSync(join(out, 'main.js'), 'utf8'), readdirSync(out).toSorted()]).toEqual(['loads auth-6.js', ['assets', 'main.js']]);
});
