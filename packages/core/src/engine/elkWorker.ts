/** The worker that runs ELK, so that a layout never blocks the engine. Speaks `{id, graph}` in, `{id, graph}` or `{id, error}` out. */
import { parentPort } from 'node:worker_threads';
import Elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';

const elk = new (Elk as unknown as new () => { layout: (graph: ElkNode) => Promise<ElkNode> })();

parentPort!.on('message', (request: { id: number; graph: ElkNode }) => {
  elk.layout(request.graph).then(
    (graph) => parentPort!.postMessage({ id: request.id, graph }),
    (error: unknown) => parentPort!.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
