import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../../../../packages/core/src/llm/testServers.ts';
import { ollamaChat } from '../../../../../packages/core/src/llm/wireFixtures.ts';
import { fitnessCommand } from './fitness.ts';

let wire: WireServer | undefined;
const folder = mkdtempSync(join(tmpdir(), 'uxflow-fitness-'));
afterEach(async () => {
  vi.restoreAllMocks();
  delete process.env['OLLAMA_HOST'];
  await wire?.close();
  wire = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** What the command says when it is run against an Ollama whose model answers `text` to everything. */
async function run(text: string | undefined, args: string[]): Promise<{ out: string; progress: string }> {
  wire = await startWireServer((_request, response) => (text === undefined ? sendJson(response, 404, { error: 'model "m" not found, try pulling it first' }) : sendLines(response, ollamaChat([text]))));
  process.env['OLLAMA_HOST'] = wire.origin;
  let out = '';
  let progress = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += String(chunk)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((progress += String(chunk)), true));
  await fitnessCommand.run(args);
  return { out, progress };
}

it('says how a model did beside the rules, and keeps the report where it is told to', async () => {
  const file = join(folder, 'report.json');
  const { out, progress } = await run('{"answer":"The screen Thank you.","principle":"","nodeIds":[]}', ['--model', 'ollama:m', '--out', file]);
  expect(progress.match(/^\d of 8: /gm)).toHaveLength(8);
  expect(out).toMatch(/answers that can be used\s+13 %\s+100 %/);
  expect(out).toMatch(/steps of new flows \(F1\)\s+0\.00\s+0\.\d\d/);
  expect(out).toContain('Of no use for new flows; of no use for edits; weaker than the rules at questions.');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ model: 'ollama:m', tasks: expect.arrayContaining([expect.objectContaining({ id: 'after', kind: 'question' })]) });
});

it('asks once and says why where there is nothing to check', async () => {
  await expect(run(undefined, ['--model', 'ollama:m'])).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect(wire!.requests.length).toBeLessThanOrEqual(2);
  await expect(fitnessCommand.run([])).rejects.toMatchObject({ code: 'USAGE' });
  await expect(fitnessCommand.run(['--model', 'rules'])).rejects.toMatchObject({ code: 'USAGE' });
});
