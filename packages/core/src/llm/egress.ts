import { AppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import { findProxyRefusal, findRefusal, isLoopback, portOf, type EgressPolicy, type EgressRefusal } from './egressPolicy.ts';

/** One request that left the app, or was kept from leaving: a row of the ledger that the person can read. */
export interface EgressRecord {
  host: string;
  port: number;
  /** What the app wanted there: 'model', 'modelList', 'sync', … */
  purpose: string;
  method: string;
  requestBytes: number;
  /** Bytes of the body as the app read it, after the transport's decompression. */
  responseBytes: number;
  /** HTTP status; absent when there was no answer. */
  status?: number;
  /** ms UTC. */
  startedAt: number;
  /** Until the last byte of the body, or the failure. */
  ms: number;
  outcome: 'ok' | 'refused' | 'failed';
  /** Why it was refused. */
  reason?: EgressRefusal;
}

/** The one gate through which everything goes out. */
export interface Egress {
  /** A `fetch` whose every request is checked, counted and recorded under this purpose. Throws AppError EGRESS_REFUSED. */
  fetch(purpose: string): typeof fetch;
  /** The reason why this address would be refused now, or undefined. */
  refusal(address: string): EgressRefusal | undefined;
  /** The error with which a request there would be refused now, or undefined. Nothing is recorded. */
  check(address: string, purpose: string): AppError | undefined;
}

/** What the gate needs from outside. */
export interface EgressDependencies {
  /** The platform's fetch, or one that goes by a proxy or trusts a further certificate authority. */
  fetch: typeof fetch;
  /** Address of the proxy that `fetch` goes by, without name and password: its host is checked like the target's. */
  proxy?: string;
  /** Read at every request and every piece of a body, so that a switch works at once. */
  policy: EgressPolicy | (() => EgressPolicy);
  /** Called exactly once a request and redirect hop, when its body has ended, failed or was cancelled. */
  onRecord?(record: EgressRecord): void;
  clock: Clock;
}

/** Makes the gate. Redirects are followed here, at most five, each checked like a request of its own. */
export function createEgress(dependencies: EgressDependencies): Egress {
  const { clock } = dependencies;
  const policy = () => (typeof dependencies.policy === 'function' ? dependencies.policy() : dependencies.policy);
  const proxy = dependencies.proxy === undefined ? undefined : new URL(dependencies.proxy);
  const refusalOf = (url: URL): EgressRefusal | undefined => findRefusal(url, policy()) ?? (proxy && findProxyRefusal(proxy, policy()));
  const refused = (url: URL, purpose: string, reason: EgressRefusal) => egressRefused(url, purpose, reason, proxy);

  const send = async (purpose: string, input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = await readRequest(input, init);
    let previous: URL | undefined;
    for (let hop = 0; ; hop++) {
      const { url } = request;
      const draft: EgressRecord = {
        host: url.hostname, port: portOf(url), purpose, method: request.method, requestBytes: request.bytes, responseBytes: 0, startedAt: clock.now(), ms: 0, outcome: 'ok',
      };
      const record = (change: Partial<EgressRecord>) => dependencies.onRecord?.({ ...draft, ...change, ms: clock.now() - draft.startedAt });
      const reason = refusalOf(url) ?? (previous && findRedirectRefusal(previous, url, hop));
      if (reason) {
        record({ outcome: 'refused', reason, requestBytes: 0 });
        throw refused(url, purpose, reason);
      }
      let response: Response;
      try {
        response = await dependencies.fetch(url.href, { ...request.init, method: request.method, headers: request.headers, body: request.body, redirect: 'manual' });
      } catch (error) {
        record({ outcome: 'failed' });
        throw error;
      }
      if (response.type === 'opaqueredirect') {
        record({ outcome: 'refused', reason: 'redirectHidden' });
        throw refused(url, purpose, 'redirectHidden');
      }
      const target = redirectTarget(response, url);
      if (!target) return countBody(response, url, record, () => refusalOf(url), (refusal) => refused(url, purpose, refusal));
      await response.body?.cancel().catch(() => undefined);
      record({ status: response.status });
      followRedirect(request, response.status, target);
      previous = url;
    }
  };

  return {
    fetch: (purpose) => (input, init) => send(purpose, input, init),
    refusal(address) {
      try {
        return refusalOf(new URL(address));
      } catch {
        return 'invalidUrl';
      }
    },
    check(address, purpose) {
      const url = new URL(address);
      const reason = refusalOf(url);
      return reason && refused(url, purpose, reason);
    },
  };
}

const MAX_REDIRECTS = 5;

/** The only headers that a different host may see: anything else can be a credential. */
const SAFE_HEADERS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

interface OutgoingRequest {
  url: URL;
  method: string;
  headers: Headers;
  body: BodyInit | null | undefined;
  bytes: number;
  init: RequestInit;
}

async function readRequest(input: string | URL | Request, init: RequestInit | undefined): Promise<OutgoingRequest> {
  const isRequest = typeof input === 'object' && 'headers' in input;
  const address = isRequest ? input.url : String(input);
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new AppError('EGRESS_REFUSED', 'The address is not a web address. Correct it in the settings. Nothing was sent.', { reason: 'invalidUrl' });
  }
  // A stream can be sent once only, a redirect may need it twice, and its size is unknown: bodies are read before they leave.
  const body = init?.body ?? (isRequest && input.body ? await input.arrayBuffer() : undefined);
  const settled = body instanceof ReadableStream ? await new Response(body).arrayBuffer() : body;
  const signal = init?.signal ?? (isRequest ? input.signal : undefined);
  return {
    url,
    method: (init?.method ?? (isRequest ? input.method : 'GET')).toUpperCase(),
    headers: new Headers(init?.headers ?? (isRequest ? input.headers : undefined)),
    body: settled,
    bytes: await bodyBytes(settled),
    init: { ...(signal ? { signal } : {}), cache: 'no-store', credentials: 'omit' },
  };
}

