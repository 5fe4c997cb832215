import { AppError } from '../base/index.ts';
import { openDocument, review, SCHEMA_VERSION, toDocument, type FlowDocument } from '../flow/index.ts';
import { detectLanguage } from '../language/readText.ts';
import { runAgent } from './agent.ts';
import { drawingCards } from './drawingCards.ts';
import { seededIds } from './editCards.ts';
import { toBase64 } from './image/base64.ts';
import { readImage } from './image/imageFile.ts';
import { acceptAll, type GeneratedFlow, type PipelineDependencies } from './pipeline.ts';
import { placeCards } from './placeCards.ts';
import { visualInterpreter } from './visualInterpreter.ts';

/**
 * The flow that a picture shows, with every card accepted at once. `wish` is what is wanted beside it. Throws IMAGE_… for a picture that
 * cannot be read, the model's error where it failed, and NO_FLOW_SEEN with a kind sentence where nothing of a flow is on it.
 */
export async function generateFlowFromPicture(bytes: Uint8Array, wish: string, name: string, dependencies: PipelineDependencies): Promise<GeneratedFlow> {
  const { clock, seed } = dependencies;
  const signal = dependencies.signal ?? new AbortController().signal;
  const { mediaType } = readImage(bytes);
  const ids = seededIds(seed, clock.now());
  const language = detectLanguage(wish);
  const state = openDocument({ format: 'uxflow', version: SCHEMA_VERSION, id: ids.newId('flow'), name, nodes: {}, edges: {} } as FlowDocument);
  const context = { state, ids: seededIds(seed + 1, clock.now()), language };
  const input = { image: { mediaType, base64: toBase64(bytes) }, wish };
  const useModel = mediaType !== 'image/svg+xml' && visualInterpreter.rules(input, context).status === 'error';
  const { output: drawing, fallback } = await runAgent(visualInterpreter, input, context, {
    ...(dependencies.model && useModel ? { model: Promise.resolve(dependencies.model) } : {}),
    seed, signal, timeoutMs: dependencies.modelTimeoutMs ?? 120_000,
  });
  if (drawing.status === 'error') {
    if (fallback) throw new AppError(fallback.code, fallback.message, fallback.params);
    throw new AppError('NO_FLOW_SEEN', drawing.errorMessage, {});
  }
  const cards = await placeCards(drawingCards(drawing, wish, state, context.ids, language), state, dependencies.layWhole, signal);
  const done = acceptAll(state, cards, clock);
  return { document: toDocument(done), findings: review(done), reply: drawing.description };
}
