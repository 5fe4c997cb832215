/** The clients of bench/sync.ts, forked: bare sockets that speak the protocol. Open loop; the id of an entry carries the time. */
import { WebSocket } from 'ws';
import { canonicalJson } from '../packages/core/src/base/index.ts';
import { decodeDown, encodeUp, PROTOCOL, writeEnvelope } from '../packages/core/src/sync/protocol.ts';
import { codec, logOf } from './syncRoomCase.ts';

interface Client {
  socket: WebSocket;
  index: number;
  log: string;
  isJoined: boolean;
}

const [port, count, perRoom, token] = [Number(process.argv[2]), Number(process.argv[3]), Number(process.argv[4]), process.argv[5]!];
const clients: Client[] = [];
const encoder = new TextEncoder();
const ID_MARK = Buffer.from('tx_');
const ID_LENGTH = 46;
const started = process.hrtime.bigint();
const microseconds = () => Number((process.hrtime.bigint() - started) / 1000n);
const milliseconds = () => Number(process.hrtime.bigint()) / 1e6;
const processorSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
let latencies: number[] = [];
let received = 0;
let sent = 0;
let acknowledged = 0;
let answers: number[] = [];

function percentile(values: readonly number[], part: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))]!;
}

function join(): Promise<unknown> {
  const begun = milliseconds();
  const took: number[] = [];
  return new Promise((done, fail) => {
    const deadline = setTimeout(() => fail(new Error(`joined ${took.length} of ${count}`)), 120_000);
    for (let index = 0; index < count; index++) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/sync`, { perMessageDeflate: false });
      const client: Client = { socket, index, log: logOf(Math.floor(index / perRoom)), isJoined: false };
      clients.push(client);
      const opened = milliseconds();
      socket.on('open', () => {
        socket.send(encodeUp({ type: 'hello', protocol: PROTOCOL, token, schemas: 1, rules: 1, device: `device_${index}` }));
        socket.send(encodeUp({ type: 'join', log: client.log, no: 0, chain: '' }));
      });
      socket.on('message', (data: Buffer) => {
        if (!client.isJoined) {
          if (decodeDown(data).type !== 'state') return;
          client.isJoined = true;
          took.push(milliseconds() - opened);
          if (took.length === count) {
            clearTimeout(deadline);
            done({ total: milliseconds() - begun, p50: percentile(took, 0.5), p99: percentile(took, 0.99), joinBytes: data.length });
          }
          return;
        }
        note(client, data);
      });
      socket.on('error', (error) => {
        if (!client.isJoined) fail(error);
      });
    }
  });
}

/**
 * Notes the entries of a frame by their ids. Found, not decoded, as the peer's clients find theirs: what is measured is the server,
 * and every cycle of a client is taken from it.
 */
function note(client: Client, frame: Buffer): void {
  const now = microseconds();
  for (let at = frame.indexOf(ID_MARK); at >= 0; at = frame.indexOf(ID_MARK, at + ID_LENGTH)) {
    const ms = (now - Number(frame.toString('latin1', at + 3, at + 16))) / 1000;
    if (Number(frame.toString('latin1', at + 17, at + 22)) === client.index) {
      acknowledged++;
      answers.push(ms);
    } else {
      received++;
      latencies.push(ms);
    }
  }
}

/** Contents of edits, encoded once: the server never looks inside, so only the envelope is each edit's own. */
const contents = Array.from({ length: 20 }, (_, n) => {
  const entry = {
    id: `tx_${'0'.repeat(13)}_00000-7000-8000-000000000000`,
    logId: logOf(0),
    author: { kind: 'user', id: 'user_bench', name: 'Bench' },
    at: 1_800_000_000_000,
    schema: 1,
    ops: [{ op: 'set', kind: 'node', id: `n${n}`, field: 'position', from: { x: 1, y: 2 }, to: { x: 123.5, y: 456.25 } }],
  };
  const plain = encoder.encode(canonicalJson(entry));
  return { size: plain.length, bytes: codec.encode(plain, plain) };
});

function edit(client: Client): void {
  const id = `tx_${String(microseconds()).padStart(13, '0')}_${String(client.index).padStart(5, '0')}-7000-8000-000000000000`;
  const { size, bytes } = contents[sent % contents.length]!;
  const envelope = writeEnvelope({ protocol: PROTOCOL, log: client.log, id, author: 'user_bench', scope: 'edit', epoch: 0, schema: 1, size });
  client.socket.send(encodeUp({ type: 'push', log: client.log, entries: [{ envelope, bytes }] }));
  sent++;
}

/** `rate` edits a second of each client for `secs` seconds, spread evenly. */
function load(rate: number, secs: number): Promise<unknown> {
  return new Promise((done) => {
    [latencies, answers, received, sent, acknowledged] = [[], [], 0, 0, 0];
    const per = 1000 / (count * rate);
    const begun = milliseconds();
    const processor = processorSeconds();
    let next = begun;
    let at = 0;
    const timer = setInterval(() => {
      const now = milliseconds();
      for (let guard = 0; next <= now && guard < 2000; guard++, next += per) edit(clients[(at = (at + 7919) % count)]!);
      if (now - begun <= secs * 1000) return;
      clearInterval(timer);
      const wall = (milliseconds() - begun) / 1000;
      const clientCpu = ((processorSeconds() - processor) / wall) * 100;
      setTimeout(() => done({ sent, recv: received, acknowledged, expected: sent * (perRoom - 1), wall, rate: sent / wall, clientCpu, p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), p99: percentile(latencies, 0.99), ack99: percentile(answers, 0.99) }), 1500);
    }, 4);
  });
}

process.on('message', (message: { join?: 1; load?: { rate: number; secs: number }; bye?: 1 }) => {
  const answer = async () => {
    if (message.join) process.send!({ join: await join() });
    if (message.load) process.send!({ load: await load(message.load.rate, message.load.secs) });
    if (message.bye) process.exit(0);
  };
  answer().catch((error: unknown) => process.send!({ error: String(error) }));
});
process.on('disconnect', () => process.exit(0));
process.send!({ ready: 1 });
