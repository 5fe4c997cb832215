import { commit, fold, layoutIntent, layoutWhole, openDocument, toDocument } from '@uxflow/core';
import { createElkRunner } from '@uxflow/core/engine';
import { withElkWorker } from '../elkWorkerUrl.ts';
import { putFlow, readArguments, readFlow, usage, type Command } from './command.ts';

export const layoutCommand: Command = {
  usage: 'layout FLOW [--direction right|down] [--out PATH]',
  summary: 'Lays a flow out; pinned and locked nodes stay where they are.',
  async run(args) {
    const { values, positionals } = readArguments(args, { direction: { type: 'string' }, out: { type: 'string' } }, layoutCommand);
    const [file] = positionals;
    if (!file || positionals.length > 1) throw usage(layoutCommand, 'Name one flow.');
    const { direction } = values;
    if (direction !== undefined && direction !== 'right' && direction !== 'down') throw usage(layoutCommand, `There is no direction "${direction}".`);
    const state = openDocument(readFlow(file));
    const { elkWorkerUrl } = withElkWorker();
    const runElk = createElkRunner(elkWorkerUrl ? { workerUrl: elkWorkerUrl } : {});
    try {
      const ops = layoutIntent(state, await layoutWhole(state, { runElk, ...(direction ? { direction } : {}) }));
      const next = ops.length ? fold(state, commit(state, { ops }, { id: 'tx_layout', logId: 'log_file', author: { kind: 'user', id: 'cli', name: '' }, at: 0 })) : state;
      putFlow(toDocument(next), values.out);
    } finally {
      await runElk.close();
    }
    return 0;
  },
};
