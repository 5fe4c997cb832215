import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import { createElkRunner, type ElkWorkerRunner } from './elkRunner.ts';

const open: ElkWorkerRunner[] = [];
const runner = (): ElkWorkerRunner => {
  const one = createElkRunner();
  open.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function chain(length: number): ElkNode {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  return {
    id: 'root',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT' },
    children: ids.map((id) => ({ id, width: 100, height: 50 })),
    edges: ids.slice(1).map((id, index) => ({ id: `e${index}`, sources: [`n${index}`], targets: [id] })),
  };
}

/** Every node to every other: seconds of work for ELK. */
function heavy(): ElkNode {
  const graph = chain(150);
  graph.edges = graph.children!.flatMap((a, i) => graph.children!.slice(i + 1).map((b, j) => ({ id: `${i} ${j}`, sources: [a.id], targets: [b.id] })));
  return graph;
}

describe('createElkRunner', () => {
  it('lays graphs out one after the other on one worker', async () => {
    const run = runner();
    const answers = await Promise.all([2, 3, 4].map((length) => run(chain(length))));
    answers.forEach((answer, index) => expect(answer.children!.map((node) => node.x! > 0)).toEqual(Array(index + 2).fill(true)));
  });

  it('says what ELK refuses and works on', async () => {
    const run = runner();
    const broken = { ...chain(2), edges: [{ id: 'e', sources: ['n0'], targets: ['nowhere'] }] };
    await expect(run(broken)).rejects.toMatchObject({ code: 'LAYOUT_FAILED' });
    expect((await run(chain(2))).children).toHaveLength(2);
  });

  it('cancels the job at work and a waiting one without losing the others', async () => {
    const run = runner();
    const [first, third] = [new AbortController(), new AbortController()];
    const jobs = [run(heavy(), first.signal), run(chain(3)), run(chain(4), third.signal)];
    const settled = Promise.allSettled(jobs);
    third.abort(new Error('third'));
    first.abort(new Error('first'));
    const [a, b, c] = await settled;
    expect(a).toMatchObject({ status: 'rejected', reason: { message: 'first' } });
    expect(b).toMatchObject({ status: 'fulfilled' });
    expect(c).toMatchObject({ status: 'rejected', reason: { message: 'third' } });
    await expect(run(chain(2), AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });

  it('refuses after close and rejects what still waits', async () => {
    const run = runner();
    const waiting = expect(run(heavy())).rejects.toMatchObject({ code: 'LAYOUT_CLOSED' });
    await run.close();
    await waiting;
    await expect(run(chain(2))).rejects.toMatchObject({ code: 'LAYOUT_CLOSED' });
  });

  it('says so when the worker file is missing', async () => {
    const run = createElkRunner({ workerUrl: new URL('./noSuchWorker.ts', import.meta.url) });
    await expect(run(chain(2))).rejects.toMatchObject({ code: 'LAYOUT_FAILED' });
    await run.close();
  });

  it('holds the process while it works and lets it end afterwards', () => {
    const module = fileURLToPath(new URL('./elkRunner.ts', import.meta.url));
    const program = `import { createElkRunner } from ${JSON.stringify(module)};
      const graph = ${JSON.stringify(chain(3))};
      createElkRunner()(graph).then((answer) => console.log(answer.children.length));`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', timeout: 30_000 });
    expect([stdout.trim(), status]).toEqual(['3', 0]);
  });
});
