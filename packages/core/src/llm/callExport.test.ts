import { describe, expect, it } from 'vitest';
import { callsToCsv, type ExportedCall } from './callsCsv.ts';
import { callsToOtlp } from './callSpans.ts';

const call = (change: Partial<ExportedCall> = {}): ExportedCall => ({
  id: 'call_019ab000-0000-7000-8000-0000000000ff', agent: 'architect', model: 'openai:gpt-5.4', promptVersion: '2', operation: 'chat', ms: 1_234.5, outcome: 'ok', startedAt: Date.UTC(2026, 10, 23, 9, 0, 0, 7),
  inputTokens: 1_000, outputTokens: 200, costUsd: 0.0055, firstTokenMs: 250, quality: 'pro', turnId: 'turn_019ab000-0000-7000-8000-000000000001', flowId: 'flow_1', accepted: true, ...change,
});

describe('calls as CSV', () => {
  it('has a header, CRLF, and empty cells for what is unknown', () => {
    const { costUsd: _, accepted: __, ...unknown } = call();
    const lines = callsToCsv([call(), unknown]).split('\r\n');
    expect(lines[0]).toBe('start_time,duration_ms,gen_ai.operation.name,gen_ai.provider.name,gen_ai.request.model,gen_ai.agent.name,gen_ai.usage.input_tokens,gen_ai.usage.output_tokens,gen_ai.response.time_to_first_chunk,error.type,uxflow.cost_usd,uxflow.outcome,uxflow.quality,uxflow.cached,uxflow.accepted,uxflow.prompt.version,uxflow.prompt.variant,uxflow.turn.id,uxflow.flow.id,uxflow.call.id');
    expect(lines[1]).toBe('2026-11-23T09:00:00.007Z,1234.5,chat,openai,gpt-5.4,architect,1000,200,0.25,,0.0055,ok,pro,,true,2,,turn_019ab000-0000-7000-8000-000000000001,flow_1,call_019ab000-0000-7000-8000-0000000000ff');
    expect(lines[2]).toContain(',0.25,,,ok,pro,,,2,');
    expect(lines[3]).toBe('');
  });

  it('quotes by RFC 4180 and lets no cell be a formula', () => {
    const csv = callsToCsv([call({ model: 'openai:=HYPERLINK("http://evil.example","x")', agent: '+1', promptVersion: 'a\r\nb', variantId: '@sum', flowId: '-1', turnId: '\tx' })]);
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
    expect(csv).toContain(",'+1,");
    expect(csv).toContain('"a\r\nb"');
    expect(csv).toContain(",'@sum,'\tx,'-1,");
  });
});

describe('calls as OTLP', () => {
  it('are client spans named by the conventions, the calls of a turn in one trace', () => {
    const request = callsToOtlp([call(), call({ id: 'call_019ab000-0000-7000-8000-0000000000fe', model: 'gemini:gemini-3.5-flash', outcome: 'failed', errorCode: 'MODEL_TIMED_OUT' })], '0.1.0');
    const [span, failed] = request.resourceSpans[0]!.scopeSpans[0]!.spans;
    expect(span).toMatchObject({
      traceId: '019ab00000007000800000000000' + '0001', spanId: '80000000000000ff', name: 'chat gpt-5.4', kind: 3, startTimeUnixNano: '1795424400007000000', endTimeUnixNano: '1795424401241500000', status: { code: 0 },
    });
    const attributes = Object.fromEntries(span!.attributes.map(({ key, value }) => [key, value]));
    expect(attributes).toMatchObject({
      'gen_ai.operation.name': { stringValue: 'chat' }, 'gen_ai.provider.name': { stringValue: 'openai' }, 'gen_ai.request.model': { stringValue: 'gpt-5.4' }, 'gen_ai.agent.name': { stringValue: 'architect' },
      'gen_ai.usage.input_tokens': { intValue: '1000' }, 'gen_ai.usage.output_tokens': { intValue: '200' }, 'gen_ai.response.time_to_first_chunk': { doubleValue: 0.25 }, 'uxflow.cost_usd': { doubleValue: 0.0055 },
    });
    expect(failed).toMatchObject({ traceId: span!.traceId, name: 'chat gemini-3.5-flash', status: { code: 2, message: 'MODEL_TIMED_OUT' } });
    expect(failed!.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'MODEL_TIMED_OUT' } });
    expect(failed!.attributes).toContainEqual({ key: 'gen_ai.provider.name', value: { stringValue: 'gcp.gemini' } });
  });

  it('leave out what nobody was asked for, and give every id its digits', () => {
    const request = callsToOtlp([call({ outcome: 'cached' }), call({ outcome: 'refused' }), call({ outcome: 'open' }), call({ id: '7', turnId: 'x' })], '0');
    const { spans } = request.resourceSpans[0]!.scopeSpans[0]!;
    expect(spans).toHaveLength(1);
    expect(spans[0]!.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(spans[0]!.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
  });
});
