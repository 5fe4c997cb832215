import { getCACertificates } from 'node:tls';
import type { Agent } from 'undici';
import { ProxyFailure } from '../llm/index.ts';

/** How an endpoint is reached where the plain network will not do. */
export interface Transport {
  /** PEM certificates that count as authorities beside those of this machine. */
  ca?: string;
  proxy?: {
    /** http or https, without name and password. */
    url: string;
    user?: string;
    password?: string;
  };
}

/** The ways out of this engine: one set of connections for each transport that is really used. */
export interface Transports {
  /** The platform's fetch, or one that goes as `transport` says. What a proxy does wrong comes as a ProxyFailure. */
  fetchFor(transport: Transport | undefined): typeof fetch;
  /** Ends every connection that a transport opened. */
  close(): Promise<void>;
}

interface Opened {
  send: typeof fetch;
  close(): Promise<void>;
}

/** Transports over the platform's fetch; nothing is opened before the first request. */
export function createTransports(platformFetch: typeof fetch): Transports {
  const opened = new Map<string, Promise<Opened>>();
  return {
    fetchFor(transport) {
      if (!transport?.ca && !transport?.proxy) return platformFetch;
      const key = JSON.stringify([transport.ca, transport.proxy?.url, transport.proxy?.user, transport.proxy?.password]);
      return async (input, init) => {
        let own = opened.get(key);
        if (!own) opened.set(key, (own = open(transport)));
        const { send } = await own;
        return send(input, init);
      };
    },
    async close() {
      const all = [...opened.values()];
      opened.clear();
      await Promise.all(all.map(async (own) => (await own).close()));
    },
  };
}

async function open(transport: Transport): Promise<Opened> {
  // Loaded when the first endpoint needs it: most people never do.
  const undici = await import('undici');
  const tls = transport.ca ? { ca: [...getCACertificates('default'), transport.ca] } : {};
  const { proxy } = transport;
  if (!proxy) {
    const agent = new undici.Agent({ connect: tls, allowH2: false });
    return { send: ownFetch(undici.fetch, agent), close: () => agent.destroy() };
  }
  const { host, origin } = new URL(proxy.url);
  /** The connection to the proxy itself; its failures are told apart from those of what lies behind it. */
  const toProxy = (address: string | URL, options: object) => {
    const { connect } = options as { connect?: (target: object, callback: (error: Error | null, socket: unknown) => void) => void };
    const isProxy = new URL(address).origin === origin && typeof connect === 'function';
    const marking: typeof connect = (target, callback) => connect!(target, (error, socket) => callback(error && connectFailure(error, host), socket));
    return new undici.Pool(address, { ...options, ...(isProxy ? { connect: marking as never } : {}) });
  };
  const agent = new undici.ProxyAgent({
    uri: proxy.url,
    ...(proxy.user ? { token: `Basic ${Buffer.from(`${proxy.user}:${proxy.password ?? ''}`).toString('base64')}` } : {}),
    requestTls: tls, proxyTls: tls, allowH2: false, clientFactory: toProxy, factory: toProxy,
  });
  const send = ownFetch(undici.fetch, agent as unknown as Agent);
  return {
    send: (input, init) =>
      send(input, init).catch((error: unknown) => {
        throw refusalOf(error, host) ?? error;
      }),
    close: () => agent.destroy(),
  };
}

/** Undici's own fetch: the platform's may be of another version and takes no dispatcher of this one. */
function ownFetch(undiciFetch: unknown, dispatcher: Agent): typeof fetch {
  const send = undiciFetch as (input: unknown, init: object) => Promise<Response>;
  return (input, init) => send(input, { ...init, dispatcher });
}

function connectFailure(error: Error, proxy: string): Error {
  const code = (error as { code?: unknown }).code;
  const networkCode = typeof code === 'string' ? code : undefined;
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(networkCode ?? '');
  return new ProxyFailure(isCertificate ? 'certificate' : 'unreachable', proxy, { ...(networkCode === undefined ? {} : { networkCode }) });
}

/** Undici says in words only what a proxy answered to the wish for a tunnel. */
function refusalOf(thrown: unknown, proxy: string): ProxyFailure | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++) {
    if (error instanceof ProxyFailure) return error;
    const status = /Proxy response \((\d{3})\)|Proxy Authentication Required \((407)\)/.exec(error.message);
    if (status) return new ProxyFailure('refused', proxy, { status: Number(status[1] ?? status[2]) });
    if ((error as { code?: unknown }).code === 'UND_ERR_PRX_CONN') return new ProxyFailure('unreachable', proxy, { networkCode: 'UND_ERR_PRX_CONN' });
  }
  return undefined;
}
