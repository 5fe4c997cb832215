import { exportFlow, textFormats, viewOfDocument, type TextFormatName } from '@uxflow/core';
import { outFile, readArguments, readFlow, usage, writeWhole, type Command } from './command.ts';

const formats = Object.keys(textFormats).join('|');

export const exportCommand: Command = {
  usage: `export FLOW --format ${formats} [--out PATH]`,
  summary: 'Writes a flow in another format, to standard output or to a file (or a folder).',
  async run(args) {
    const { values, positionals } = readArguments(args, { format: { type: 'string' }, out: { type: 'string' } }, exportCommand);
    const [file] = positionals;
    if (!file || positionals.length > 1) throw usage(exportCommand, 'Name one flow.');
    if (!values.format || !(values.format in textFormats)) throw usage(exportCommand, `--format takes one of ${formats}.`);
    const { text, fileName } = exportFlow(viewOfDocument(readFlow(file)), values.format as TextFormatName);
    if (values.out === undefined) process.stdout.write(text);
    else writeWhole(outFile(values.out, fileName), text);
    return 0;
  },
};
