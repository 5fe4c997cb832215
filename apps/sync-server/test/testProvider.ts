/** A SAML identity provider on a real local server: it asks nobody for a password, and says whatever a test wants it to say. */
import { createSign, createVerify, randomBytes, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { encrypt } from 'xml-encryption';
import { makeCertificate, type OwnCertificate } from '../src/signOn/certificate.ts';

const SHA256 = { signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digest: 'http://www.w3.org/2001/04/xmlenc#sha256' } as const;
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export interface ProviderPerson {
  nameId: string;
  format: string;
  /** Attribute -> values. */
  attributes: Record<string, string[]>;
}

/** What an answer says; a test changes what it is about. */
export interface AnswerOptions {
  responseId: string;
  assertionId: string;
  inResponseTo: string | undefined;
  destination: string | undefined;
  recipient: string;
  audience: string;
  issuer: string;
  status: string;
  notBefore: Date;
  notOnOrAfter: Date;
  person: ProviderPerson;
  sessionIndex: string;
  authnInstant: Date;
  sign: ('assertion' | 'response')[];
  key: OwnCertificate;
  algorithms: { signature: string; digest: string };
  /** Certificate of the receiver, PEM: the assertion is encrypted for it. */
  encryptFor: string | undefined;
  encryption: { content: string; key: string };
  /** Changes the assertion before anything is signed. */
  shape(assertion: string): string;
}

export interface TestProvider {
  url: string;
  entityId: string;
  key: OwnCertificate;
  person: ProviderPerson;
  /** Changes of the next answers. */
  tamper: Partial<AnswerOptions>;
  /** What it was sent last. */
  heard: { request?: string; relayState?: string | null; logoutRequest?: string; logoutResponse?: string };
  /** Metadata as it would be downloaded. */
  metadata(more?: { certificates?: string[] }): string;
  /** An answer to a request, XML. */
  answer(request: { id?: string | undefined; acs: string; entityId: string }, more?: Partial<AnswerOptions>): Promise<string>;
  /** Address of ours with a signed request to sign out. */
  logoutUrl(slo: string, given: { nameId: string; format: string; sessionIndex?: string; id?: string; key?: OwnCertificate; algorithm?: string }): string;
  close(): Promise<void>;
}

/** Starts it on 127.0.0.1. */
export async function startTestProvider(): Promise<TestProvider> {
  const key = await makeCertificate('Test provider');
  const provider: TestProvider = {
    url: '',
    entityId: '',
    key,
    person: { nameId: 'ada-1', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', attributes: { email: ['ada@corp.test'], displayName: ['Ada L.'] } },
    tamper: {},
    heard: {},
    metadata: ({ certificates = [key.certificate] } = {}) => `<?xml version="1.0"?>
<!-- downloaded by hand -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${provider.entityId}">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ${certificates.map((pem) => `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${bare(pem)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`).join('\n')}
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${provider.url}/logout"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${provider.url}/login"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${provider.url}/login"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`,
    answer: ({ id, acs, entityId }, more = {}) => makeAnswer({ ...standard(provider, id, acs, entityId), ...provider.tamper, ...more }),
    logoutUrl(slo, { nameId, format, sessionIndex, id = `_${randomBytes(16).toString('hex')}`, key: signer = key, algorithm = SHA256.signature }) {
      const xml = `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${slo}"><saml:Issuer>${provider.entityId}</saml:Issuer><saml:NameID Format="${format}">${nameId}</saml:NameID>${sessionIndex ? `<samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex>` : ''}</samlp:LogoutRequest>`;
      return `${slo}?${signedQuery('SAMLRequest', xml, signer, algorithm, 'back to us')}`;
    },
    close: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }),
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, provider.url);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const fields = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    const inflate = (name: string) => inflateRawSync(Buffer.from(fields.get(name)!, 'base64')).toString();
    if (url.pathname === '/login') {
      const xml = inflate('SAMLRequest');
      provider.heard.request = xml;
      provider.heard.relayState = fields.get('RelayState');
      const value = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(xml)?.[1];
      const acs = value('AssertionConsumerServiceURL')!;
      const answer = Buffer.from(await provider.answer({ id: value('ID'), acs, entityId: /<saml:Issuer[^>]*>([^<]+)</.exec(xml)![1]! })).toString('base64');
      return response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Provider</title><body onload="document.forms[0].submit()"><form method="post" action="${acs}"><input type="hidden" name="SAMLResponse" value="${answer}"><input type="hidden" name="RelayState" value="https://evil.example/"><button>Go on</button></form>`);
    }
    if (url.pathname === '/logout') {
      if (fields.get('SAMLResponse')) {
        provider.heard.logoutResponse = inflate('SAMLResponse');
        return response.end('signed out');
      }
      const xml = inflate('SAMLRequest');
      provider.heard.logoutRequest = xml;
      const id = /\sID="([^"]+)"/.exec(xml)![1]!;
      const slo = `${/<saml:Issuer[^>]*>([^<]+)\/metadata</.exec(xml)![1]!}/slo`;
      const answer = `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomBytes(16).toString('hex')}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${slo}" InResponseTo="${id}"><saml:Issuer>${provider.entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`;
      return response.writeHead(302, { location: `${slo}?${signedQuery('SAMLResponse', answer, key, SHA256.signature)}` }).end();
    }
    return response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider.entityId = `${provider.url}/entity`;
  return provider;
}

