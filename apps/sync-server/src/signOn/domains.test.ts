/** Proofs of domains by either way, and what does not pass for one; metadata and certificates as people hand them in. */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { startTestProvider, type TestProvider } from '../../test/testProvider.ts';
import { startTestDns, type TestDns } from '../../test/testSignOn.ts';
import { addPerson, makeWorkspace, type TestPerson } from '../../test/testWorkspaces.ts';
import { createPrincipals } from '../access/principal.ts';
import { makeCertificate, readCertificate } from './certificate.ts';
import type { DomainLooks } from './domainProof.ts';
import { createDomains } from './domains.ts';
import { readMetadata } from './samlMetadata.ts';

let stage: AccountServer;
let dns: TestDns;
let provider: TestProvider;
let owner: TestPerson;
const made: { workspaceId: string; connectionId: string }[] = [];

beforeAll(async () => {
  dns = await startTestDns();
  provider = await startTestProvider();
  stage = await startAccountServer({ SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(stage.server.database.pool, 'owner');
  for (const name of ['One', 'Two']) {
    const workspaceId = (await makeWorkspace(stage.server.url, owner, { name })).id;
    made.push({ workspaceId, connectionId: (await call(stage.server, 'POST', `/api/v1/workspaces/${workspaceId}/sign-on`, { token: owner.token, body: { kind: 'saml', name } })).body.id as string });
  }
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await dns?.close();
});

const at = (n: number) => `/api/v1/workspaces/${made[n]!.workspaceId}/sign-on/${made[n]!.connectionId}/domains`;
const claim = async (n: number, domain: string) => (await call(stage.server, 'POST', at(n), { token: owner.token, body: { domain } })).body;
const prove = async (n: number, domain: string) => {
  const { status, body } = await call(stage.server, 'POST', `${at(n)}/${domain}/prove`, { token: owner.token });
  return status === 200 ? body.method : body.error.code;
};

test('a TXT record proves a domain, and nothing near it does', async () => {
  const { record } = await claim(0, ' Example.ORG ');
  expect(record).toEqual({ name: '_uxflow.example.org', type: 'TXT', value: expect.stringMatching(/^uxflow-domain=[0-9a-f]{40}$/) });
  expect(await prove(0, 'example.org')).toBe('DOMAIN_UNPROVEN');
  dns.records.set('example.org', [record.value]);
  dns.records.set(record.name, [record.value.slice(0, -1), `${record.value}0`, 'uxflow-domain=']);
  expect(await prove(0, 'example.org')).toBe('DOMAIN_UNPROVEN');
  dns.records.set(record.name, [record.value]);
  expect(await prove(0, 'example.org')).toBe('dns');
});

test('a domain belongs to who proves it now: a proof that still stands keeps it, one that is gone does not', async () => {
  const theirs = await claim(1, 'example.org');
  const mine = dns.records.get('_uxflow.example.org')!;
  dns.records.set('_uxflow.example.org', [...mine, theirs.record.value]);
  expect(await prove(1, 'example.org')).toBe('DOMAIN_TAKEN');
  dns.records.set('_uxflow.example.org', [theirs.record.value]);
  expect(await prove(1, 'example.org')).toBe('dns');
  const { rows } = await stage.server.database.pool.query(`select connection_id from sign_on_domain where domain = 'example.org' and proven_at is not null`);
  expect(rows).toEqual([{ connection_id: made[1]!.connectionId }]);
});

test('a file at the website proves a domain; another body, or none, does not', async () => {
  const pages = new Map<string, string>();
  const looks: DomainLooks = { resolveTxt: async () => [], fetchText: async (url) => pages.get(url) };
  const { parts } = stage.server.workspaces;
  const principals = createPrincipals(parts.database, { subscribe: () => () => {}, onGap: () => () => {}, publish: async () => {} } as never);
  const principal = (await principals.ofSecret(owner.token))!;
  const domains = createDomains(parts, looks);
  const { workspaceId, connectionId } = made[0]!;
  const { file } = await domains.add(principal, workspaceId, connectionId, 'files.example');
  expect(file.url).toBe('https://files.example/.well-known/uxflow-domain.txt');
  const attempt = () => domains.prove(principal, workspaceId, connectionId, 'files.example').then(({ method }) => method, ({ code }: { code: string }) => code);
  expect(await attempt()).toBe('DOMAIN_UNPROVEN');
  pages.set(file.url, `<html>${file.content}</html>`);
  expect(await attempt()).toBe('DOMAIN_UNPROVEN');
  pages.set(file.url, `${file.content}\n`);
  expect(await attempt()).toBe('file');
});

test.each(['localhost', 'a.b', '127.0.0.1', '[::1]', 'example.org/path', 'exa mple.org', 'user@example.org', '.example.org', 'example.123', ''])('%s is no domain', async (domain) => {
  expect((await call(stage.server, 'POST', at(0), { token: owner.token, body: { domain } })).status).toBe(422);
});

test('a domain in another script is the same as its ASCII form', async () => {
  expect((await claim(0, 'bücher.example')).domain).toBe('xn--bcher-kva.example');
});

test('metadata are read as providers publish them, and refused where they say too little or something else', async () => {
  expect(readMetadata(provider.metadata())).toMatchObject({ entityId: provider.entityId, signInUrl: `${provider.url}/login`, signInBinding: 'redirect', signOutUrl: `${provider.url}/logout`, certificates: [provider.key.certificate] });
  const next = await makeCertificate('Next');
  expect(readMetadata(provider.metadata({ certificates: [provider.key.certificate, next.certificate] })).certificates).toHaveLength(2);
  const codeOf = (xml: string) => {
    try {
      return readMetadata(xml);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  for (const xml of ['', 'no', '<a/>', provider.metadata().replaceAll('IDPSSODescriptor', 'SPSSODescriptor'), provider.metadata().replace(/entityID="[^"]+"/, ''), provider.metadata().replaceAll('SingleSignOnService', 'Other'), provider.metadata().replace(/<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>/, ''), `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${provider.metadata().replace(/^<\?xml[^>]+>/, '')}`]) expect(codeOf(xml)).toBe('METADATA_UNREADABLE');
  expect(codeOf(provider.metadata().replace(/<ds:X509Certificate>[^<]{20}/, '<ds:X509Certificate>'))).toBe('CERTIFICATE_UNREADABLE');
});

test('on a server for everybody a provider must stand in the open network', async () => {
  const path = `/api/v1/workspaces/${made[0]!.workspaceId}/sign-on/${made[0]!.connectionId}`;
  expect(await call(stage.server, 'PATCH', path, { token: owner.token, body: { metadata: provider.metadata() } })).toMatchObject({ status: 422, body: { error: { code: 'ADDRESS_REFUSED' } } });
  for (const metadataUrl of [`${provider.url}/metadata`, 'https://localhost/metadata', 'https://10.0.0.1/metadata']) expect(await call(stage.server, 'PATCH', path, { token: owner.token, body: { metadataUrl } })).toMatchObject({ status: 422, body: { error: { code: 'ADDRESS_REFUSED' } } });
});

test('our certificate is one that others can read, by its own key', async () => {
  const own = await makeCertificate('UX Flow Engine');
  const read = new X509Certificate(own.certificate);
  expect([read.subject, read.issuer, read.verify(read.publicKey)]).toEqual(['CN=UX Flow Engine', 'CN=UX Flow Engine', true]);
  expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
  expect(readCertificate(own.certificate)).toBe(own.certificate);
  expect(readCertificate(own.certificate.replace(/-----[A-Z ]+-----/g, '').replace(/\n/g, ' '))).toBe(own.certificate);
  expect(readCertificate(own.privateKey)).toBeUndefined();
});
