import type { ExportedCall } from './callsCsv.ts';

/** A value as OTLP writes it in JSON: integers of 64 bits are texts. */
export type OtlpValue = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean };
export interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}
export interface OtlpSpan {
  /** 32 and 16 hexadecimal digits. */
  traceId: string;
  spanId: string;
  name: string;
  /** 3: a client's. */
  kind: 3;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: OtlpAttribute[];
  /** 0 unset, 2 error. */
  status: { code: 0 | 2; message?: string };
}
/** OTLP's ExportTraceServiceRequest in JSON: what a collector takes at /v1/traces. */
export interface OtlpRequest {
  resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { scope: { name: string; version: string }; spans: OtlpSpan[] }[] }[];
}

/**
 * Calls as spans named by OpenTelemetry's conventions for generative AI (semantic-conventions-genai, status Development). The calls of a
 * turn are one trace. Calls that nobody was asked for (cached, refused) and those whose end nobody saw are no spans.
 */
export function callsToOtlp(calls: readonly ExportedCall[], version: string): OtlpRequest {
  const spans = calls.filter(({ outcome }) => outcome !== 'cached' && outcome !== 'refused' && outcome !== 'open').map(spanOf);
  return {
    resourceSpans: [
      { resource: { attributes: attributesOf({ 'service.name': 'ux-flow-engine', 'service.version': version }) }, scopeSpans: [{ scope: { name: 'uxflow.llm', version }, spans }] },
    ],
  };
}

/** Provider and model of a ledger's name, the provider as the conventions call it: 'gemini:x' is 'gcp.gemini' and 'x'. */
export function providerOf(model: string): { provider: string; name: string } {
  const cut = model.indexOf(':');
  const provider = cut < 0 ? 'unknown' : model.slice(0, cut);
  return { provider: provider === 'gemini' ? 'gcp.gemini' : provider, name: model.slice(cut + 1) };
}

function spanOf(call: ExportedCall): OtlpSpan {
  const { provider, name } = providerOf(call.model);
  const hasFailed = call.outcome === 'failed' || call.outcome === 'cancelled';
  return {
    traceId: hexOf(call.turnId ?? call.id, 32),
    spanId: hexOf(call.id, 16),
    name: `${call.operation} ${name}`,
    kind: 3,
    startTimeUnixNano: nanoseconds(call.startedAt),
    endTimeUnixNano: nanoseconds(call.startedAt + call.ms),
    attributes: attributesOf({
      'gen_ai.operation.name': call.operation,
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': name,
      'gen_ai.agent.name': call.agent,
      'gen_ai.usage.input_tokens': call.inputTokens,
      'gen_ai.usage.output_tokens': call.outputTokens,
      'gen_ai.response.time_to_first_chunk': call.firstTokenMs === undefined ? undefined : { doubleValue: call.firstTokenMs / 1000 },
      'error.type': hasFailed ? (call.errorCode ?? '_OTHER') : undefined,
      'uxflow.outcome': call.outcome,
      'uxflow.cost_usd': call.costUsd === undefined ? undefined : { doubleValue: call.costUsd },
      'uxflow.quality': call.quality,
      'uxflow.prompt.version': call.promptVersion,
      'uxflow.prompt.variant': call.variantId,
      'uxflow.turn.id': call.turnId,
      'uxflow.flow.id': call.flowId,
      'uxflow.accepted': call.accepted,
    }),
    status: hasFailed ? { code: 2, ...(call.errorCode ? { message: call.errorCode } : {}) } : { code: 0 },
  };
}

function attributesOf(values: Record<string, string | number | boolean | OtlpValue | undefined>): OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]));
}

function valueOf(value: string | number | boolean | OtlpValue): OtlpValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return typeof value === 'number' ? { intValue: String(Math.round(value)) } : value;
}

/** ms to nanoseconds as text: more than a double holds exactly. */
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
}

/** The last `length` hexadecimal digits of an id (a UUID behind its prefix, most random at its end); of another text a hash of it, never all zero. */
function hexOf(id: string, length: 16 | 32): string {
  const digits = id.slice(id.lastIndexOf('_') + 1).replaceAll('-', '');
  if (/^[0-9a-f]{32}$/.test(digits) && /[1-9a-f]/.test(digits.slice(-length))) return digits.slice(-length);
  let hash = 0xcbf29ce484222325n;
  let text = '';
  while (text.length < length) {
    for (const character of `${text.length}${id}`) hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0)!)) * 0x100000001b3n);
    text += (hash || 1n).toString(16).padStart(16, '0');
  }
  return text.slice(0, length);
}