function standard(provider: TestProvider, id: string | undefined, acs: string, entityId: string): AnswerOptions {
  return {
    responseId: `_${randomBytes(16).toString('hex')}`,
    assertionId: `_${randomBytes(16).toString('hex')}`,
    inResponseTo: id,
    destination: acs,
    recipient: acs,
    audience: entityId,
    issuer: provider.entityId,
    status: 'urn:oasis:names:tc:SAML:2.0:status:Success',
    notBefore: new Date(Date.now() - 5000),
    notOnOrAfter: new Date(Date.now() + 300_000),
    person: provider.person,
    sessionIndex: 'session-1',
    authnInstant: new Date(),
    sign: ['assertion'],
    key: provider.key,
    algorithms: SHA256,
    encryptFor: undefined,
    encryption: { content: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', key: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p' },
    shape: (assertion) => assertion,
  };
}

/** An answer, signed as the options say. */
async function makeAnswer(given: AnswerOptions): Promise<string> {
  const now = new Date().toISOString();
  const asked = given.inResponseTo ? ` InResponseTo="${given.inResponseTo}"` : '';
  const attributes = Object.entries(given.person.attributes).map(([name, values]) => `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`).join('');
  const plain = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${given.assertionId}" Version="2.0" IssueInstant="${now}"><saml:Issuer>${given.issuer}</saml:Issuer><saml:Subject><saml:NameID Format="${given.person.format}">${given.person.nameId}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="${given.recipient}" NotOnOrAfter="${given.notOnOrAfter.toISOString()}"${asked}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${given.notBefore.toISOString()}" NotOnOrAfter="${given.notOnOrAfter.toISOString()}"><saml:AudienceRestriction><saml:Audience>${given.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${given.authnInstant.toISOString()}" SessionIndex="${given.sessionIndex}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes}</saml:AttributeStatement></saml:Assertion>`;
  let assertion = given.shape(plain);
  if (given.sign.includes('assertion')) assertion = signXml(assertion, 'Assertion', given);
  if (given.encryptFor) {
    const data = await promisify(encrypt)(assertion, { rsa_pub: new X509Certificate(given.encryptFor).publicKey.export({ type: 'spki', format: 'pem' }), pem: given.encryptFor, encryptionAlgorithm: given.encryption.content, keyEncryptionAlgorithm: given.encryption.key, warnInsecureAlgorithm: false } as never);
    assertion = `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${String(data)}</saml:EncryptedAssertion>`;
  }
  const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${given.responseId}" Version="2.0" IssueInstant="${now}"${given.destination ? ` Destination="${given.destination}"` : ''}${asked}><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${given.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${given.status}"/></samlp:Status>${given.status.endsWith('Success') ? assertion : ''}</samlp:Response>`;
  return given.sign.includes('response') ? signXml(response, 'Response', given) : response;
}

/** The document with a signature of its root behind the issuer. */
export function signXml(xml: string, root: string, { key, algorithms }: Pick<AnswerOptions, 'key' | 'algorithms'>): string {
  const signer = new SignedXml({ privateKey: key.privateKey, publicCert: key.certificate, signatureAlgorithm: algorithms.signature as never, canonicalizationAlgorithm: EXCLUSIVE });
  if (algorithms.signature.includes('hmac')) signer.enableHMAC();
  signer.addReference({ xpath: `/*[local-name(.)='${root}']`, transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE], digestAlgorithm: algorithms.digest as never });
  signer.computeSignature(xml, { prefix: 'ds', location: { reference: `/*[local-name(.)='${root}']/*[local-name(.)='Issuer']`, action: 'after' } });
  return signer.getSignedXml();
}

/** Parameters of a redirect, signed. */
function signedQuery(kind: string, xml: string, { privateKey }: OwnCertificate, algorithm: string, relayState?: string): string {
  const query = `${kind}=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}${relayState ? `&RelayState=${encodeURIComponent(relayState)}` : ''}&SigAlg=${encodeURIComponent(algorithm)}`;
  const signature = createSign(algorithm.endsWith('sha1') ? 'sha1' : 'sha256').update(query).sign(privateKey, 'base64');
  return `${query}&Signature=${encodeURIComponent(signature)}`;
}

/** Whether a redirect of ours is signed by our key. */
export function isSignedQuery(url: string, certificate: string): boolean {
  const query = new URL(url).search.slice(1);
  const signature = new URLSearchParams(query).get('Signature') ?? '';
  return createVerify('sha256').update(query.slice(0, query.indexOf('&Signature='))).verify(certificate, signature, 'base64');
}

function bare(pem: string): string {
  return pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
}
