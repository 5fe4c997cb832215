/**
 * The first look at a SAML message, before its signature is: whoever reads XML in two ways can be told two stories, so everything that could
 * be read in more than one way is refused here. What is left has one answer, at most one assertion, and signatures only where they belong.
 */
import { DOMParser } from '@xmldom/xmldom';
import { signOnProblem } from './errors.ts';

export const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const ENCRYPTION = 'http://www.w3.org/2001/04/xmlenc#';

/** Characters of a message, in base64. */
export const MOST_CHARACTERS = 256 * 1024;
const MOST_ELEMENTS = 5000;
/** Characters in which a message that is no good is searched for what it answers. */
const MOST_LOOKED_AT = 16 * 1024;

const SIGNATURE_METHODS = new Set(['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1']);
const DIGESTS = new Set(['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512']);
const CANONICAL = new Set(['http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315']);
const TRANSFORMS = new Set([...CANONICAL, 'http://www.w3.org/2000/09/xmldsig#enveloped-signature']);
const CIPHERS = new Set(['http://www.w3.org/2009/xmlenc11#aes128-gcm', 'http://www.w3.org/2009/xmlenc11#aes192-gcm', 'http://www.w3.org/2009/xmlenc11#aes256-gcm', 'http://www.w3.org/2001/04/xmlenc#aes128-cbc', 'http://www.w3.org/2001/04/xmlenc#aes192-cbc', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc']);
const KEY_CIPHERS = new Set(['http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p', 'http://www.w3.org/2009/xmlenc11#rsa-oaep']);

export interface ScreenedMessage {
  /** Local name of the root, in the namespace of the protocol. */
  kind: 'Response' | 'LogoutRequest' | 'LogoutResponse';
  id: string;
  issuer: string | undefined;
  destination: string | undefined;
  inResponseTo: string | undefined;
  /** Last part of the status' name, such as `Success`. */
  status: string | undefined;
  isSigned: boolean;
  /** Whether the assertion carries a signature of its own; undefined: it is encrypted, or there is none. */
  isAssertionSigned: boolean | undefined;
  isEncrypted: boolean;
}

/** Text of a message that came in base64. Throws SIGN_ON_TOO_LARGE, SIGN_ON_MALFORMED. */
export function decodeMessage(base64: string | undefined): string {
  if (!base64) throw signOnProblem('SIGN_ON_MALFORMED');
  if (base64.length > MOST_CHARACTERS) throw signOnProblem('SIGN_ON_TOO_LARGE');
  const plain = base64.replace(/[\r\n\t ]+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) throw signOnProblem('SIGN_ON_MALFORMED');
  return textOf(Buffer.from(plain, 'base64'));
}

/** The ids of requests that a message names at its beginning as those it answers, whatever else it is; unproved. */
export function requestsNamedIn(base64: string | undefined): string[] {
  const beginning = Buffer.from((base64 ?? '').slice(0, MOST_LOOKED_AT), 'base64').toString('latin1');
  return Array.from(beginning.matchAll(/\bInResponseTo\s*=\s*["'](_[0-9a-f]{40})["']/g), ([, id]) => id!).slice(0, 4);
}

/** UTF-8, strictly. Throws SIGN_ON_MALFORMED. */
export function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw signOnProblem('SIGN_ON_MALFORMED');
  }
}

/** What a message says of itself; nothing of it is proved yet. Throws SIGN_ON_MALFORMED, SIGN_ON_ALGORITHM. */
export function screenMessage(xml: string): ScreenedMessage {
  const root = parseStrictly(xml);
  const { localName } = root;
  const kind = root.namespaceURI === PROTOCOL && (localName === 'Response' || localName === 'LogoutRequest' || localName === 'LogoutResponse') ? localName : undefined;
  const id = root.getAttribute('ID');
  if (!kind || !id || root.getAttribute('Version') !== '2.0') throw signOnProblem('SIGN_ON_MALFORMED');
  const all = [root, ...elementsBelow(root)];
  demandSingleIds(all);
  const named = (name: string) => all.filter((one) => one.localName === name);
  // The same names in another namespace or at another place are what signature wrapping is made of.
  const assertions = named('Assertion');
  const encrypted = named('EncryptedAssertion');
  const others = all.filter((one) => one !== root && ['Response', 'LogoutRequest', 'LogoutResponse'].includes(one.localName ?? ''));
  const isPlaced = [...assertions, ...encrypted].every((one) => one.parentNode === root && one.namespaceURI === ASSERTION);
  if (others.length > 0 || !isPlaced || assertions.length + encrypted.length > 1 || (kind !== 'Response' && assertions.length + encrypted.length > 0)) throw signOnProblem('SIGN_ON_MALFORMED');
  const [assertion] = assertions;
  const signatures = named('Signature');
  for (const signature of signatures) if (signature.namespaceURI !== SIGNATURE || (signature.parentNode !== root && signature.parentNode !== assertion)) throw signOnProblem('SIGN_ON_MALFORMED');
  const ofRoot = signatures.filter(({ parentNode }) => parentNode === root);
  const ofAssertion = signatures.filter(({ parentNode }) => assertion !== undefined && parentNode === assertion);
  if (ofRoot.length > 1 || ofAssertion.length > 1) throw signOnProblem('SIGN_ON_MALFORMED');
  for (const signature of signatures) demandSafeSignature(signature);
  for (const one of encrypted) demandSafeCipher(one);
  return {
    kind,
    id,
    issuer: childrenOf(root, ASSERTION, 'Issuer')[0]?.textContent?.trim(),
    destination: root.getAttribute('Destination') || undefined,
    inResponseTo: root.getAttribute('InResponseTo') || undefined,
    status: childrenOf(childrenOf(root, PROTOCOL, 'Status')[0], PROTOCOL, 'StatusCode')[0]?.getAttribute('Value')?.split(':').at(-1),
    isSigned: ofRoot.length === 1,
    isAssertionSigned: assertion && ofAssertion.length === 1,
    isEncrypted: encrypted.length === 1,
  };
}

/** The root of a document without declarations, comments, instructions or anything else that could be read twice. Throws SIGN_ON_MALFORMED. */
export function parseStrictly(xml: string): Element {
  const body = xml.replace(/^\uFEFF?\s*<\?xml[^?<>]*\?>/, '');
  // `<!` is a doctype with its entities, a comment or CDATA; `<?` an instruction.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/<[!?]/.test(body) || /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/.test(body)) throw signOnProblem('SIGN_ON_MALFORMED');
  const stop = () => {
    throw signOnProblem('SIGN_ON_MALFORMED');
  };
  let root: Element | null;
  try {
    root = new DOMParser({ errorHandler: { warning: stop, error: stop, fatalError: stop } }).parseFromString(body, 'text/xml').documentElement;
  } catch {
    throw signOnProblem('SIGN_ON_MALFORMED');
  }
  if (!root) throw signOnProblem('SIGN_ON_MALFORMED');
  return root;
}

/** Children of a name. */
export function childrenOf(parent: Element | undefined, namespace: string, name: string): Element[] {
  return parent ? Array.from(parent.childNodes).filter((one): one is Element => one.nodeType === 1 && (one as Element).localName === name && (one as Element).namespaceURI === namespace) : [];
}

/** Everything below an element. Throws SIGN_ON_MALFORMED when there is too much of it. */
export function elementsBelow(root: Element): Element[] {
  const all = root.getElementsByTagName('*');
  if (all.length > MOST_ELEMENTS) throw signOnProblem('SIGN_ON_MALFORMED');
  return Array.from(all);
}

/** Each id stands once, whichever way it is written: else a signature could mean another element than the one that is read. */
function demandSingleIds(all: readonly Element[]): void {
  const ids = all.flatMap((one) => Array.from(one.attributes).filter(({ localName, name }) => (localName ?? name).toLowerCase() === 'id').map(({ value }) => value));
  if (new Set(ids).size !== ids.length) throw signOnProblem('SIGN_ON_MALFORMED');
}

function demandSafeSignature(signature: Element): void {
  const below = elementsBelow(signature);
  const algorithms = (name: string) => below.filter((one) => one.localName === name).map((one) => one.getAttribute('Algorithm') ?? '');
  const references = below.filter(({ localName }) => localName === 'Reference');
  const parentId = (signature.parentNode as Element).getAttribute('ID');
  if (below.some(({ localName }) => localName === 'Object') || references.length !== 1 || !parentId || references[0]!.getAttribute('URI') !== `#${parentId}`) throw signOnProblem('SIGN_ON_MALFORMED');
  const isSafe = (names: string[], known: ReadonlySet<string>) => names.length > 0 && names.every((one) => known.has(one));
  if (!isSafe(algorithms('SignatureMethod'), SIGNATURE_METHODS) || !isSafe(algorithms('DigestMethod'), DIGESTS) || !isSafe(algorithms('CanonicalizationMethod'), CANONICAL) || !isSafe(algorithms('Transform'), TRANSFORMS)) throw signOnProblem('SIGN_ON_ALGORITHM');
}

function demandSafeCipher(encrypted: Element): void {
  const methods = elementsBelow(encrypted).filter(({ localName, namespaceURI }) => localName === 'EncryptionMethod' && namespaceURI === ENCRYPTION);
  for (const method of methods) {
    const isKey = (method.parentNode as Element).localName === 'EncryptedKey';
    if (!(isKey ? KEY_CIPHERS : CIPHERS).has(method.getAttribute('Algorithm') ?? '')) throw signOnProblem('SIGN_ON_ALGORITHM');
  }
}
