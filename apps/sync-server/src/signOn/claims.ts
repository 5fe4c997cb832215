/** What a provider says of somebody, in one shape for both protocols. */
import { emailSchema } from '../accounts/schema.ts';
import { signOnProblem } from './errors.ts';

export interface Claims {
  /** Who it is at the provider; stable there. */
  subject: string;
  /** Lower case. */
  email: string;
  name: string | undefined;
  groups: string[];
  /** SAML: what a request to sign out must name. */
  nameId?: { value: string; format?: string | undefined; nameQualifier?: string | undefined; spNameQualifier?: string | undefined } | undefined;
  sessionIndex?: string | undefined;
  /** OpenID Connect: what a request to sign out shows the issuer, sealed. */
  idTokenSealed?: string | undefined;
  /** ms UTC; when the provider itself last asked who it is. */
  authenticatedAt?: number | undefined;
  /** ms UTC; the provider wants the session to end then. */
  until?: number | undefined;
}

const MOST_GROUPS = 500;

/** The one address among those that were named. Throws SIGN_ON_NO_ADDRESS, SIGN_ON_ADDRESSES. */
export function oneAddress(named: readonly string[]): string {
  const addresses = [...new Set(named.map((one) => emailSchema.safeParse(one)).flatMap((one) => (one.success ? [one.data] : [''])))];
  if (addresses.length > 1) throw signOnProblem('SIGN_ON_ADDRESSES');
  if (!addresses[0]) throw signOnProblem('SIGN_ON_NO_ADDRESS');
  return addresses[0];
}

/** Groups as short texts, each once. */
export function groupsOf(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((one): one is string => typeof one === 'string').map((one) => one.trim()).filter((one) => one !== '' && one.length <= 300))].slice(0, MOST_GROUPS);
}

/** A name that may stand in a list of members; undefined when nothing of it is left. */
export function nameOf(...parts: unknown[]): string | undefined {
  const text = parts.filter((one): one is string => typeof one === 'string').join(' ').replace(/\p{Cc}+/gu, ' ').trim().slice(0, 100);
  return text || undefined;
}
