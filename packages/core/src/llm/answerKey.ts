import { jsonSchemaOf } from './jsonSchema.ts';
import { canonicalJson } from '../base/canonical.ts';
import type { GenerateRequest } from './languageModel.ts';

/** Who is asked: the model, and what else tells one answerer from another (the endpoint). */
export interface Answerer {
  workspaceId: string;
  modelId: string;
  /** The endpoint: two of them may call different models the same. */
  endpoint: string;
}

/** The SHA-256 (hex) of everything that an answer follows from: two requests with one key are the same question to the same model. The seed is left out. */
export async function answerKey(answerer: Answerer, request: GenerateRequest): Promise<string> {
  return sha256(canonicalJson({ ...(await partsOf(answerer, request)), messages: request.messages }));
}

/**
 * The SHA-256 (hex) of everything but the wording of the question: workspace, flow and its version, model, instructions (which name the
 * language) and all material. Undefined where the request is no question about a flow. Only questions of one scope are ever compared.
 */
export async function questionScope(answerer: Answerer, request: GenerateRequest): Promise<string | undefined> {
  const { question, flowId, flowVersion } = request.purpose ?? {};
  if (!question?.trim() || flowId === undefined || flowVersion === undefined || request.images?.length) return undefined;
  const messages = request.messages.map((message) => ({ ...message, content: message.content.split(question).join('\u0000') }));
  return sha256(canonicalJson({ ...(await partsOf(answerer, request)), messages, flowId, flowVersion }));
}

async function partsOf(answerer: Answerer, request: GenerateRequest): Promise<Record<string, unknown>> {
  const images = await Promise.all((request.images ?? []).map(async (image) => ({ mediaType: image.mediaType, sha256: await sha256(image.base64) })));
  const { system, schema, temperature, maxTokens } = request;
  return { ...answerer, system, images, temperature, maxTokens, schema: schema && { name: schema.name, shape: jsonSchemaOf(schema.schema).schema } };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
