/** What a SAML identity provider says of itself in its metadata. */
import { readCertificate } from './certificate.ts';
import { signOnProblem } from './errors.ts';
import { childrenOf, elementsBelow, parseStrictly } from './samlMessage.ts';

export interface ProviderMetadata {
  entityId: string;
  signInUrl: string;
  signInBinding: 'redirect' | 'post';
  signOutUrl: string | undefined;
  /** PEM */
  certificates: string[];
}

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:';
const MOST_CHARACTERS = 512 * 1024;
export const MOST_CERTIFICATES = 6;

/** Reads the metadata of one provider. Throws METADATA_UNREADABLE, CERTIFICATE_UNREADABLE. */
export function readMetadata(xml: string): ProviderMetadata {
  const unreadable = (fault: string) => signOnProblem('METADATA_UNREADABLE', { fault });
  if (xml.length > MOST_CHARACTERS) throw unreadable('too large');
  const root = parsed(xml.replace(/<!--[\s\S]*?-->/g, ''));
  if (!root) throw unreadable('no XML');
  const described = [root, ...elementsBelow(root)].filter((one) => one.localName === 'IDPSSODescriptor' && one.namespaceURI === METADATA);
  if (described.length !== 1) throw unreadable(described.length === 0 ? 'no IDPSSODescriptor' : 'several providers');
  const [descriptor] = described as [Element];
  const entityId = (descriptor.parentNode as Element).getAttribute('entityID') ?? '';
  const service = (name: string, binding: string) => childrenOf(descriptor, METADATA, name).find((one) => one.getAttribute('Binding') === BINDINGS + binding)?.getAttribute('Location') ?? undefined;
  const redirect = service('SingleSignOnService', 'HTTP-Redirect');
  const post = service('SingleSignOnService', 'HTTP-POST');
  const signInUrl = redirect ?? post;
  if (!entityId) throw unreadable('no entityID');
  if (!signInUrl) throw unreadable('no SingleSignOnService by redirect or post');
  const texts = childrenOf(descriptor, METADATA, 'KeyDescriptor')
    .filter((one) => (one.getAttribute('use') || 'signing') === 'signing')
    .flatMap((one) => elementsBelow(one).filter(({ localName }) => localName === 'X509Certificate').map(({ textContent }) => textContent ?? ''));
  if (texts.length === 0) throw unreadable('no certificate');
  return { entityId, signInUrl, signInBinding: redirect ? 'redirect' : 'post', signOutUrl: service('SingleLogoutService', 'HTTP-Redirect'), certificates: readCertificates(texts) };
}

/** The certificates as PEM, each once. Throws CERTIFICATE_UNREADABLE. */
export function readCertificates(texts: readonly string[]): string[] {
  const certificates = texts.map(readCertificate);
  if (certificates.some((one) => one === undefined)) throw signOnProblem('CERTIFICATE_UNREADABLE');
  return [...new Set(certificates as string[])].slice(0, MOST_CERTIFICATES);
}

function parsed(xml: string): Element | undefined {
  try {
    return parseStrictly(xml.trim());
  } catch {
    return undefined;
  }
}
