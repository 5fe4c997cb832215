/** Where the server stands in the network: its own address, who it believes about clients, whose pages may call it. */

export interface Site {
  /** Address that people open, without a slash at the end; mails and redirects are made from it and never from a request's Host. */
  publicUrl(): string;
  /** True for an origin of our own pages. */
  isOwnOrigin(origin: string): boolean;
  /** Pages elsewhere that may call the API with a bearer token; they never get cookies. */
  corsOrigins: readonly string[];
  isHttps: boolean;
  /** Under which name passkeys are made here, and the origins of the pages that may use them. Undefined where browsers allow none: a network address without a name, or plain http anywhere but on this machine. */
  relyingParty(): RelyingParty | undefined;
  cookieName: string;
  /** The client's address: that of the socket, or what the last trusted proxy wrote down. */
  addressOf(socketAddress: string | undefined, forwardedFor: string | undefined): string;
}

export interface RelyingParty {
  /** A host name. */
  id: string;
  origins: string[];
}

/** The site of a config; `port` is asked late, because a free one is known only after listening. */
export function createSite(config: { PUBLIC_URL?: string | undefined; HOST: string; TRUST_PROXY_HOPS: number; CORS_ORIGINS: readonly string[] }, port: () => number): Site {
  const given = config.PUBLIC_URL?.replace(/\/+$/, '');
  const isHttps = given?.startsWith('https:') ?? false;
  const isEverywhere = ['0.0.0.0', '::', ''].includes(config.HOST);
  return {
    publicUrl: () => given ?? `http://${isEverywhere ? 'localhost' : config.HOST}:${port()}`,
    isOwnOrigin: (origin) => (given ? new URL(given).origin === origin : [config.HOST, 'localhost', '127.0.0.1'].some((host) => origin === `http://${host}:${port()}`)),
    corsOrigins: config.CORS_ORIGINS,
    isHttps,
    relyingParty() {
      const { hostname, origin } = new URL(given ?? `http://localhost:${port()}`);
      const isHere = given === undefined && (isEverywhere || ['127.0.0.1', '::1', 'localhost'].includes(config.HOST));
      const isNamed = given !== undefined && !/^[\d.]+$|^\[/.test(hostname) && (isHttps || hostname === 'localhost');
      return isHere || isNamed ? { id: hostname, origins: [origin] } : undefined;
    },
    // A browser takes a cookie of this name only over https, for this host alone.
    cookieName: isHttps ? '__Host-uxflow' : 'uxflow',
    addressOf(socketAddress, forwardedFor) {
      const own = (socketAddress ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '');
      if (config.TRUST_PROXY_HOPS === 0) return own;
      // Each proxy appends whom it saw; what stands further left may be made up.
      const seen = [...(forwardedFor ?? '').split(',').map((part) => part.trim()).filter(Boolean), own];
      return seen[Math.max(0, seen.length - 1 - config.TRUST_PROXY_HOPS)]!;
    },
  };
}
