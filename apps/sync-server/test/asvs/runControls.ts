/**
 * `npm run controls -- [COUNT [SEED] | all | NUMBER… | matrix]`: takes controls out, one after the other, and wants the tests of their requirements
 * red; or runs all of these tests and writes docs/asvs.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderMatrix, type RanTest } from './matrix.ts';
import { patched } from './removeControl.ts';
import { REQUIREMENTS, requirementOf } from './requirements.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../../../..');
const CONFIG = join(HERE, 'vitest.config.ts');

/** What became of the tests of a requirement without its control. */
export interface Removal {
  id: string;
  /** True when a test of it failed by an expectation of its own. */
  isRed: boolean;
  /** What was seen; for who must find out. */
  seen: string;
}

interface JsonReport {
  testResults: { name: string; message: string; assertionResults: { title: string; status: string; failureMessages?: string[] }[] }[];
}

/** Numbers whose control can be taken out. */
export const REMOVABLE: readonly string[] = REQUIREMENTS.filter(({ patch }) => patch).map(({ id }) => id);

/** Takes the controls out, each in a worker of its own. */
export async function removeControls(asked: readonly string[]): Promise<Removal[]> {
  const unfit = asked.flatMap((id): Removal[] => {
    try {
      patched(requirementOf(id).patch!);
      return [];
    } catch (error) {
      return [{ id, isRed: false, seen: String(error) }];
    }
  });
  const ids = asked.filter((id) => !unfit.some((one) => one.id === id));
  if (ids.length === 0) return unfit;
  const folder = mkdtempSync(join(tmpdir(), 'uxflow-controls-'));
  try {
    const output = join(folder, 'report.json');
    const written = await vitest(['run', '--config', CONFIG, '--reporter=json', `--outputFile=${output}`], { UXFLOW_REMOVE_CONTROLS: ids.join(',') });
    let report: JsonReport;
    try {
      report = JSON.parse(readFileSync(output, 'utf8')) as JsonReport;
    } catch {
      throw new Error(`The run came to nothing:\n${written.slice(-4000)}`);
    }
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    const removals = ids.map((id): Removal => {
      const own = tests.filter(({ title, status }) => title.startsWith(`[${id}] `) && ['passed', 'failed'].includes(status));
      // A patch that breaks the program would turn anything red: only a test that ran and found what it must not find counts.
      const isRed = own.some(({ status, failureMessages = [] }) => status === 'failed' && failureMessages.some((message) => /^(AssertionError|Error: expected )/.test(message)));
      const seen = own.length > 0 ? own.map(({ title, status, failureMessages = [] }) => `${status}: ${title}${failureMessages.map((message) => `\n    ${message.split('\n')[0]}`).join('')}`).join('\n  ') : `no test ran. ${report.testResults.map(({ message }) => message).filter(Boolean).join('\n')} ${written.slice(-2000)}`;
      return { id, isRed, seen };
    });
    return [...unfit, ...removals];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The test files of this folder that hold tests of a requirement. */
export function filesOf(id: string): string[] {
  return readdirSync(HERE).filter((name) => name.endsWith('.test.ts') && readFileSync(join(HERE, name), 'utf8').includes(`requirement('${id}'`));
}

/** Some of the numbers, drawn by a seed. */
export function draw(count: number, seed: number): string[] {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return REMOVABLE.map((id) => ({ id, key: random() })).sort((one, other) => one.key - other.key).slice(0, count).map(({ id }) => id);
}

async function writeMatrix(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'uxflow-matrix-'));
  const written = await vitest(['run', join('apps/sync-server/test/asvs'), '--exclude', '**/controls.test.ts'], { UXFLOW_MATRIX_FOLDER: folder });
  const ran = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RanTest[]);
  rmSync(folder, { recursive: true });
  process.stdout.write(written);
  const order = new Map(REQUIREMENTS.map(({ id }, at) => [id, at]));
  ran.sort((one, other) => order.get(one.id)! - order.get(other.id)! || `${one.file} ${one.name}`.localeCompare(`${other.file} ${other.name}`));
  writeFileSync(join(ROOT, 'docs/asvs.md'), renderMatrix(ran));
  process.stdout.write(`docs/asvs.md: ${ran.length} tests.\n`);
}

function vitest(args: string[], variables: Record<string, string>): Promise<string> {
  return new Promise((done, fail) => {
    const { VITEST: _, VITEST_MODE: __, VITEST_POOL_ID: ___, VITEST_WORKER_ID: ____, NODE_OPTIONS: _____, ...inherited } = process.env;
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], { cwd: ROOT, env: { ...inherited, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += String(chunk)));
    child.on('error', fail);
    child.on('close', () => done(text));
  });
}

if (import.meta.main) {
  const [first = '10', second] = process.argv.slice(2);
  if (first === 'matrix') await writeMatrix();
  else {
    const seed = Number(second ?? Math.floor(Math.random() * 2 ** 32));
    const ids = first === 'all' ? [...REMOVABLE] : first.includes('.') ? process.argv.slice(2) : draw(Number(first), seed);
    if (first !== 'all' && !first.includes('.')) process.stdout.write(`seed ${seed}\n`);
    let failures = 0;
    // Twelve in one process at a time: each is a project with sources of its own in memory.
    for (let start = 0; start < ids.length; start += 12) {
      for (const { id, isRed, seen } of await removeControls(ids.slice(start, start + 12))) {
        if (!isRed) failures += 1;
        process.stdout.write(`${isRed ? 'red' : 'NOT RED'} ${id}\n${isRed ? '' : `  ${seen}\n`}`);
      }
    }
    process.stdout.write(`${ids.length - failures} of ${ids.length} removals turned their tests red.\n`);
    process.exitCode = failures > 0 ? 1 : 0;
  }
}
