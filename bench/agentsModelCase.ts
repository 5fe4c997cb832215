/**
 * A server that speaks Ollama's protocol and answers every agent at once or in slow pieces, in a process of its own: `fork` it with its
 * delay a piece in ms as argument. It sends `{ port }` when it listens, and its calls when it is asked for them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call, in ms of the machine's clock. */
export interface ServedCall {
  agent: string;
  receivedAt: number;
  firstPieceAt: number;
  endedAt: number;
}

const pieceMs = Number(process.argv[2] ?? 0);
const calls: ServedCall[] = [];
const now = () => performance.timeOrigin + performance.now();

/** An answer that has the demanded form, by what the form asks for. */
function answerFor(format: { properties?: Record<string, unknown> } | undefined, prompt: string): { agent: string; text: string } {
  const keys = Object.keys(format?.properties ?? {});
  const has = (key: string) => keys.includes(key);
  if (has('steps')) return { agent: 'planner', text: JSON.stringify({ steps: ['Search', 'Basket', 'Payment'].map((title) => ({ task: `People see the ${title.toLowerCase()}.`, reasoning: 'It was asked for.' })), assumptions: [] }) };
  if (has('cards')) {
    const existing = /^(\S+) screen /m.exec(prompt)?.[1];
    const titles = ['Search', 'Basket', 'Payment'];
    const card = (fields: object) => ({ title: 'Screens', reason: 'It was asked for.', addNodes: [], addEdges: [], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [], ...fields });
    const edit = card({ addNodes: [{ key: 'help', type: 'screen', title: 'Help' }], addEdges: existing ? [{ from: existing, to: 'help', label: 'help' }] : [] });
    const create = card({
      addNodes: [{ key: 's', type: 'start', title: 'Start' }, ...titles.map((title) => ({ key: title, type: 'screen', title })), { key: 'e', type: 'end', title: 'End' }],
      addEdges: ['s', ...titles, 'e'].slice(1).map((to, index) => ({ from: ['s', ...titles][index], to })),
    });
    return { agent: 'architect', text: JSON.stringify({ cards: [existing ? edit : create] }) };
  }
  if (has('principle')) return { agent: 'uxExpert', text: JSON.stringify({ answer: 'Every path has a way back, and every error says what to do next.', principle: 'Error prevention', nodeIds: [] }) };
  return { agent: 'other', text: 'Fine.' };
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    if (!request.url?.endsWith('/api/chat')) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request.url?.endsWith('/api/version') ? { version: '0.12.0' } : { models: [{ name: 'bench', model: 'bench' }], capabilities: ['completion'] }));
    const receivedAt = now();
    const { model, format, messages, stream } = JSON.parse(body) as { model: string; format?: { properties?: Record<string, unknown> }; messages: { content: string }[]; stream?: boolean };
    const { agent, text } = answerFor(format, messages.at(-1)?.content ?? '');
    const call: ServedCall = { agent, receivedAt, firstPieceAt: receivedAt, endedAt: receivedAt };
    calls.push(call);
    const line = (content: string, rest: object = { done: false }) => `${JSON.stringify({ model, created_at: new Date().toISOString(), message: { role: 'assistant', content }, ...rest })}\n`;
    const end = { done: true, done_reason: 'stop', prompt_eval_count: 400, eval_count: 80 };
    response.writeHead(200, { 'content-type': stream === false ? 'application/json' : 'application/x-ndjson' });
    if (stream === false) return void ((call.endedAt = now()), response.end(line(text, end)));
    const pieces = pieceMs ? (text.match(/.{1,4}/gs) ?? []) : [text];
    const next = (index: number): void => {
      if (index === 0) call.firstPieceAt = now();
      if (index < pieces.length) {
        response.write(line(pieces[index]!));
        if (pieceMs) setTimeout(next, pieceMs, index + 1);
        else next(index + 1);
        return;
      }
      call.endedAt = now();
      response.end(line('', end));
    };
    next(0);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.({ calls: calls.splice(0) }));
process.on('disconnect', () => process.exit(0));
