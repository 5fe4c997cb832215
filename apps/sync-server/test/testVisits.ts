/** People who come by a link, on bare sockets. */
import { expect } from 'vitest';
import type { TestLink } from './testLinks.ts';
import { openLink } from './testLinks.ts';
import { until } from './testDevice.ts';
import { socketUrl } from './testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from './testSocket.ts';

export interface Visitor {
  id: string;
  token: string;
  socket: TestSocket;
}

/** Opens a link and its flow. The caller ends the socket. */
export async function visitLink(server: { url: string; port: number }, link: TestLink, logId: string, { password }: { password?: string } = {}): Promise<Visitor> {
  const opened = await openLink(server, link.address, password ? { password } : {});
  expect(opened.status).toBe(200);
  const socket = await openTestSocket(socketUrl(server.port), opened.body.token);
  await joinLog(socket, logId);
  return { id: opened.body.visitorId, token: opened.body.token, socket };
}

/** Joins and waits for what the server says to it. */
export async function joinLog(socket: TestSocket, log: string): Promise<void> {
  const isAnswer = (message: TestSocket['heard'][number]) => (message.type === 'joined' || message.type === 'ended') && message.log === log;
  const before = socket.heard.filter(isAnswer).length;
  socket.send({ type: 'join', log, no: 0, chain: '' });
  await until('an answer', () => socket.heard.filter(isAnswer).length > before);
}

let entry = 0;
/** What becomes of a push: 'stored' or the code of its refusal. */
export async function pushTo(socket: TestSocket, log: string, author: string, more: Parameters<typeof pushOf>[3] = {}): Promise<string> {
  const id = `tx_${++entry}`;
  socket.heard.length = 0;
  socket.send(pushOf(log, id, author, more));
  // What comes of the log besides, as after a join, is no answer.
  const isStored = (message: TestSocket['heard'][number]) => message.type === 'changes' && message.log === log && message.changes.some((change) => 'id' in change && change.id === id);
  await until('an answer', () => socket.heard.some((message) => isStored(message) || message.type === 'ended' || (message.type === 'denied' && message.id === id)));
  const denied = socket.heard.find((message) => message.type === 'denied' && message.id === id);
  return denied?.type === 'denied' ? denied.code : 'stored';
}

/** Whether somebody was cut off, from the server or (where a log is named) from that. */
export function isCut({ closed, heard }: TestSocket, log?: string): boolean {
  return closed !== undefined || heard.some((message) => message.type === 'ended' && (log === undefined || message.log === log));
}
