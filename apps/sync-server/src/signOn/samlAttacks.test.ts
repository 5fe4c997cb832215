/** What must not sign anybody in: each a real answer of a real provider, changed as an attacker would. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { signXml, startTestProvider, type AnswerOptions, type TestProvider } from '../../test/testProvider.ts';
import { makeConnection, startTestDns, TestBrowser, type Arrived, type TestDns } from '../../test/testSignOn.ts';
import { startTestServer } from '../../test/testServer.ts';
import { accountVariables } from '../../test/testAccounts.ts';
import { addPerson, makeWorkspace, type TestPerson } from '../../test/testWorkspaces.ts';
import { makeCertificate, type OwnCertificate } from './certificate.ts';
import type { ConnectionView } from './schema.ts';

let stage: AccountServer;
let provider: TestProvider;
let dns: TestDns;
let owner: TestPerson;
let connection: ConnectionView;
let stranger: OwnCertificate;
let settings: string;

beforeAll(async () => {
  dns = await startTestDns();
  provider = await startTestProvider();
  stranger = await makeCertificate('Stranger');
  stage = await startAccountServer({ SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(stage.server.database.pool, 'owner');
  const workspaceId = (await makeWorkspace(stage.server.url, owner)).id;
  connection = await makeConnection(stage.server, dns, owner, workspaceId, 'saml', ['corp.test'], { metadata: provider.metadata() });
  settings = `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`;
});
beforeEach(() => {
  provider.tamper = {};
  provider.person = { nameId: 'ada-1', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', attributes: { email: ['ada@corp.test'] } };
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await dns?.close();
});

const ours = () => ({ acs: connection.ours.acs!, entityId: connection.ours.entityId! });
const problem = async () => (await call<ConnectionView>(stage.server, 'GET', settings, { token: owner.token })).body.lastProblem?.code;

async function begin(): Promise<{ browser: TestBrowser; id: string }> {
  const browser = new TestBrowser(stage.server);
  await fetch((await browser.go(`/sso/to/${connection.id}`)).location!);
  return { browser, id: /\sID="([^"]+)"/.exec(provider.heard.request!)![1]! };
}

/** Goes there and comes back with what an attacker made of the answer. */
async function come(change: (xml: string) => string, more: Partial<AnswerOptions> = {}): Promise<Arrived> {
  const { browser, id } = await begin();
  return browser.bring(ours().acs, change(await provider.answer({ id, ...ours() }, more)));
}

/** Nobody came in, and the reason is this one. */
async function expectRefused(arrived: Arrived, code: string, status = 401): Promise<void> {
  expect({ status: arrived.status, session: arrived.session, code: await problem() }).toEqual({ status, session: undefined, code });
  expect((await stage.server.database.pool.query(`select 1 from app_user where email like 'evil%'`)).rowCount).toBe(0);
}

test('the answer that all of these are made from is taken as it is', async () => {
  expect((await come((xml) => xml)).session).toBeDefined();
  expect((await come((xml) => xml, { sign: ['response'] })).session).toBeDefined();
});

const SIGNATURE = /<ds:Signature[\s\S]*<\/ds:Signature>/;
const partsOf = (xml: string) => {
  const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)![0];
  const signature = SIGNATURE.exec(xml)![0];
  const bare = assertion.replace(SIGNATURE, '');
  const evil = bare.replace(/ ID="[^"]+"/, ' ID="_evil"').replaceAll('ada@corp.test', 'evil@corp.test').replaceAll('ada-1', 'evil-1');
  return { assertion, signature, bare, evil };
};
const into = (whole: string, inner: string) => whole.replace(/(<\/saml:Issuer>)/, `$1${inner}`);

