import { compareViews, diffViews, viewOfDocument, type FlowView } from '@uxflow/core';
import { readArguments, readFlow, usage, type Command } from './command.ts';

export const diffCommand: Command = {
  usage: 'diff A B [--json]',
  summary: 'Shows what leads from flow A to flow B; --json gives the ops, which `apply` takes. Exit 1 when they differ.',
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } }, diffCommand);
    const [a, b] = positionals;
    if (!a || !b || positionals.length > 2) throw usage(diffCommand, 'Name two flows.');
    const [from, to] = [viewOfDocument(readFlow(a)), viewOfDocument(readFlow(b))];
    const ops = diffViews(from, to);
    if (values.json) process.stdout.write(`${JSON.stringify({ ops }, null, 2)}\n`);
    else {
      const { added, removed, changed } = compareViews(from, to);
      for (const { kind, id } of added) process.stdout.write(`+ ${kind} ${id} ${nameOf(to, kind, id)}\n`);
      for (const { kind, id } of removed) process.stdout.write(`- ${kind} ${id} ${nameOf(from, kind, id)}\n`);
      for (const { kind, id, fields } of changed) process.stdout.write(`~ ${kind} ${id} ${nameOf(to, kind, id)}: ${fields.join(', ')}\n`);
    }
    return ops.length ? 1 : 0;
  },
};

/** What people call a record: its title, or for an edge the titles of its ends. */
function nameOf(view: FlowView, kind: string, id: string): string {
  if (kind === 'edge') {
    const edge = view.edge.get(id);
    const title = (nodeId: string | undefined) => (nodeId && view.node.get(nodeId)?.data.title) || '?';
    return `"${title(edge?.source)}" -> "${title(edge?.target)}"`;
  }
  const record = kind === 'flow' ? view.flow : (view[kind as 'node'].get(id) as { data?: { title?: string }; title?: string; name?: string } | undefined);
  const name = (record as { data?: { title?: string } } | undefined)?.data?.title ?? (record as { title?: string; name?: string } | undefined)?.title ?? (record as { name?: string } | undefined)?.name;
  return name ? `"${name}"` : '';
}
