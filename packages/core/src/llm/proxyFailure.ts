/** What a proxy between here and a provider did. */
export type ProxyFailureKind = 'refused' | 'unreachable' | 'certificate';

/** A failure of the proxy itself, as a transport throws it: what lies behind the proxy was not reached. */
export class ProxyFailure extends Error {
  readonly kind: ProxyFailureKind;
  /** Host and port of the proxy. */
  readonly proxy: string;
  /** What it answered to the wish to be connected: 407 asks for a name and password, 403 forbids the target. */
  readonly status: number | undefined;
  /** 'ECONNREFUSED', 'SELF_SIGNED_CERT_IN_CHAIN', … */
  readonly networkCode: string | undefined;

  constructor(kind: ProxyFailureKind, proxy: string, about: { status?: number; networkCode?: string }) {
    super(`proxy ${kind}`);
    this.name = 'ProxyFailure';
    this.kind = kind;
    this.proxy = proxy;
    this.status = about.status;
    this.networkCode = about.networkCode;
  }
}
