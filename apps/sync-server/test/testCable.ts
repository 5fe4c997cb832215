/** The network cable of one machine, as a proxy that its programs must go through (HTTP CONNECT): when it is pulled, nothing gets out. */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface Cable {
  /** Variables of a program that hangs on this cable: all its connections go through it, those to this machine too. */
  variables: Record<string, string>;
  /** Ends every connection without a word and lets no new one come. */
  pull(): void;
  plugIn(): void;
  /** Connections that stand now. */
  open(): number;
  close(): Promise<void>;
}

/** A cable that is plugged in. */
export async function startCable(): Promise<Cable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const proxy = createServer((_request, response) => void response.writeHead(405).end());
  proxy.on('connection', (socket: Socket) => {
    if (isCut) return void socket.destroy();
    keep(socket);
  });
  proxy.on('connect', (request, near: Socket, head: Buffer) => {
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const far = connect(Number(port || 80), hostname, () => {
      if (isCut) return void far.destroy();
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      far.pipe(near);
      near.pipe(far);
    });
    keep(far);
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', () => done()));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    variables: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: address, HTTPS_PROXY: address, http_proxy: address, https_proxy: address, NO_PROXY: '', no_proxy: '' },
    pull() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    plugIn: () => void (isCut = false),
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => proxy.close(done));
    },
  };
}
