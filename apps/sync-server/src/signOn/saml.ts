/** SAML 2.0 with node-saml: requests to a provider, and what its answers prove. */
import type { Profile, SAML, SamlConfig } from '@node-saml/node-saml';
import { inflateRawSync, constants } from 'node:zlib';
import { groupsOf, nameOf, oneAddress, type Claims } from './claims.ts';
import type { Connection } from './connection.ts';
import { signOnProblem } from './errors.ts';
import { decodeMessage, MOST_CHARACTERS, screenMessage, textOf, type ScreenedMessage } from './samlMessage.ts';

/** Addresses of ours for one connection. */
export interface SamlPlaces {
  /** Our name with the provider, and where our metadata are. */
  entityId: string;
  acs: string;
  slo: string;
}

/** What an answer proved; `assertionId` and `expiresAt` keep it from being used twice. */
export interface SamlProof {
  claims: Claims;
  assertionId: string;
  /** ms UTC */
  expiresAt: number;
  inResponseTo: string | undefined;
}

export interface LogoutMessage {
  kind: 'request' | 'response';
  id: string;
  inResponseTo: string | undefined;
  nameId: string | undefined;
  sessionIndex: string | undefined;
}

const SKEW_MS = 60_000;
const MAIL_NAMES = ['email', 'mail', 'emailaddress', 'user.email', 'urn:oid:0.9.2342.19200300.100.1.3', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'];
const GROUP_NAMES = ['groups', 'group', 'memberof', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups', 'http://schemas.xmlsoap.org/claims/group', 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1'];
const NAME_NAMES = ['displayname', 'name', 'cn', 'urn:oid:2.16.840.1.113730.3.1.241', 'urn:oid:2.5.4.3', 'http://schemas.microsoft.com/identity/claims/displayname'];
const GIVEN_NAMES = ['givenname', 'firstname', 'urn:oid:2.5.4.42', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname'];
const FAMILY_NAMES = ['surname', 'sn', 'lastname', 'familyname', 'urn:oid:2.5.4.4', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname'];
const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** A request to sign in: the address to lead the browser to, or what a form must post there. `isAnew`: the provider shall ask the person again. */
export async function samlRequest(connection: Connection, ownKey: string, places: SamlPlaces, requestId: string, isAnew = false): Promise<{ url: string; fields?: Record<string, string> }> {
  const saml = await samlOf(connection, ownKey, places, { generateUniqueId: () => requestId, forceAuthn: isAnew });
  if (connection.idpSignInBinding === 'redirect') return { url: await saml.getAuthorizeUrlAsync('', undefined, {}) };
  return { url: connection.idpSignInUrl!, fields: (await saml.getAuthorizeMessageAsync('', undefined, {})) as Record<string, string> };
}

/** What an answer proves of somebody. Throws SIGN_ON_… when it proves nothing. */
export async function samlAnswer(connection: Connection, ownKey: string, places: SamlPlaces, base64: string | undefined, now = Date.now()): Promise<SamlProof> {
  const message = screenMessage(decodeMessage(base64));
  if (message.kind !== 'Response') throw signOnProblem('SIGN_ON_MALFORMED');
  if (message.issuer !== undefined && message.issuer !== connection.idpEntityId) throw signOnProblem('SIGN_ON_SENDER');
  if (message.status !== 'Success') throw signOnProblem('SIGN_ON_DENIED');
  if (message.destination !== undefined ? message.destination !== places.acs : message.isSigned) throw signOnProblem('SIGN_ON_RECEIVER');
  // Only a signature around it keeps others from playing with what is encrypted.
  if (message.isEncrypted && !message.isSigned) throw signOnProblem('SIGN_ON_SIGNATURE');
  const saml = await samlOf(connection, ownKey, places, { wantAuthnResponseSigned: message.isSigned, wantAssertionsSigned: message.isAssertionSigned === true || !message.isSigned });
  let profile: Profile | null;
  try {
    ({ profile } = await saml.validatePostResponseAsync({ SAMLResponse: base64! }));
  } catch (error) {
    throw problemOf(error);
  }
  const assertion = profile?.getAssertion?.()?.Assertion as Node | undefined;
  if (!profile || !assertion) throw signOnProblem('SIGN_ON_MALFORMED');
  return { ...proofOf(connection, places, message, assertion, now), inResponseTo: message.inResponseTo };
}

/** What the signed assertion says; node-saml has checked the signature, the audience and the times of its conditions. */
function proofOf(connection: Connection, places: SamlPlaces, message: ScreenedMessage, assertion: Node, now: number): Omit<SamlProof, 'inResponseTo'> {
  if (textIn(assertion.Issuer?.[0]) !== connection.idpEntityId) throw signOnProblem('SIGN_ON_SENDER');
  const assertionId = assertion.$?.ID;
  const [subject] = assertion.Subject ?? [];
  const [nameId] = subject?.NameID ?? [];
  const value = textIn(nameId);
  if (value === '' || assertion.$?.Version !== '2.0' || !assertionId || subject?.NameID?.length !== 1 || !assertion.AuthnStatement || assertion.Conditions?.length !== 1) throw signOnProblem('SIGN_ON_MALFORMED');
  const bearers = (subject.SubjectConfirmation ?? []).filter((one) => one.$?.Method === BEARER).flatMap((one) => one.SubjectConfirmationData ?? []).map((one) => one.$ ?? {});
  const ours = bearers.filter((one) => one.Recipient === places.acs);
  if (ours.length === 0) throw signOnProblem('SIGN_ON_RECEIVER');
  const asked = ours.filter((one) => (one.InResponseTo ?? undefined) === message.inResponseTo);
  if (asked.length === 0) throw signOnProblem('SIGN_ON_LATE');
  const timely = asked.find(({ NotBefore, NotOnOrAfter }) => NotOnOrAfter !== undefined && moment(NotOnOrAfter) > now - SKEW_MS && (NotBefore === undefined || moment(NotBefore) <= now + SKEW_MS));
  const until = assertion.AuthnStatement.map((one) => one.$?.SessionNotOnOrAfter).filter((one) => one !== undefined).map(moment);
  if (!timely || until.some((one) => !(one > now - SKEW_MS))) throw signOnProblem('SIGN_ON_TIME');

  const attributes = (assertion.AttributeStatement ?? []).flatMap((one) => one.Attribute ?? []);
  const values = (names: readonly string[]) => attributes.filter((one) => names.includes((one.$?.Name ?? '').toLowerCase())).flatMap((one) => (one.AttributeValue ?? []).map(textIn));
  const format = nameId?.$?.Format;
  const named = values(connection.emailAttribute ? [connection.emailAttribute.toLowerCase()] : MAIL_NAMES);
  const email = oneAddress(named.length > 0 ? named : format === EMAIL_FORMAT && !connection.emailAttribute ? [value] : []);
  return {
    assertionId,
    expiresAt: Math.max(moment(timely.NotOnOrAfter!), ...[assertion.Conditions[0]?.$?.NotOnOrAfter].filter((one) => one !== undefined).map(moment)) + 2 * SKEW_MS,
    claims: {
      // A transient name is another one each time.
      subject: format?.endsWith(':transient') ? `address:${email}` : value,
      email,
      name: nameOf(values(NAME_NAMES)[0]) ?? nameOf(values(GIVEN_NAMES)[0], values(FAMILY_NAMES)[0]),
      groups: groupsOf(values(connection.groupsAttribute ? [connection.groupsAttribute.toLowerCase()] : GROUP_NAMES)),
      nameId: { value, format, nameQualifier: nameId?.$?.NameQualifier, spNameQualifier: nameId?.$?.SPNameQualifier },
      sessionIndex: assertion.AuthnStatement[0]?.$?.SessionIndex,
      authenticatedAt: moment(assertion.AuthnStatement[0]?.$?.AuthnInstant ?? '') || undefined,
      until: until.length > 0 ? Math.min(...until) : undefined,
    },
  };
}

/** Our metadata, for the provider. */
export async function samlMetadata(connection: Connection, ownKey: string, places: SamlPlaces): Promise<string> {
  const certificate = connection.ownCertificate!;
  return (await samlOf(connection, ownKey, places, { decryptionPvk: ownKey, logoutCallbackUrl: places.slo, wantAssertionsSigned: true })).generateServiceProviderMetadata(certificate, certificate);
}

/** Where to lead a browser that signs out, so that it is signed out at the provider too. */
export async function samlLogoutUrl(connection: Connection, ownKey: string, places: SamlPlaces, { nameId, sessionIndex }: Pick<Claims, 'nameId' | 'sessionIndex'>, requestId: string): Promise<string> {
  const saml = await samlOf(connection, ownKey, places, { generateUniqueId: () => requestId });
  return saml.getLogoutUrlAsync({ issuer: connection.idpEntityId!, nameID: nameId!.value, nameIDFormat: nameId!.format!, ...(nameId!.nameQualifier ? { nameQualifier: nameId!.nameQualifier } : {}), ...(nameId!.spNameQualifier ? { spNameQualifier: nameId!.spNameQualifier } : {}), ...(sessionIndex ? { sessionIndex } : {}) } as Profile, '', {});
}

/** Where to lead the browser after the provider asked to sign out. */
export async function samlLogoutAnswer(connection: Connection, ownKey: string, places: SamlPlaces, requestId: string, relayState: string): Promise<string> {
  return (await samlOf(connection, ownKey, places)).getLogoutResponseUrlAsync({ ID: requestId } as unknown as Profile, relayState, {}, true);
}

/** What came by redirect to the place for signing out. Throws SIGN_ON_… unless it is signed by the provider. */
export async function samlLogoutByRedirect(connection: Connection, ownKey: string, places: SamlPlaces, rawQuery: string): Promise<LogoutMessage> {
  const parts = rawQuery.split('&').map((part) => [part.slice(0, part.indexOf('=')), part] as const);
  const raw = (name: string) => {
    const found = parts.filter(([key]) => key === name);
    if (found.length > 1) throw signOnProblem('SIGN_ON_MALFORMED');
    return found[0]?.[1];
  };
  const field = (name: string) => (raw(name) === undefined ? undefined : new URLSearchParams(raw(name)).get(name)!);
  const kind = raw('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  const message = field(kind);
  if (!message || (kind === 'SAMLRequest' && raw('SAMLResponse'))) throw signOnProblem('SIGN_ON_MALFORMED');
  if (!raw('Signature') || !raw('SigAlg')) throw signOnProblem('SIGN_ON_SIGNATURE');
  if (!['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512'].includes(field('SigAlg')!)) throw signOnProblem('SIGN_ON_ALGORITHM');
  const screened = screenLogout(connection, places, inflated(message));
  const saml = await samlOf(connection, ownKey, places);
  // In the order in which it was signed, without anything else that stood in the address.
  const signed = [raw(kind), raw('RelayState'), raw('SigAlg')].filter(Boolean).join('&');
  try {
    const { profile } = await saml.validateRedirectAsync({ [kind]: message, SigAlg: field('SigAlg')!, Signature: field('Signature')! }, signed);
    return logoutOf(screened, profile);
  } catch (error) {
    throw problemOf(error);
  }
}

/** What was posted to the place for signing out. Throws SIGN_ON_… unless it is signed by the provider. */
export async function samlLogoutByPost(connection: Connection, ownKey: string, places: SamlPlaces, fields: Readonly<Record<string, string>>): Promise<LogoutMessage> {
  const kind = fields.SAMLRequest ? 'SAMLRequest' : 'SAMLResponse';
  const screened = screenLogout(connection, places, decodeMessage(fields[kind]));
  if (!screened.isSigned) throw signOnProblem('SIGN_ON_SIGNATURE');
  const saml = await samlOf(connection, ownKey, places, { wantAuthnResponseSigned: true });
  try {
    const { profile } = kind === 'SAMLRequest' ? await saml.validatePostRequestAsync({ SAMLRequest: fields.SAMLRequest! }) : await saml.validatePostResponseAsync({ SAMLResponse: fields.SAMLResponse! });
    return logoutOf(screened, profile);
  } catch (error) {
    throw problemOf(error);
  }
}

function screenLogout(connection: Connection, places: SamlPlaces, xml: string): ScreenedMessage {
  const screened = screenMessage(xml);
  if (screened.kind === 'Response') throw signOnProblem('SIGN_ON_MALFORMED');
  if (screened.issuer !== connection.idpEntityId) throw signOnProblem('SIGN_ON_SENDER');
  if (screened.destination !== places.slo) throw signOnProblem('SIGN_ON_RECEIVER');
  return screened;
}

function logoutOf({ kind, id, inResponseTo }: ScreenedMessage, profile: Profile | null): LogoutMessage {
  return { kind: kind === 'LogoutRequest' ? 'request' : 'response', id, inResponseTo, nameId: profile?.nameID, sessionIndex: profile?.sessionIndex };
}

async function samlOf(connection: Connection, ownKey: string, { entityId, acs, slo }: SamlPlaces, more: Partial<SamlConfig> = {}): Promise<SAML> {
  // Loaded at the first sign-on: most servers need none of it.
  const { SAML } = await import('@node-saml/node-saml');
  return new SAML({
    issuer: entityId,
    audience: entityId,
    callbackUrl: acs,
    logoutCallbackUrl: slo,
    entryPoint: connection.idpSignInUrl!,
    logoutUrl: connection.idpSignOutUrl ?? connection.idpSignInUrl!,
    idpIssuer: connection.idpEntityId!,
    idpCert: connection.idpCertificates,
    privateKey: ownKey,
    publicCert: connection.ownCertificate!,
    decryptionPvk: ownKey,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    identifierFormat: null,
    disableRequestedAuthnContext: true,
    acceptedClockSkewMs: SKEW_MS,
    ...more,
  });
}

/** A message of a redirect, blown up to so much at most. */
function inflated(base64: string): string {
  if (base64.length > MOST_CHARACTERS) throw signOnProblem('SIGN_ON_TOO_LARGE');
  try {
    return textOf(inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: MOST_CHARACTERS, finishFlush: constants.Z_SYNC_FLUSH }));
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? signOnProblem('SIGN_ON_TOO_LARGE') : signOnProblem('SIGN_ON_MALFORMED');
  }
}

/** The problem behind what node-saml threw. */
function problemOf(error: unknown) {
  const text = error instanceof Error ? error.message : '';
  if (/signature/i.test(text)) return signOnProblem('SIGN_ON_SIGNATURE');
  if (/audience/i.test(text)) return signOnProblem('SIGN_ON_RECEIVER');
  if (/expired|not yet valid/i.test(text)) return signOnProblem('SIGN_ON_TIME');
  if (/issuer/i.test(text)) return signOnProblem('SIGN_ON_SENDER');
  return signOnProblem('SIGN_ON_MALFORMED');
}

/** An element as xml2js gives it. */
interface Node {
  $?: Record<string, string>;
  _?: string;
  [child: string]: Node[] | undefined | unknown;
  Issuer?: Node[];
  Subject?: Node[];
  NameID?: Node[];
  SubjectConfirmation?: Node[];
  SubjectConfirmationData?: Node[];
  Conditions?: Node[];
  AuthnStatement?: Node[];
  AttributeStatement?: Node[];
  Attribute?: Node[];
  AttributeValue?: Node[];
}

function textIn(node: Node | string | undefined): string {
  return (typeof node === 'string' ? node : (node?._ ?? '')).trim();
}

/** ms UTC; NaN, which is before and after nothing, when it is no moment. */
function moment(text: string): number {
  return Date.parse(text);
}
