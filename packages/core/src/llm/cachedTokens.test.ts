import { expect, it } from 'vitest';
import { createModel } from './createModel.ts';
import { openEgress, startWireServer } from './testServers.ts';

it.each([
  [
    'anthropic' as const,
    [
      { type: 'message_start', message: { id: 'm', type: 'message', role: 'assistant', model: 'x', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 100, cache_read_input_tokens: 900, cache_creation_input_tokens: 0, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'yes' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 7 } },
      { type: 'message_stop' },
    ],
  ],
  ['gemini' as const, [{ candidates: [{ content: { role: 'model', parts: [{ text: 'yes' }] }, finishReason: 'STOP', index: 0 }], usageMetadata: { promptTokenCount: 1_000, cachedContentTokenCount: 900, candidatesTokenCount: 7 } }]],
])('%s: what the vendor had in its own cache is told apart and counts as input too', async (provider, events) => {
  const server = await startWireServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `${'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join(''));
  });
  try {
    const model = createModel({ provider, model: 'x', baseUrl: server.origin, apiKey: 'k'.repeat(20) }, { egress: openEgress().egress });
    const { usage } = await model.generate({ system: 's', messages: [{ role: 'user', content: 'q' }] });
    expect(usage).toEqual({ inputTokens: 1_000, outputTokens: 7, cachedInputTokens: 900 });
  } finally {
    await server.close();
  }
});
