/** What single sign-on answers when something does not do. A refusal says what did not fit, never who has an account. */
import { problemsOf } from '../access/problem.ts';

const again = 'Nothing was changed; begin again at the sign-in page.';
const tell = 'Nothing was changed; tell who looks after sign-on in your company.';

export const signOnProblem = problemsOf({
  SIGN_ON_NONE: [404, 'There is no single sign-on for this domain. Nothing was changed; sign in another way.'],
  SIGN_ON_OFF: [404, 'This single sign-on is not there or is switched off. Nothing was changed; sign in another way.'],
  SIGN_ON_LOCKED: [429, 'There were too many failed attempts from your network. Nothing was changed; try again in {retryAfter} seconds.'],
  SIGN_ON_UNREACHABLE: [503, 'The identity provider does not answer as it should ({host}). Nothing was changed; try again later, or tell who looks after sign-on in your company.'],
  SIGN_ON_DENIED: [401, `The identity provider did not let you in. ${again}`],
  SIGN_ON_LATE: [401, `The sign-on took too long, was finished already, or was begun in another browser. ${again}`],
  SIGN_ON_UNASKED: [401, `The identity provider sent an answer that nobody asked for. ${again}`],
  SIGN_ON_MALFORMED: [401, `The answer of the identity provider is not in order. ${tell}`],
  SIGN_ON_TOO_LARGE: [413, `The answer of the identity provider is too large. ${tell}`],
  SIGN_ON_SIGNATURE: [401, `The answer of the identity provider is not signed by the key that was agreed on. ${tell}`],
  SIGN_ON_ALGORITHM: [401, `The answer of the identity provider is signed or sealed in a way that is not safe any more. ${tell}`],
  SIGN_ON_SENDER: [401, `The answer comes from another identity provider than the agreed one. ${tell}`],
  SIGN_ON_RECEIVER: [401, `The answer of the identity provider is meant for another service. ${tell}`],
  SIGN_ON_TIME: [401, `The answer of the identity provider has run out or does not hold yet. ${again}`],
  SIGN_ON_REPLAYED: [401, `The answer of the identity provider was used before. ${again}`],
  SIGN_ON_NO_ADDRESS: [401, `The identity provider names no address for you. ${tell}`],
  SIGN_ON_ADDRESSES: [401, `The identity provider names more than one address for you. ${tell}`],
  SIGN_ON_UNCONFIRMED: [401, `The identity provider does not say that your address is confirmed. ${tell}`],
  SIGN_ON_FOREIGN: [401, `Your address lies in no domain that this sign-on may speak for. ${tell}`],
  SIGN_ON_ACCOUNT: [401, 'There is an account for this address that was never confirmed. Nothing was changed; set a new password by mail to confirm it, then sign on again.'],
  SIGN_ON_RESERVED: [401, 'An account has just given up this address and can have it back until {day}. Nothing was changed; take it back by the mail about that change, or sign on after that day.'],
  SIGN_ON_NO_ROLE: [403, `No group of yours has a place in this workspace. ${tell}`],
  CONNECTION_NOT_FOUND: [404, 'There is no such connection in this workspace. Nothing was changed; load the list again.'],
  CONNECTIONS_FULL: [409, 'A workspace has {most} connections at most. Nothing was made; delete one first.'],
  CONNECTION_INCOMPLETE: [409, 'Something is missing before it can be switched on: {missing}. Nothing was changed; fill it in first.'],
  CONNECTION_UNTESTED: [409, 'A connection must have been tried out before it can be required. Nothing was changed; try it out first.'],
  CONNECTION_REQUIRED: [409, 'This sign-on is required right now, and the change could lock everybody out. Nothing was changed; stop requiring it first.'],
  OWNER_NEEDS_FACTOR: [409, 'The owner can always come in without it, and so needs a second factor or a passkey first. Nothing was changed; set one up in the account.'],
  NOT_IN_PLAN: [402, 'The plan of this workspace does not hold single sign-on. Nothing was changed; choose another plan.'],
  METADATA_UNREADABLE: [422, 'This is not the metadata of a SAML identity provider that we can use ({fault}). Nothing was changed; download it again there.'],
  CERTIFICATE_UNREADABLE: [422, 'A certificate is not readable, or its key is too short (2,048 bits of RSA at least). Nothing was changed; copy it again.'],
  ADDRESS_REFUSED: [422, 'The address {url} may not be used: it must be https and lie in the public network. Nothing was changed; who runs the server can allow private ones (SIGN_ON_NETWORK).'],
  DOMAIN_NOT_FOUND: [404, 'There is no such domain in this connection. Nothing was changed; load the page again.'],
  DOMAINS_FULL: [409, 'A connection holds {most} domains at most. Nothing was changed; remove one first.'],
  DOMAIN_UNPROVEN: [409, 'The proof for {domain} was not found, neither in DNS nor at its website. Nothing was changed; it can take an hour until a new record is seen everywhere.'],
  DOMAIN_TAKEN: [409, 'Another workspace has proved {domain} and its proof still stands. Nothing was changed; remove that proof first.'],
});
