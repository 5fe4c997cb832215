import type { FlowView } from '@uxflow/core';
import type { Translate } from '../../i18n/translate.ts';

/** Texts to begin with: whole flows for an empty canvas, edits that name what stands there for any other. */
export function suggestionsFor(text: Translate, view: Pick<FlowView, 'node'>): string[] {
  const nodes = [...view.node.values()].filter(({ type, data }) => data.title.trim() && type !== 'start' && type !== 'note');
  if (nodes.length === 0) return [text('chat.suggestion.create'), text('chat.suggestion.steps'), text('chat.suggestion.arrows')];
  const place = nodes.find(({ type, data }) => type === 'screen' && /log|sign|anmeld/i.test(data.title)) ?? nodes.find(({ type }) => type === 'screen') ?? nodes[0]!;
  const title = place.data.title.trim();
  const branch = /log|sign|anmeld/i.test(title) ? text('chat.suggestion.branch', { title }) : text('chat.suggestion.after', { title });
  return [branch, text('chat.suggestion.missing'), text('chat.suggestion.tidy')];
}