async function bodyBytes(body: BodyInit | null | undefined): Promise<number> {
  if (body === undefined || body === null) return 0;
  if (typeof body === 'string') return new TextEncoder().encode(body).byteLength;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  return (await new Response(body).arrayBuffer()).byteLength;
}

function redirectTarget(response: Response, base: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const location = response.headers.get('location');
  if (!location) return undefined;
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

function findRedirectRefusal(from: URL, to: URL, hop: number): EgressRefusal | undefined {
  if (hop > MAX_REDIRECTS) return 'redirectLoop';
  // A server elsewhere must not steer the app into services of this machine, nor out of encryption.
  if (isLoopback(to.hostname) && !isLoopback(from.hostname)) return 'redirectToLoopback';
  return from.protocol === 'https:' && to.protocol === 'http:' ? 'redirectDowngrade' : undefined;
}

function followRedirect(request: OutgoingRequest, status: number, target: URL): void {
  if (target.host !== request.url.host) {
    const safe = new Headers();
    request.headers.forEach((value, name) => {
      if (SAFE_HEADERS.has(name)) safe.set(name, value);
    });
    request.headers = safe;
  }
  // Browsers turn a POST into a GET on 301 and 302 too. Here these are an http address that moved to https, and a GET would only
  // give a puzzling 404: the method is kept.
  if (status === 303 && request.method !== 'HEAD') {
    request.method = 'GET';
    request.body = undefined;
    request.bytes = 0;
    request.headers.delete('content-type');
  }
  request.url = target;
}

function countBody(response: Response, url: URL, record: (change: Partial<EgressRecord>) => void, refusalNow: () => EgressRefusal | undefined, refused: (reason: EgressRefusal) => AppError): Response {
  const { status } = response;
  if (!response.body) {
    record({ status });
    return response;
  }
  const reader = response.body.getReader();
  let responseBytes = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        const reason = done ? undefined : refusalNow();
        if (reason) {
          record({ status, responseBytes, outcome: 'refused', reason });
          controller.error(refused(reason));
          await reader.cancel().catch(() => undefined);
        } else if (done) {
          record({ status, responseBytes });
          controller.close();
        } else {
          responseBytes += value.byteLength;
          controller.enqueue(value);
        }
      } catch (error) {
        record({ status, responseBytes, outcome: 'failed' });
        controller.error(error);
      }
    },
    async cancel(reason) {
      record({ status, responseBytes });
      await reader.cancel(reason).catch(() => undefined);
    },
  }, { highWaterMark: 0 });
  const counted = new Response(body, { status, statusText: response.statusText, headers: response.headers });
  Object.defineProperty(counted, 'url', { value: url.href });
  return counted;
}

function egressRefused(url: URL, purpose: string, reason: EgressRefusal, proxy: URL | undefined): AppError {
  const host = url.host || url.protocol;
  const sentence = {
    localOnly: `The app is set to local-only, so it did not contact ${host}. Switch local-only off, or name this host as on-premise, in the privacy settings.`,
    notAllowed: `${host} is not on the list of hosts that the app may contact. Add it in the privacy settings if you trust it.`,
    scheme: `The app sends requests by http and https only, not to ${host}. Correct the address.`,
    credentialsInUrl: `The address of ${host} holds a name or password. Take it out of the address and store the key in the model settings.`,
    redirectToLoopback: `Another machine tried to redirect the app to ${host} on this machine. Check the address in the settings.`,
    redirectDowngrade: `A redirect led from https to plain http at ${host}. Check the address in the settings.`,
    redirectLoop: `More than ${MAX_REDIRECTS} redirects followed each other, the last to ${host}. Check the address in the settings.`,
    redirectHidden: `${host} redirects to an address that cannot be checked here. Put the final address in the settings.`,
    proxyLocalOnly: `The app is set to local-only, and the way to ${host} leads through the proxy ${proxy?.host}. Take the proxy out of the connection, name it as on-premise in the privacy settings, or switch local-only off.`,
    proxyNotAllowed: `The proxy ${proxy?.host} on the way to ${host} is not on the list of hosts that the app may contact. Correct the proxy of this connection in the model settings.`,
    invalidUrl: `${host} is not a web address. Correct it in the settings.`,
  }[reason];
  return new AppError('EGRESS_REFUSED', `${sentence} Nothing was sent there.`, { host: url.hostname, port: portOf(url), purpose, reason, ...(proxy ? { proxy: proxy.host } : {}) });
}
