import { SCHEMA_VERSION, viewOfDocument, type FlowDocument, type FlowView } from '../flow/index.ts';
import { readText } from '../language/index.ts';
import { layoutWhole, type ElkRunner } from '../layout/index.ts';

/** Layouts after which the worker's code runs at its full speed (measured: about 550 ms for the first one of 46 nodes, 100 ms from the fifth on). */
const ROUNDS = 4;

/** Loads and exercises what the first turn would wait for: the tagger's lexicon here, the layout code in its worker. */
export async function warmUp(runElk: ElkRunner): Promise<void> {
  readText('The user opens the app. If the password is wrong, an error is shown; otherwise the home screen appears.');
  const view = branchingFlow();
  for (let round = 0; round < ROUNDS; round++) await layoutWhole(view, { runElk });
}

/** A flow of 46 nodes with a decision after every fifth step: about what a page of text gives. */
function branchingFlow(): FlowView {
  const nodes: FlowDocument['nodes'] = {};
  const edges: FlowDocument['edges'] = {};
  const connect = (source: string, target: string) => {
    const id = `e${Object.keys(edges).length}`;
    edges[id] = { id, source, target, data: {} };
  };
  for (let i = 0; i < 46; i++) {
    const id = `n${i}`;
    nodes[id] = { id, type: i % 5 === 4 ? 'decision' : 'action', position: { x: 0, y: 0 }, data: { title: id } };
    if (i > 0) connect(`n${i - 1}`, id);
    if (i % 5 === 0 && i > 5) connect(`n${i - 6}`, id);
  }
  return viewOfDocument({ format: 'uxflow', version: SCHEMA_VERSION, id: 'warm', name: '', nodes, edges });
}
