import { AppError, checkTransaction, commit, fold, openDocument, toDocument, transactionSchema, type Intent, type LogState } from '@uxflow/core';
import { putFlow, readArguments, readBytes, readFlow, usage, type Command } from './command.ts';

export const applyCommand: Command = {
  usage: 'apply FLOW TX.json [--out PATH]',
  summary: 'Applies a transaction (or {"ops": […]}) to a flow, strictly: an unknown id or a field that has changed is an error and nothing is written.',
  async run(args) {
    const { values, positionals } = readArguments(args, { out: { type: 'string' } }, applyCommand);
    const [flowFile, transactionFile] = positionals;
    if (!flowFile || !transactionFile || positionals.length > 2) throw usage(applyCommand, 'Name a flow and a transaction.');
    const state = openDocument(readFlow(flowFile));
    putFlow(toDocument(applied(state, parseJson(transactionFile))), values.out);
    return 0;
  },
};

function applied(state: LogState, value: unknown): LogState {
  const whole = transactionSchema.safeParse(value);
  if (whole.success) {
    checkTransaction(state, whole.data);
    return fold(state, whole.data);
  }
  const ops = (value as { ops?: unknown } | null)?.ops;
  if (!Array.isArray(ops)) throw new AppError('TRANSACTION_INVALID', 'The second file is neither a transaction nor {"ops": […]}. Nothing was written.', {});
  return fold(state, commit(state, { ops } as Intent, { id: 'tx_apply', logId: 'log_file', author: { kind: 'user', id: 'cli', name: '' }, at: 0 }));
}

function parseJson(file: string): unknown {
  const text = new TextDecoder().decode(readBytes(file));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('TRANSACTION_INVALID', `${file} is no JSON (${error instanceof Error ? error.message : ''}). Nothing was written.`, { file }, { cause: error });
  }
}
