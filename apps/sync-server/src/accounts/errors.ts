/** What the accounts module answers when something does not do. No answer tells whether an account exists. */
import { problemsOf } from '../access/problem.ts';

export const accountProblem = problemsOf({
  SIGN_IN_FAILED: [401, 'The address or the password is not right. Nothing was changed; try again or set a new password.'],
  SIGN_IN_LOCKED: [429, 'There were too many failed attempts. Nothing was changed; try again in {retryAfter} seconds, or set a new password.'],
  ACCOUNT_SUSPENDED: [403, 'This account was suspended by an administrator. Nothing was changed; write to the administrator of the server.'],
  SIGN_UP_CLOSED: [403, 'New accounts are made by invitation on this server. Nothing was changed; ask somebody to invite you.'],
  PASSWORD_UNFIT: [422, 'This password does not do ({fault}). Nothing was changed; choose another one of 12 characters or more.'],
  PASSWORD_REUSED: [422, 'This account had that password before. Nothing was changed; choose another one.'],
  PASSWORD_WRONG: [403, 'The current password is not right. Nothing was changed; try again.'],
  TOKEN_INVALID: [400, 'This link or code is not valid any more. Nothing was changed; ask for a new one.'],
  CHALLENGE_INVALID: [401, 'The sign-in took too long or was finished already. Nothing was changed; begin again.'],
  CODE_WRONG: [401, 'This code is not right. Nothing was changed; try the next one that your app shows.'],
  CODE_USED: [401, 'This code was used already. Nothing was changed; wait for the next one.'],
  TWO_FACTOR_ON: [409, 'The second factor is on already. Nothing was changed.'],
  TWO_FACTOR_OFF: [409, 'There is no second factor to change. Nothing was changed; set one up first.'],
  SESSION_NOT_FOUND: [404, 'There is no such session among yours. Nothing was changed; look at the list again.'],
  API_KEY_NOT_FOUND: [404, 'There is no such key among yours. Nothing was changed; look at the list again.'],
  API_KEYS_FULL: [402, 'The plan allows {most} keys. Nothing was made; revoke one first.'],
  EXPORT_FIRST: [409, 'Export your data first, or say that you do not want them. Nothing was deleted.'],
  WORKSPACES_OWNED: [409, 'You own workspaces in which others are members. Nothing was deleted; hand them over or delete them first.'],
  NOT_CLOSING: [409, 'This account is not about to be deleted. Nothing was changed.'],
  REDIRECT_REFUSED: [400, 'A desktop may only be answered on its own machine (http://127.0.0.1 with a port). Nothing was changed.'],
  PROVIDER_UNKNOWN: [404, 'This server does not know that way to sign in. Nothing was changed; use another one.'],
  USER_NOT_FOUND: [404, 'There is no such account. Nothing was changed; look at the list again.'],
  SUPER_ADMIN_NEEDED: [403, 'Only a super_admin may do this to this account. Nothing was changed; ask one.'],
  LAST_SUPER_ADMIN: [409, 'This is the last account that administers the server. Nothing was changed; give the role to somebody else first.'],
});
