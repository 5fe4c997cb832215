/** Workspaces with connections to identity providers, and browsers that go there and back. */
import { createSocket } from 'node:dgram';
import { expect } from 'vitest';
import type { RunningServer } from '../src/server.ts';
import type { ConnectionView } from '../src/signOn/schema.ts';
import { call } from './testAccounts.ts';
import type { TestPerson } from './testWorkspaces.ts';

export interface TestDns {
  /** 127.0.0.1:port */
  address: string;
  /** Name -> texts. */
  records: Map<string, string[]>;
  close(): Promise<void>;
}

/** A DNS server that knows TXT records. */
export async function startTestDns(): Promise<TestDns> {
  const records = new Map<string, string[]>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (; query[at] !== 0; at += query[at]! + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
    const question = query.subarray(12, at + 5);
    const texts = records.get(labels.join('.').toLowerCase()) ?? [];
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(texts.length > 0 ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(texts.length, 6);
    const answers = texts.map((text) => {
      const fixed = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, text.length + 1, text.length]);
      return Buffer.concat([fixed, Buffer.from(text)]);
    });
    socket.send(Buffer.concat([head, question, ...answers]), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', () => done()));
  return { address: `127.0.0.1:${socket.address().port}`, records, close: () => new Promise((done) => socket.close(() => done())) };
}

/** A connection of a workspace with proven domains, switched on. */
export async function makeConnection(server: RunningServer, dns: TestDns, owner: TestPerson, workspaceId: string, kind: 'saml' | 'oidc', domains: string[], change: Record<string, unknown>): Promise<ConnectionView> {
  const base = `/api/v1/workspaces/${workspaceId}/sign-on`;
  const made = await call(server, 'POST', base, { token: owner.token, body: { kind, name: `Our ${kind}` } });
  expect(made).toMatchObject({ status: 201, body: { mode: 'off' } });
  const id = made.body.id as string;
  for (const domain of domains) await proveDomain(server, dns, owner, workspaceId, id, domain);
  const changed = await call<ConnectionView>(server, 'PATCH', `${base}/${id}`, { token: owner.token, body: { ...change, mode: 'on' } });
  expect(changed).toMatchObject({ status: 200, body: { mode: 'on', missing: [] } });
  return changed.body;
}

/** Claims a domain and proves it by its record. */
export async function proveDomain(server: RunningServer, dns: TestDns, owner: TestPerson, workspaceId: string, connectionId: string, domain: string): Promise<void> {
  const base = `/api/v1/workspaces/${workspaceId}/sign-on/${connectionId}/domains`;
  const claimed = await call(server, 'POST', base, { token: owner.token, body: { domain } });
  expect(claimed.status).toBe(201);
  dns.records.set(claimed.body.record.name, ['v=spf1 -all', claimed.body.record.value]);
  expect(await call(server, 'POST', `${base}/${domain}/prove`, { token: owner.token })).toMatchObject({ status: 200, body: { method: 'dns' } });
}

export interface Arrived {
  status: number;
  location: string | null;
  session: string | undefined;
  text: string;
}

/** A browser as far as it matters here: cookies of our server, which sites elsewhere do not make it send with their forms. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly server: Pick<RunningServer, 'url'>;

  constructor(server: Pick<RunningServer, 'url'>) {
    this.server = server;
  }

  async go(path: string, init: RequestInit & { crossSite?: boolean } = {}): Promise<Arrived> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const isForm = init.body instanceof URLSearchParams;
    const response = await fetch(path.startsWith('http') ? path : this.server.url + path, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.crossSite || !cookie ? {} : { cookie }), ...(isForm ? { origin: init.crossSite ? 'https://provider.example' : this.server.url } : {}), ...(init.headers as Record<string, string>) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return { status: response.status, location: response.headers.get('location'), session: this.cookies.get('uxflow'), text: await response.text() };
  }

  /** Presses the button of the first form of a page of the provider; its cookies are not ours to send. */
  post(url: string, fields: Record<string, string>): Promise<Arrived> {
    return this.go(url, { method: 'POST', body: new URLSearchParams(fields), crossSite: true });
  }

  /** Brings an answer of a SAML provider, and goes on to where it ends. */
  async bring(acs: string, samlResponse: string): Promise<Arrived> {
    const taken = await this.post(acs, { SAMLResponse: Buffer.from(samlResponse).toString('base64') });
    return taken.status === 303 && taken.location === '/sso/done' ? this.go('/sso/done') : taken;
  }
}

/** The code of the problem that a page of ours shows, by the beginning of its sentence. */
export function alertOf(text: string): string {
  return /role="alert">([^<]*)</.exec(text)?.[1] ?? '';
}
