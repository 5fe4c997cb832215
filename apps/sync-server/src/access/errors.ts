/** What the access layer answers when it lets nobody through. */
import { problemsOf } from './problem.ts';

export const accessProblem = problemsOf({
  SESSION_INVALID: [401, 'Nobody is signed in, or the session has ended. Nothing was changed; sign in and try again.'],
  SESSION_NEEDED: [403, 'A key cannot do this. Nothing was changed; sign in as a person.'],
  EMAIL_UNVERIFIED: [403, 'The address of this account is not confirmed yet. Nothing was changed; open the link in the mail that we sent, or ask for a new one.'],
  ROLE_MISSING: [403, 'This needs another role. Nothing was changed; ask an administrator of the server.'],
  SCOPE_MISSING: [403, 'This key may not do that: it needs the scope {scope}. Nothing was changed; make a key that has it.'],
  SIGN_IN_AGAIN: [403, 'For this you must have signed in within the last {minutes} minutes. Nothing was changed; sign in again.'],
  TWO_FACTOR_NEEDED: [403, 'This needs a second factor. Nothing was changed; set one up in your account first, or sign in with a passkey.'],
  ACCOUNT_CLOSING: [403, 'This account is about to be deleted. Nothing was changed; restore it first, or export your data.'],
  WORKSPACE_NOT_FOUND: [404, 'There is no such workspace, or you are no member of it. Nothing was changed; check the address or ask to be invited.'],
  SIGN_ON_REQUIRED: [403, 'This workspace is entered by single sign-on alone. Nothing was changed; sign in by it, as {link} does.'],
  PERMISSION_MISSING: [403, 'This needs the permission {permission} in the workspace. Nothing was changed; ask an owner or admin of it.'],
  ORIGIN_REFUSED: [403, 'The request came from another page than ours. Nothing was changed; use the page of this server itself.'],
  ROUTE_UNKNOWN: [404, 'There is nothing at this address. Look into the description of the API for what there is.'],
  RATE_LIMITED: [429, 'Too many requests. Nothing was changed; try again in {retryAfter} seconds.'],
  INPUT_INVALID: [422, 'Something in the request does not do. Nothing was changed; see the named fields.'],
  BODY_TOO_LARGE: [413, 'The request is larger than {bytes} bytes. Nothing was changed; send less.'],
  INTERNAL: [500, 'Something unexpected went wrong on the server. It was written down; what was saved before is untouched. Try again.'],
});
