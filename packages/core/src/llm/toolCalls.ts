import type { ToolCall } from './languageModel.ts';
import { modelError, type ModelSubject } from './modelError.ts';

/** A call of a tool as it arrives: perhaps in pieces, its arguments as text or as an object. */
export interface ToolCallDraft {
  id?: string | undefined;
  name: string;
  arguments: unknown;
  signature?: string | undefined;
}

/** The calls in order, each with an id. Throws MODEL_OUTPUT_INVALID where arguments are no object or a name is missing. */
export function readToolCalls(drafts: readonly ToolCallDraft[], subject: ModelSubject): ToolCall[] {
  return drafts.map((draft, index) => {
    const value = readArguments(draft.arguments);
    if (!draft.name || !value) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'schema', problem: `call ${index + 1} of a tool cannot be read` });
    return { id: draft.id || `${OWN_ID}${index + 1}`, name: draft.name, arguments: value, ...(draft.signature ? { signature: draft.signature } : {}) };
  });
}

/** The id that the provider gave a call, or undefined where it gave none. */
export function providerCallId(id: string): string | undefined {
  return id.startsWith(OWN_ID) ? undefined : id;
}

const OWN_ID = 'own_call_';

function readArguments(given: unknown): Record<string, unknown> | undefined {
  let value = given;
  if (typeof given === 'string') {
    // A tool without arguments is called with nothing at all by some models.
    if (!given.trim()) return {};
    try {
      value = JSON.parse(given);
    } catch {
      return undefined;
    }
  }
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
