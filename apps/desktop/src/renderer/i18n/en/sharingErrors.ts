import type { ErrorSentence, SharingErrorCode } from '../errorCodes.ts';

/** The engine writes English: where its sentence is meant for a person, it is shown as it is. */
const engineSays: ErrorSentence = (_, message) => message;

/** What keeps a sign-in, sharing or sync from going on, in English. */
export const sharingErrorsEnglish: Readonly<Record<SharingErrorCode, ErrorSentence>> = {
  ACCOUNT_SUSPENDED: () => 'This account was suspended by an administrator of the server. Nothing was changed.',
  ALREADY_INVITED: () => 'This address is invited already. Nothing was sent.',
  ALREADY_MEMBER: () => 'This person is in the workspace already. Nothing was sent.',
  ASIDE_GONE: engineSays,
  CHALLENGE_INVALID: () => 'The sign-in took too long. Nothing was changed; begin again.',
  CODE_USED: () => 'This code was used already. Nothing was changed; wait for the next one.',
  CODE_WRONG: () => 'This code is not right. Nothing was changed; enter the one that your app shows now.',
  EMAIL_UNVERIFIED: () => 'The address of your account is not confirmed yet. Nothing was changed; open the link in the mail of the server.',
  ENTRY_UNREADABLE: engineSays,
  ENVELOPE_INVALID: engineSays,
  EPOCH_CHANGED: engineSays,
  FLOW_EXISTS: () => 'This flow is shared already, by somebody else or in another workspace. Nothing was changed.',
  FLOW_ID_TAKEN: engineSays,
  FLOW_NOT_CONNECTED: engineSays,
  FLOW_SHARED_ALREADY: engineSays,
  FRAME_MALFORMED: engineSays,
  INPUT_INVALID: () => 'The server could not take what was entered. Nothing was changed; look at the fields again.',
  INVITATION_NOT_OPENED: engineSays,
  KEYS_NOT_OPENED: engineSays,
  KEY_CHANGED: engineSays,
  KEY_EPOCH_BACK: engineSays,
  KEY_HISTORY_BROKEN: engineSays,
  KEY_TEXT_INVALID: engineSays,
  LINK_NOT_OPENED: engineSays,
  LOG_KEY_MISSING: engineSays,
  PERMISSION_MISSING: () => 'Your role in this workspace does not allow that. Nothing was changed; ask an owner or administrator.',
  RATE_LIMITED: () => 'That was too much for the server in a short time. Nothing was lost; try again in a moment.',
  REKEY: engineSays,
  ROLE_COMMENTS_ONLY: () => 'You may only comment on this flow. What you changed beyond that is kept aside on this device.',
  ROLE_READS_ONLY: () => 'You may read this flow but not change it. Nothing was changed; ask somebody of its workspace to let you edit, or make a copy of your own.',
  ROLE_TOO_HIGH: () => 'You cannot give more than you may do yourself. Nothing was sent.',
  SECOND_FACTOR_NEEDED: engineSays,
  SERVER_ADDRESS_INSECURE: engineSays,
  SERVER_ADDRESS_INVALID: engineSays,
  SERVER_STRANGE: engineSays,
  SERVER_UNREACHABLE: engineSays,
  SESSION_INVALID: () => 'The server has ended this sign-in. What waits is kept here; sign in again.',
  SHARED_FLOW_LATE: engineSays,
  SHARED_FLOW_NOT_FOUND: engineSays,
  SHARED_FLOW_NOT_READY: engineSays,
  SHARED_FLOW_UNREADABLE: engineSays,
  SIGNED_OUT: engineSays,
  SIGN_IN_CANCELLED: engineSays,
  SIGN_IN_FAILED: () => 'The address or the password is not right. Nothing was changed; try again, or set a new password on the page of the server.',
  SIGN_IN_REFUSED: engineSays,
  TOKEN_INVALID: () => 'The sign-in took too long. Nothing was changed; begin again.',
  WORKSPACE_NOT_FOUND: () => 'There is no such workspace (any more), or you are not in it. Nothing was changed.',
  WORKSPACE_NOT_WRITABLE: engineSays,
  WRAP_REFUSED: engineSays,
  SIGN_IN_LOCKED: (p) => `There were too many failed attempts. Nothing was changed; try again in ${minutesOf(p.retryAfter)}.`,
  SEATS_FULL: (p) => `All ${String(p.limit)} seats of the workspace’s plan are taken. Nothing was sent; remove somebody, or choose another plan.`,
  WORKSPACE_LIMIT: (p) => `Your plan allows ${String(p.limit)} workspaces of your own, and you have them. Nothing was made; choose one of them.`,
  STORAGE_FULL: () => 'The room of the workspace’s plan is used up. Nothing was shared; delete flows there, or choose another plan.',
};

function minutesOf(seconds: unknown): string {
  const minutes = Math.max(1, Math.ceil(Number(seconds) / 60)) || 1;
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
