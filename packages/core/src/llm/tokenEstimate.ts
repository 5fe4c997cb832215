import { jsonSchemaOf } from './jsonSchema.ts';
import type { GenerateRequest } from './languageModel.ts';

/**
 * About how many tokens a text has, rather too many than too few: one for every three ASCII characters (English has some four to a token,
 * German some three and a half, JSON some three) and one for every other character.
 */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let others = 0;
  for (const character of text) {
    if (character.charCodeAt(0) < 128) ascii++;
    else others++;
  }
  return Math.ceil(ascii / 3) + others;
}

/** About how many tokens a request sends; the schema counts, for providers are sent it beside the prompt. */
export function estimateInputTokens(request: Pick<GenerateRequest, 'system' | 'messages' | 'images' | 'schema'>): number {
  const texts = [request.system, ...request.messages.map(({ content }) => content), schemaText(request)];
  return texts.reduce((sum, text) => sum + estimateTokens(text) + MESSAGE_TOKENS, 0) + (request.images?.length ?? 0) * IMAGE_TOKENS;
}

/** A number of tokens that a request cannot exceed: no token of a byte-level vocabulary is shorter than a byte. Pictures count with the most that providers make of one. */
export function mostInputTokens(request: Pick<GenerateRequest, 'system' | 'messages' | 'images' | 'schema' | 'tools'>): number {
  const texts = [request.system, ...request.messages.map((message) => JSON.stringify(message)), schemaText(request), request.tools ? JSON.stringify(request.tools) : ''];
  return texts.reduce((sum, text) => sum + bytesOf(text) + MOST_MESSAGE_TOKENS, 0) + (request.images?.length ?? 0) * MOST_IMAGE_TOKENS;
}

/** What stands around a message. */
const MESSAGE_TOKENS = 4;
const MOST_MESSAGE_TOKENS = 64;
/** A picture of about a megapixel, and the largest that providers take before they shrink it. */
const IMAGE_TOKENS = 1_600;
const MOST_IMAGE_TOKENS = 8_000;

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function schemaText({ schema }: Pick<GenerateRequest, 'schema'>): string {
  return schema ? jsonSchemaOf(schema.schema).text : '';
}
