/** What the server fetches because somebody in a workspace named an address: nothing that could reach into the network that it stands in. */
import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isMetadataAddress, isPublicAddress } from './addresses.ts';
import { signOnProblem } from './errors.ts';

export interface SignOnNetwork {
  /** The address, when browsers and this server may be sent there. Throws ADDRESS_REFUSED. */
  demandAddress(url: string): URL;
  /** As fetch; follows no redirect, takes 10 s and 1 MB at most. Throws ADDRESS_REFUSED, SIGN_ON_UNREACHABLE. */
  fetch(url: string, init?: { method?: string; headers?: Record<string, string>; body?: unknown; signal?: AbortSignal | undefined }): Promise<Response>;
}

const WITHIN_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/** The network as workspaces may use it; `isPrivateAllowed` opens private addresses, and http on this machine. */
export function createSignOnNetwork({ isPrivateAllowed, lookup = systemLookup as LookupFunction, withinMs = WITHIN_MS }: { isPrivateAllowed: boolean; lookup?: LookupFunction; withinMs?: number }): SignOnNetwork {
  const isAllowed = (address: string) => (isPrivateAllowed ? !isMetadataAddress(address) : isPublicAddress(address));
  const demandAddress = (text: string): URL => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
    const isFine = url && (url.protocol === 'https:' || (isPrivateAllowed && url.protocol === 'http:' && isLoopback(host))) && url.username === '' && url.password === '' && (isIP(host) === 0 ? isPrivateAllowed || !/(^|\.)(localhost|local|internal)\.?$/.test(host) : isAllowed(host));
    if (!url || !isFine) throw signOnProblem('ADDRESS_REFUSED', { url: text.slice(0, 200) });
    return url;
  };
  // Asked at the moment of connecting: a name that answers differently the second time gains nothing.
  const guarded: LookupFunction = (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      const all = (Array.isArray(found) ? found : []) as { address: string; family: number }[];
      if (error || all.length === 0) return done(error ?? new Error('no address'), '', 4);
      if (!all.every(({ address }) => isAllowed(address))) return done(Object.assign(new Error('a private address'), { code: 'PRIVATE_ADDRESS' }), '', 4);
      return options.all ? done(null, all) : done(null, all[0]!.address, all[0]!.family);
    });
  return {
    demandAddress,
    async fetch(text, { method = 'GET', headers = {}, body, signal } = {}) {
      const url = demandAddress(text);
      const unreachable = () => signOnProblem('SIGN_ON_UNREACHABLE', { host: url.host });
      const bytes = body === undefined || body === null ? undefined : Buffer.from(String(body));
      try {
        return await new Promise<Response>((done, fail) => {
          const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
          const deadline = AbortSignal.timeout(withinMs);
          const request = send(url, { method, headers: { accept: 'application/json, text/plain, */*', ...headers, ...(bytes ? { 'content-length': String(bytes.length) } : {}) }, lookup: guarded, signal: signal ? AbortSignal.any([signal, deadline]) : deadline, agent: false }, (answer) => {
            const chunks: Buffer[] = [];
            let size = 0;
            answer.on('data', (chunk: Buffer) => {
              size += chunk.length;
              if (size > MOST_BYTES) request.destroy(new Error('too large'));
              else chunks.push(chunk);
            });
            answer.on('error', fail);
            answer.on('end', () => {
              const status = answer.statusCode ?? 500;
              const shown = new Headers();
              for (const [name, value] of Object.entries(answer.headers)) for (const one of [value ?? []].flat()) shown.append(name, one);
              done(new Response([101, 204, 205, 304].includes(status) ? null : Buffer.concat(chunks), { status: status < 200 ? 502 : status, headers: shown }));
            });
          });
          request.on('error', fail);
          request.end(bytes);
        });
      } catch (error) {
        if ((error as { code?: string }).code === 'PRIVATE_ADDRESS') throw signOnProblem('ADDRESS_REFUSED', { url: text.slice(0, 200) });
        throw unreachable();
      }
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1';
}
