import { X509Certificate } from 'node:crypto';
import { endpointSettingsSchema, type EndpointChange, type EndpointSettings, type EndpointView } from '../api/index.ts';
import { AppError, type Clock } from '../base/index.ts';
import { allowedHostsOf, createBreaker, hostEntry, providerInfo, type Breaker, type Egress, type ModelProvider } from '../llm/index.ts';
import type { SecretStore } from './dependencies.ts';
import { keyName } from './settings.ts';
import type { Transports } from './transport.ts';

/** Everything that reaches an endpoint: the gate, with its proxy and authorities, and what goes along with a request. */
export interface EndpointConnection {
  egress: Egress;
  apiKey?: string;
  headers?: Record<string, string>;
  apiVersion?: string;
}

/** The connections of endpoints, by their base address. */
export interface EndpointService {
  /** What a call needs. The gate opens for just this endpoint (and its proxy): the person has named it. */
  connect(provider: ModelProvider, baseUrl: string): Promise<EndpointConnection>;
  /** The breaker that all calls of an endpoint share. */
  breakerOf(baseUrl: string): Breaker;
  view(baseUrl: string): Promise<EndpointView>;
  /** Throws ENDPOINT_CA_INVALID, ENDPOINT_HEADER_INVALID, ENDPOINT_PROXY_INVALID; then nothing was changed. */
  change(baseUrl: string, change: EndpointChange): Promise<EndpointView>;
}

/** What endpoints need from outside. */
export interface EndpointDependencies {
  store: { get(key: string): unknown; set(key: string, value: unknown): void };
  secrets: SecretStore;
  transports: Transports;
  egressFor(hosts: readonly string[], way: { fetch: typeof fetch; proxy?: string }): Egress;
  clock: Clock;
}

/** Endpoints kept in the store, their secrets with the host. */
export function createEndpoints(dependencies: EndpointDependencies): EndpointService {
  const { store, secrets, transports, egressFor, clock } = dependencies;
  const breakers = new Map<string, Breaker>();
  const read = (baseUrl: string): EndpointSettings => endpointSettingsSchema.catch({ headerNames: [] }).parse(store.get(`endpoint:${plain(baseUrl)}`) ?? {});
  const breakerOf = (baseUrl: string): Breaker => {
    const key = plain(baseUrl);
    let breaker = breakers.get(key);
    if (!breaker) breakers.set(key, (breaker = createBreaker(clock)));
    return breaker;
  };
  const view = async (baseUrl: string): Promise<EndpointView> => {
    const { ca, proxy, headerNames, apiVersion } = read(baseUrl);
    return {
      certificates: ca ? certificatesOf(ca) : [],
      ...(proxy ? { proxy: { ...proxy, hasPassword: (await secrets.get(passwordName(baseUrl))) !== undefined } } : {}),
      headerNames,
      ...(apiVersion ? { apiVersion } : {}),
      health: breakerOf(baseUrl).state(),
    };
  };

  return {
    breakerOf,
    view,
    async connect(provider, baseUrl) {
      const { ca, proxy, headerNames, apiVersion } = read(baseUrl);
      const apiKey = providerInfo(provider).key === 'never' ? undefined : await secrets.get(keyName(baseUrl));
      const password = proxy?.user ? await secrets.get(passwordName(baseUrl)) : undefined;
      const headers: Record<string, string> = {};
      for (const name of headerNames) {
        const value = await secrets.get(headerName(baseUrl, name));
        if (value !== undefined) headers[name] = value;
      }
      const fetch = transports.fetchFor({ ...(ca ? { ca } : {}), ...(proxy ? { proxy: { ...proxy, ...(password === undefined ? {} : { password }) } } : {}) });
      const hosts = [...allowedHostsOf([{ provider, baseUrl }]), ...(proxy ? [hostEntry(proxy.url) ?? []].flat() : [])];
      return {
        egress: egressFor(hosts, { fetch, ...(proxy ? { proxy: proxy.url } : {}) }),
        ...(apiKey === undefined ? {} : { apiKey }), ...(headerNames.length ? { headers } : {}), ...(apiVersion ? { apiVersion } : {}),
      };
    },
    async change(baseUrl, change) {
      const next = { ...read(baseUrl) };
      // Everything is checked before anything is kept.
      if (change.ca !== undefined) {
        delete next.ca;
        if (change.ca?.trim()) next.ca = readCa(change.ca);
      }
      const proxy = change.proxy ? readProxy(change.proxy) : undefined;
      if (change.proxy !== undefined) {
        delete next.proxy;
        if (proxy) next.proxy = { url: proxy.url, ...(proxy.user ? { user: proxy.user } : {}) };
      }
      const header = change.header && readHeader(change.header);
      if (header) next.headerNames = [...next.headerNames.filter((name) => name.toLowerCase() !== header.name.toLowerCase()), ...(header.value === null ? [] : [header.name])];
      if (change.apiVersion !== undefined) {
        delete next.apiVersion;
        if (change.apiVersion?.trim()) next.apiVersion = change.apiVersion.trim();
      }
      if (header) await secrets.set(headerName(baseUrl, header.name), header.value);
      if (change.proxy === null) await secrets.set(passwordName(baseUrl), null);
      else if (proxy?.password !== undefined) await secrets.set(passwordName(baseUrl), proxy.password);
      store.set(`endpoint:${plain(baseUrl)}`, next);
      breakerOf(baseUrl).reset();
      return view(baseUrl);
    },
  };
}

