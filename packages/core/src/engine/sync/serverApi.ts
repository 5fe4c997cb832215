import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import { isLoopback } from '../../llm/index.ts';
import type { KeyRequest } from '../../sync/keys/index.ts';

/** What a server gives who signs in. */
export interface Session {
  token: string;
  user: { id: string; name: string; email: string };
}

/** The HTTP side of a server, for one account. Every call throws AppError: the server's own code, or SERVER_…, SIGNED_OUT. */
export interface ServerApi {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  /** The bytes of an answer that is no JSON. */
  getBytes(path: string): Promise<Uint8Array>;
  putBytes(path: string, bytes: Uint8Array): Promise<void>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
}

const problem = z.object({ error: z.object({ code: z.string(), message: z.string().default(''), params: z.record(z.string(), z.unknown()).default({}) }) });
const SILENCE_MS = 20_000;
/** Bytes may take longer on a thin line. */
const BYTES_MS = 120_000;

/** What is sent, and of which type. */
interface Body {
  type: string;
  content: string | Uint8Array<ArrayBuffer>;
}

/** The server's API; `fetch` is that of the egress gate. */
export function createServerApi({ server, fetch, token }: { server: string; fetch: typeof globalThis.fetch; token?: () => Promise<string | undefined> }): ServerApi {
  const host = new URL(server).host;
  /** The bytes of an answer that is none of an error. */
  const exchange = async (method: string, path: string, body: Body | undefined, within: number): Promise<{ status: number; bytes: Uint8Array }> => {
    const secret = token ? await token() : undefined;
    if (token && secret === undefined) throw new AppError('SIGNED_OUT', 'Nobody is signed in to a server. Nothing was changed; sign in first.', {});
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch.call(undefined, `${server}/api/v1${path}`, {
        method,
        headers: { accept: 'application/json', ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }), ...(body === undefined ? {} : { 'content-type': body.type }) },
        ...(body === undefined ? {} : { body: body.content }),
        signal: AbortSignal.timeout(within),
      });
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('SERVER_UNREACHABLE', `The server ${host} does not answer. Nothing was lost; check the address and the connection, then try again.`, { host }, { cause: error });
    }
    const { status } = response;
    if (response.ok) return { status, bytes };
    const said = problem.safeParse(parse(bytes, status));
    if (!said.success) throw strange(host, status);
    const { code, message, params } = said.data.error;
    throw new AppError(code, message, params);
  };
  const parse = (bytes: Uint8Array, status: number): unknown => {
    try {
      return bytes.length === 0 ? {} : JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw strange(host, status);
    }
  };
  const call = async <T>(method: string, path: string, body: unknown, schema: z.ZodType<T>): Promise<T> => {
    const { status, bytes } = await exchange(method, path, body === undefined ? undefined : { type: 'application/json', content: JSON.stringify(body) }, SILENCE_MS);
    const read = schema.safeParse(parse(bytes, status));
    if (!read.success) throw strange(host, status);
    return read.data;
  };
  return {
    get: (path, schema) => call('GET', path, undefined, schema),
    getBytes: async (path) => (await exchange('GET', path, undefined, BYTES_MS)).bytes,
    putBytes: async (path, bytes) => void (await exchange('PUT', path, { type: 'application/octet-stream', content: new Uint8Array(bytes) }, BYTES_MS)),
    send: (method, path, body, schema) => call(method, path, body, schema),
  };
}

/** The key routes' way of asking, over this API. */
export function requestOf(api: ServerApi): KeyRequest {
  return (method, path, body) => {
    const below = path.replace(/^\/api\/v1/, '');
    return method === 'GET' ? api.get(below, z.unknown()) : api.send(method, below, body, z.unknown());
  };
}

/** The origin of the server that a person entered; without a scheme it is https, on this machine http. Throws SERVER_ADDRESS_INVALID, SERVER_ADDRESS_INSECURE. */
export function readServerAddress(entered: string, isTrusted: (host: string) => boolean): string {
  const text = entered.trim();
  let url: URL;
  try {
    const bare = new URL(`http://${text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')}`);
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${isLoopback(bare.hostname) ? 'http' : 'https'}://${text}`);
    if (!/^https?:$/.test(url.protocol) || !url.hostname || url.username || url.password) throw new TypeError(url.protocol);
  } catch (error) {
    throw new AppError('SERVER_ADDRESS_INVALID', 'This is not the address of a server. Nothing was sent; enter one such as https://sync.example.com.', { address: text }, { cause: error });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !isTrusted(url.host) && !isTrusted(url.hostname)) {
    throw new AppError('SERVER_ADDRESS_INSECURE', `Over http anybody on the way to ${url.host} could read your password and your flows. Nothing was sent; use https, or name this host as on-premise in the privacy settings.`, { host: url.host });
  }
  return url.origin;
}

function strange(host: string, status: number): AppError {
  return new AppError('SERVER_STRANGE', `${host} answered (${status}), but not as a sync server does. Nothing was changed; check the address.`, { host, status });
}
