/** A bare socket that speaks the protocol, for what a good client never says. */
import { WebSocket } from 'ws';
import { decodeDown, encodeUp, PROTOCOL, writeEnvelope, type ClientMessage, type ServerMessage } from '@uxflow/core/protocol';
import { until } from './testDevice.ts';

export interface TestSocket {
  socket: WebSocket;
  heard: ServerMessage[];
  closed: { code: number; reason: string } | undefined;
  send(message: ClientMessage): void;
  raw(bytes: Uint8Array): void;
  /** The first message of a kind that is heard (and takes it out). */
  next<T extends ServerMessage['type']>(type: T): Promise<Extract<ServerMessage, { type: T }>>;
  /** Resolves with the close. */
  end(): Promise<{ code: number; reason: string }>;
}

/** An open socket; with a token it has said hello (and which notices it `hears`) and was welcomed. */
export async function openTestSocket(url: string, token?: string, hears?: string[]): Promise<TestSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const heard: ServerMessage[] = [];
  const self: TestSocket = {
    socket,
    heard,
    closed: undefined,
    send: (message) => socket.send(encodeUp(message)),
    raw: (bytes) => socket.send(bytes),
    async next(type) {
      await until(`heard ${type}`, () => heard.some((message) => message.type === type));
      return heard.splice(heard.findIndex((message) => message.type === type), 1)[0] as never;
    },
    async end() {
      await until('closed', () => self.closed !== undefined);
      return self.closed!;
    },
  };
  socket.on('message', (data: Buffer) => heard.push(decodeDown(data)));
  socket.on('close', (code, reason) => (self.closed = { code, reason: reason.toString() }));
  socket.on('error', () => {});
  await new Promise((done, fail) => {
    socket.once('open', done);
    socket.once('error', fail);
  });
  if (token !== undefined) {
    self.send({ type: 'hello', protocol: PROTOCOL, token, schemas: 1, rules: 1, device: 'device_1', ...(hears ? { hears } : {}) });
    await self.next('welcome');
  }
  return self;
}

/** A push of one entry with bytes that nobody needs to understand. */
export function pushOf(log: string, id: string, author: string, more: { scope?: 'edit' | 'comment'; epoch?: number; bytes?: Uint8Array } = {}): Extract<ClientMessage, { type: 'push' }> {
  const bytes = more.bytes ?? new TextEncoder().encode(`\0${id}`);
  return { type: 'push', log, entries: [{ envelope: writeEnvelope({ protocol: PROTOCOL, log, id, author, scope: more.scope ?? 'edit', epoch: more.epoch ?? 0, schema: 1, size: bytes.length }), bytes }] };
}