describe('signature wrapping', () => {
  const response = (xml: string) => {
    const signature = SIGNATURE.exec(xml)![0];
    const bare = xml.replace(SIGNATURE, '');
    const evil = bare.replace(/ ID="[^"]+"/, ' ID="_evilResponse"').replaceAll('ada@corp.test', 'evil@corp.test').replaceAll('ada-1', 'evil-1').replace(/(<saml:Assertion[^>]*) ID="[^"]+"/, '$1 ID="_evil"');
    return { signature, bare, evil };
  };
  const shapes: [string, Partial<AnswerOptions>, (xml: string) => string][] = [
    ['1: the signed response inside the signature of another', { sign: ['response'] }, (xml) => { const { signature, bare, evil } = response(xml); return into(evil, signature.replace('</ds:Signature>', `${bare}</ds:Signature>`)); }],
    ['2: the signed response beside the signature in another', { sign: ['response'] }, (xml) => { const { signature, bare, evil } = response(xml); return into(evil, `${bare}${signature}`); }],
    ['3: another assertion before the signed one', {}, (xml) => { const { assertion, evil } = partsOf(xml); return xml.replace(assertion, `${evil}${assertion}`); }],
    ['4: the signed assertion inside another', {}, (xml) => { const { assertion, evil } = partsOf(xml); return xml.replace(assertion, evil.replace('</saml:Assertion>', `${assertion}</saml:Assertion>`)); }],
    ['5: the signature in another assertion, the signed one behind it', {}, (xml) => { const { assertion, bare, evil, signature } = partsOf(xml); return xml.replace(assertion, `${into(evil, signature)}${bare}`); }],
    ['6: the signed assertion inside the signature of another', {}, (xml) => { const { assertion, bare, evil, signature } = partsOf(xml); return xml.replace(assertion, into(evil, signature.replace('</ds:Signature>', `${bare}</ds:Signature>`))); }],
    ['7: another assertion in extensions', {}, (xml) => { const { assertion, evil } = partsOf(xml); return xml.replace(assertion, `<samlp:Extensions>${evil}</samlp:Extensions>${assertion}`); }],
    ['8: the signed assertion as an object of the signature', {}, (xml) => { const { assertion, bare, evil, signature } = partsOf(xml); return xml.replace(assertion, into(evil, signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`))); }],
    ['another assertion of the same id', {}, (xml) => { const { assertion, evil } = partsOf(xml); return xml.replace(assertion, `${evil.replace('_evil', / ID="([^"]+)"/.exec(assertion)![1]!)}${assertion}`); }],
    ['another element of the same id, written another way', {}, (xml) => xml.replace('<samlp:Status>', `<samlp:Extensions><a Id="${/<saml:Assertion[^>]* ID="([^"]+)"/.exec(xml)![1]!}"/></samlp:Extensions><samlp:Status>`)],
    ['another assertion in another namespace', {}, (xml) => { const { assertion, evil } = partsOf(xml); return xml.replace(assertion, `${evil.replace('xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', 'xmlns:saml="urn:evil"')}${assertion}`); }],
    ['the signed assertion in extensions, another in its place', {}, (xml) => { const { assertion, evil } = partsOf(xml); return xml.replace(assertion, `<samlp:Extensions>${assertion}</samlp:Extensions>${evil}`); }],
  ];
  test.each(shapes)('shape %s', async (_, options, change) => expectRefused(await come(change, options), 'SIGN_ON_MALFORMED'));
});

describe('signatures', () => {
  test('none at all', async () => expectRefused(await come((xml) => xml, { sign: [] }), 'SIGN_ON_SIGNATURE'));
  test('taken out', async () => expectRefused(await come((xml) => xml.replace(SIGNATURE, '')), 'SIGN_ON_SIGNATURE'));
  test('of a stranger, who sends the certificate along', async () => expectRefused(await come((xml) => xml, { key: stranger }), 'SIGN_ON_SIGNATURE'));
  test('over something else', async () => expectRefused(await come((xml) => xml.replaceAll('ada@corp.test', 'evil@corp.test')), 'SIGN_ON_SIGNATURE'));
  test('one right, the other wrong', async () => expectRefused(await come((xml) => xml.replace('<samlp:Response ', '<samlp:Response Consent="x" '), { sign: ['assertion', 'response'] }), 'SIGN_ON_SIGNATURE'));
  test.each([
    ['RSA with SHA-1', { signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', digest: 'http://www.w3.org/2001/04/xmlenc#sha256' }],
    ['a digest of SHA-1', { signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }],
  ])('%s', async (_, algorithms) => expectRefused(await come((xml) => xml, { algorithms }), 'SIGN_ON_ALGORITHM'));
  test('an HMAC with the certificate as its secret', async () => {
    const assertionOf = (xml: string) => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)![0];
    await expectRefused(await come((xml) => xml.replace(assertionOf(xml), signXml(assertionOf(xml), 'Assertion', { key: { privateKey: provider.key.certificate, certificate: provider.key.certificate }, algorithms: { signature: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', digest: 'http://www.w3.org/2001/04/xmlenc#sha256' } })), { sign: [] }), 'SIGN_ON_ALGORITHM');
  });
  test('no algorithm', async () => expectRefused(await come((xml) => xml.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'none')), 'SIGN_ON_ALGORITHM'));
  test('a transform that leaves things out', async () => expectRefused(await come((xml) => xml.replace('http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/TR/1999/REC-xpath-19991116')), 'SIGN_ON_ALGORITHM'));
});

describe('what is said', () => {
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  test.each([
    ['run out', { notBefore: minutes(-20), notOnOrAfter: minutes(-10) }, 'SIGN_ON_TIME'],
    ['not yet valid', { notBefore: minutes(10), notOnOrAfter: minutes(20) }, 'SIGN_ON_TIME'],
    ['for another service', { audience: 'https://other.example/metadata' }, 'SIGN_ON_RECEIVER'],
    ['to another recipient', { recipient: 'https://other.example/acs' }, 'SIGN_ON_RECEIVER'],
    ['to another destination', { destination: 'https://other.example/acs' }, 'SIGN_ON_RECEIVER'],
    ['a signed response without a destination', { destination: undefined, sign: ['response'] }, 'SIGN_ON_RECEIVER'],
    ['from another issuer', { issuer: 'https://evil.example' }, 'SIGN_ON_SENDER'],
    ['no', { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }, 'SIGN_ON_DENIED'],
    ['without a bearer', { shape: (xml: string) => xml.replace('cm:bearer', 'cm:sender-vouches') }, 'SIGN_ON_RECEIVER'],
    ['without an end', { shape: (xml: string) => xml.replace(/(SubjectConfirmationData[^>]*) NotOnOrAfter="[^"]+"/, '$1') }, 'SIGN_ON_MALFORMED'],
    ['without an audience', { shape: (xml: string) => xml.replace(/<saml:AudienceRestriction>[\s\S]*<\/saml:AudienceRestriction>/, '') }, 'SIGN_ON_RECEIVER'],
    ['without conditions', { shape: (xml: string) => xml.replace(/<saml:Conditions[\s\S]*<\/saml:Conditions>/, '') }, 'SIGN_ON_RECEIVER'],
    ['to a request that nobody sent', { inResponseTo: '_made-up' }, 'SIGN_ON_LATE'],
    ['without a name', { shape: (xml: string) => xml.replace(/<saml:NameID[\s\S]*<\/saml:NameID>/, '') }, 'SIGN_ON_MALFORMED'],
  ] as [string, Partial<AnswerOptions>, string][])('%s', async (_, options, code) => expectRefused(await come((xml) => xml, options), code));

  test('the request in the response is not the one in the signed assertion', async () => {
    const other = await begin();
    await expectRefused(await come((xml) => xml.replace(/(<samlp:Response[^>]*InResponseTo=")[^"]+/, `$1${other.id}`)), 'SIGN_ON_LATE');
  });
  test('the same answer a second time, also on another instance', async () => {
    const { browser, id } = await begin();
    const xml = await provider.answer({ id, ...ours() });
    const second = await startTestServer(stage.databaseUrl, { ...accountVariables(stage.mailbox), SIGN_ON_NETWORK: 'private', PUBLIC_URL: stage.server.url });
    expect((await browser.bring(ours().acs, xml)).session).toBeDefined();
    for (const at of [stage.server.url, second.url]) await expectRefused(await new TestBrowser({ url: at }).post(`${at}/api/v1/sso/${connection.id}/acs`, { SAMLResponse: Buffer.from(xml).toString('base64') }), 'SIGN_ON_REPLAYED');
    await second.close();
  });
  test('the same request answered twice', async () => {
    const { browser, id } = await begin();
    await browser.bring(ours().acs, await provider.answer({ id, ...ours() }));
    await expectRefused(await new TestBrowser(stage.server).bring(ours().acs, await provider.answer({ id, ...ours() })), 'SIGN_ON_LATE');
  });
  test('in another browser than the one that went', async () => {
    const { id } = await begin();
    const thief = new TestBrowser(stage.server);
    expect(await thief.bring(ours().acs, await provider.answer({ id, ...ours() }))).toMatchObject({ status: 401, session: undefined });
  });
});

describe('who is meant', () => {
  test.each([
    ['an address of a domain that is not proven', { email: ['evil@elsewhere.test'] }, 'SIGN_ON_FOREIGN'],
    ['an address of a domain below the proven one', { email: ['evil@sub.corp.test'] }, 'SIGN_ON_FOREIGN'],
    ['two addresses', { email: ['ada@corp.test', 'evil@corp.test'] }, 'SIGN_ON_ADDRESSES'],
    ['two attributes that differ', { email: ['ada@corp.test'], mail: ['evil@corp.test'] }, 'SIGN_ON_ADDRESSES'],
    ['no address', {}, 'SIGN_ON_NO_ADDRESS'],
    ['something that is no address', { email: ['evil@corp.test@elsewhere.test'] }, 'SIGN_ON_NO_ADDRESS'],
  ] as [string, Record<string, string[]>, string][])('%s', async (_, attributes, code) => {
    provider.person = { ...provider.person, nameId: 'evil-2', attributes };
    await expectRefused(await come((xml) => xml), code);
  });
  test('a comment in the middle of an address or a name', async () => {
    for (const inner of ['ada@corp.test<!-- -->.evil.test', 'evil@corp.test<!-- -->']) {
      provider.person = { ...provider.person, nameId: inner, attributes: { email: [inner] } };
      await expectRefused(await come((xml) => xml), 'SIGN_ON_MALFORMED');
    }
    // Signed without the comment, and put in afterwards: the signature would still fit.
    provider.person = { ...provider.person, nameId: 'ada@corp.test.evil', attributes: { email: ['ada@corp.test'] } };
    await expectRefused(await come((xml) => xml.replace('>ada@corp.test.evil<', '>ada@corp.test<!---->.evil<')), 'SIGN_ON_MALFORMED');
  });
  test('the address in any case, under any usual name', async () => {
    for (const [name, value] of [['EMAIL', 'Ada@CORP.test'], ['urn:oid:0.9.2342.19200300.100.1.3', 'ADA@corp.test'], ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', 'ada@corp.TEST']] as const) {
      provider.person = { ...provider.person, attributes: { [name]: [value], mail: ['ada@corp.test'] } };
      expect((await come((xml) => xml)).session).toBeDefined();
    }
  });
});

describe('what is no message at all', () => {
  const bomb = `<!DOCTYPE r [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, at) => `<!ENTITY a${at} "${`&a${at === 0 ? '' : at - 1};`.repeat(10)}">`).join('')}]>`;
  test.each([
    ['a file of the server as an entity', (xml: string) => `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace('ada-1', '&x;')}`],
    ['entities that grow', (xml: string) => bomb + xml.replace('ada-1', '&a8;')],
    ['a doctype that loads another', (xml: string) => `<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">${xml}`],
    ['an instruction', (xml: string) => xml.replace('<saml:Issuer', '<?php evil ?><saml:Issuer')],
    ['CDATA', (xml: string) => xml.replace('>ada-1<', '><![CDATA[ada-1]]><')],
    ['no XML', () => 'evil'],
    ['XML that does not end', (xml: string) => xml.slice(0, -20)],
    ['two roots', (xml: string) => xml + xml],
    ['an attribute twice', (xml: string) => xml.replace('Version="2.0"', 'Version="2.0" Version="2.0"')],
    ['another root', (xml: string) => xml.replaceAll('samlp:Response', 'samlp:ArtifactResponse')],
    ['more elements than anybody needs', (xml: string) => xml.replace('<samlp:Status>', `<samlp:Extensions>${'<a/>'.repeat(6000)}</samlp:Extensions><samlp:Status>`)],
  ] as [string, (xml: string) => string][])('%s', async (_, change) => expectRefused(await come(change), 'SIGN_ON_MALFORMED'));

  test('bytes that are no text, and no base64', async () => {
    const { browser } = await begin();
    await expectRefused(await browser.post(ours().acs, { SAMLResponse: Buffer.from([0xff, 0xfe, 0x3c]).toString('base64') }), 'SIGN_ON_MALFORMED');
    await expectRefused(await browser.post(ours().acs, { SAMLResponse: '%%%' }), 'SIGN_ON_MALFORMED');
    await expectRefused(await browser.post(ours().acs, {}), 'SIGN_ON_MALFORMED');
  });
  test('too large', async () => expectRefused(await come((xml) => xml.replace('<samlp:Status>', `<samlp:Extensions>${'a'.repeat(200_000)}</samlp:Extensions><samlp:Status>`)), 'SIGN_ON_TOO_LARGE', 413));
});

test('who has not gone by a connection writes nothing where it is set up, and stands in the records', async () => {
  const { pool } = stage.server.database;
  await pool.query(`update sign_on_connection set last_problem = 'SIGN_ON_NO_ROLE' where id = $1`, [connection.id]);
  const failures = async () => (await pool.query(`select data->>'code' as code from audit_event where kind = 'AUTH_FAILED' and data->>'connectionId' = $1`, [connection.id])).rows.map(({ code }) => code as string);
  const before = (await failures()).length;
  const browser = new TestBrowser(stage.server);
  const garbage = await provider.answer({ id: `_${'0'.repeat(40)}`, ...ours() }, { key: stranger });
  for (const xml of ['garbage', '', '<a InResponseTo="_x"/>', garbage, 'x'.repeat(300_000)]) expect((await browser.post(ours().acs, { SAMLResponse: Buffer.from(xml).toString('base64') })).status).toBeGreaterThanOrEqual(400);
  expect((await browser.post(connection.ours.slo!, { SAMLRequest: 'AAAA' })).status).toBe(401);
  expect((await browser.go(`${connection.ours.slo!}?SAMLRequest=AAAA&SigAlg=x&Signature=y`)).status).toBe(401);
  expect([await problem(), (await failures()).length - before]).toEqual(['SIGN_ON_NO_ROLE', 7]);
  // Who has gone there and comes back with what is not the provider's may be somebody whose provider changed its key.
  await expectRefused(await come((xml) => xml, { key: stranger }), 'SIGN_ON_SIGNATURE');
});

test('nobody is led to another site, neither by the way in nor by the provider’s relay state', async () => {
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example']) {
    const browser = new TestBrowser(stage.server);
    await fetch((await browser.go(`/sso/to/${connection.id}?next=${encodeURIComponent(next)}`)).location!);
    const id = /\sID="([^"]+)"/.exec(provider.heard.request!)![1]!;
    await browser.post(ours().acs, { SAMLResponse: Buffer.from(await provider.answer({ id, ...ours() })).toString('base64'), RelayState: 'https://evil.example/' });
    expect((await browser.go('/sso/done')).location).toBe('/account');
  }
});