function plain(baseUrl: string): string {
  return baseUrl.trim().replace(/\/+$/, '');
}

function passwordName(baseUrl: string): string {
  return `proxy-password:${plain(baseUrl)}`;
}

function headerName(baseUrl: string, name: string): string {
  return `header:${plain(baseUrl)}:${name.toLowerCase()}`;
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a text, and nothing else of it. */
function readCa(text: string): string {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new AppError('ENDPOINT_CA_INVALID', 'This holds a private key and was not stored. Give the certificate alone: the part between BEGIN CERTIFICATE and END CERTIFICATE.', { reason: 'privateKey' });
  }
  const parts = text.match(PEM);
  if (!parts) throw new AppError('ENDPOINT_CA_INVALID', 'This is no certificate in PEM form; what was there is kept. Give the text that begins with -----BEGIN CERTIFICATE-----.', { reason: 'noCertificate' });
  const pem = parts.join('\n');
  try {
    certificatesOf(pem);
  } catch (error) {
    throw new AppError('ENDPOINT_CA_INVALID', 'The certificate is damaged; what was there is kept. Ask for the file again and give all of it.', { reason: 'damaged' }, { cause: error });
  }
  return pem;
}

/** Throws where a certificate cannot be read. */
function certificatesOf(pem: string): { name: string; validTo: number }[] {
  return (pem.match(PEM) ?? []).map((part) => {
    const { subject, validTo } = new X509Certificate(part);
    const fields = new Map(subject.split('\n').map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    return { name: fields.get('CN') ?? fields.get('O') ?? subject, validTo: Date.parse(validTo) };
  });
}

function readProxy(given: NonNullable<EndpointChange['proxy']>): { url: string; user?: string; password?: string | null } {
  const text = given.url.trim();
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    if (!/^https?:$/.test(url.protocol) || !url.hostname || (url.pathname !== '/' && url.pathname !== '')) throw new TypeError(url.protocol);
  } catch (error) {
    throw new AppError('ENDPOINT_PROXY_INVALID', 'The address of the proxy cannot be used; what was there is kept. It begins with http:// or https:// and names a machine and a port.', {}, { cause: error });
  }
  const user = given.user?.trim() || decodeURIComponent(url.username) || undefined;
  const password = given.password === undefined ? decodeURIComponent(url.password) || undefined : given.password || null;
  return { url: url.origin, ...(user ? { user } : {}), ...(password === undefined ? {} : { password }) };
}

/** Headers that belong to the app and the connection. */
const RESERVED = new Set(['accept', 'connection', 'content-length', 'content-type', 'host', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent']);

function readHeader(given: { name: string; value: string | null }): { name: string; value: string | null } {
  const name = given.name.trim();
  const fail = (reason: string, sentence: string) => new AppError('ENDPOINT_HEADER_INVALID', sentence, { name, reason });
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name)) throw fail('name', `"${name}" cannot be the name of a header; it was not stored. Letters, digits and dashes are allowed.`);
  if (RESERVED.has(name.toLowerCase())) throw fail('reserved', `The app sets the header "${name}" itself; it was not stored. Take another name.`);
  if (given.value === null) return { name, value: null };
  const value = given.value.trim();
  if (!/^[\x20-\x7e]+$/.test(value)) throw fail('value', `The value of the header "${name}" is empty or holds a character that no header has; it was not stored. Enter it again.`);
  return { name, value };
}
