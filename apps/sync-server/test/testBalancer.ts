/** A balancer in front of several instances: every request goes to the next one that listens, every sync socket where the fewest are. */
import { createServer, request as send, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface Balancer {
  /** Address that people enter. */
  url: string;
  /** Ports of the instances. */
  targets: number[];
  /** Sync sockets that stand now, by port of the instance. */
  sockets(): Record<number, number>;
  /** Requests that were answered, by port of the instance. */
  answered: Record<number, number>;
  close(): Promise<void>;
}

/** A balancer on a free port, without instances yet. It writes down whom it saw, as TRUST_PROXY_HOPS=1 wants. */
export async function startBalancer(): Promise<Balancer> {
  const standing = new Map<Socket, number>();
  const countOf = (port: number) => [...standing.values()].filter((one) => one === port).length;
  let turn = 0;
  const inTurns = () => balancer.targets.map((_, n) => balancer.targets[(turn + n) % balancer.targets.length]!);
  const headersOf = (request: IncomingMessage) => ({ ...request.headers, 'x-forwarded-for': [request.headers['x-forwarded-for'], request.socket.remoteAddress].filter(Boolean).join(', ') });

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      turn++;
      const pass = ([port, ...others]: number[]): void => {
        if (port === undefined) return void response.writeHead(502).end();
        const onward = send({ port, host: '127.0.0.1', method: request.method, path: request.url, headers: headersOf(request), agent: false }, (answer) => {
          balancer.answered[port] = (balancer.answered[port] ?? 0) + 1;
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders.filter((_, n, all) => !/^(connection|keep-alive|transfer-encoding)$/i.test(all[n - (n % 2)]!)));
          answer.pipe(response);
        });
        onward.on('error', (error: NodeJS.ErrnoException) => {
          // Only what nobody has heard may be said to another.
          if (error.code === 'ECONNREFUSED') pass(others);
          else response.destroy();
        });
        onward.end(Buffer.concat(chunks));
      };
      pass(inTurns());
    });
  });
  server.on('upgrade', (request, near: Socket, head: Buffer) => {
    near.on('error', () => near.destroy());
    turn++;
    const pass = ([port, ...others]: number[]): void => {
      if (port === undefined) return void near.destroy();
      const far = connect(port, '127.0.0.1');
      let isThere = false;
      far.once('connect', () => {
        isThere = true;
        standing.set(near, port);
        const headers = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${String(value)}`);
        far.write(`GET ${request.url ?? ''} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
        far.write(head);
        far.pipe(near);
        near.pipe(far);
      });
      far.on('error', () => {
        if (!isThere) pass(others);
      });
      far.on('close', () => isThere && near.destroy());
      near.on('close', () => {
        standing.delete(near);
        far.destroy();
      });
    };
    pass(inTurns().sort((a, b) => countOf(a) - countOf(b)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const balancer: Balancer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets: [],
    answered: {},
    sockets: () => Object.fromEntries(balancer.targets.map((port) => [port, countOf(port)])),
    async close() {
      for (const socket of standing.keys()) socket.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return balancer;
}
