import { documentText, toDocument } from '../flow/document.ts';
import type { FlowView } from '../flow/schema.ts';
import { markdownText } from './markdown.ts';
import { mermaidText } from './mermaid.ts';

/** A format that a flow can be written in. */
interface TextFormat {
  extension: string;
  mediaType: string;
  write(view: FlowView): string;
}

/** Every text format, by its name on the command line; a new format is an entry here. */
export const textFormats = {
  json: { extension: 'uxflow', mediaType: 'application/json', write: (view) => documentText(toDocument(view)) },
  mermaid: { extension: 'mmd', mediaType: 'text/vnd.mermaid', write: mermaidText },
  markdown: { extension: 'md', mediaType: 'text/markdown', write: markdownText },
} satisfies Record<string, TextFormat>;

export type TextFormatName = keyof typeof textFormats;

/** A flow as text of a format, with a file name made from the flow's name. */
export function exportFlow(view: FlowView, format: TextFormatName): { fileName: string; mediaType: string; text: string } {
  const { extension, mediaType, write } = textFormats[format];
  return { fileName: `${fileStem(view.flow.name)}.${extension}`, mediaType, text: write(view) };
}

/** A name that every file system takes: no separators, no control characters, at most 80 characters. */
export function fileStem(name: string): string {
  const stem = name.normalize('NFC').replace(/[\u0000-\u001f\u007f/\\:*?"<>|]+/g, ' ').replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '').slice(0, 80).trim();
  return stem || 'flow';
}
