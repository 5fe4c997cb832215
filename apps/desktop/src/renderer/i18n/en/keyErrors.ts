import type { ErrorSentence, KeyErrorCode } from '../errorCodes.ts';

/** The engine writes English: where its sentence is meant for a person, it is shown as it is. */
const engineSays: ErrorSentence = (_, message) => message;

/** What keeps something encrypted from being opened, sent or given, in English. */
export const keyErrorsEnglish: Readonly<Record<KeyErrorCode, ErrorSentence>> = {
  ASSET_DAMAGED: engineSays,
  ASSET_NAME_WRONG: () => 'A picture did not arrive at the server as it is here. Nothing was stored there; it is sent again.',
  ASSET_NOT_FOUND: () => 'The server does not have this picture (yet). Nothing was changed; it comes when whoever put it into the flow is connected.',
  ASSET_NOT_HERE: engineSays,
  ASSET_NOT_NAMED: engineSays,
  ASSET_NOT_SEALED: () => 'The server refused a picture because it did not come sealed. Nothing of it was stored there; update the app.',
  ASSET_TOO_LARGE: () => 'This picture is larger than the server takes. It stays here; put a smaller one into the flow.',
  DEVICE_CODE_LIMIT: (p) => `There are ${String(p.limit)} codes that nobody has used yet. Nothing was changed; use one of them, or wait ten minutes.`,
  DEVICE_CODE_UNKNOWN: () => 'This code is unknown, used or older than ten minutes. Nothing was changed; show a new one on the other device.',
  ENTRY_NOT_SEALED: () => 'The server refused a change because it did not come sealed. Nothing of it was stored there, and it is kept aside here; update the app.',
  INVITATION_KEY_UNKNOWN: () => 'There is no key for you behind this invitation (any more). You are in the workspace; ask an administrator of it to give you the key.',
  INVITATION_LINK_INVALID: engineSays,
  INVITATION_OTHER_SERVER: engineSays,
  KEYS_CHANGED: () => 'The keys of your account were changed on another device. Nothing was changed here; try again.',
  KEYS_EXIST: () => 'Your account has keys already. Nothing was changed; bring them to this device by your recovery kit or by a code of another device.',
  KEYS_NOT_HERE: engineSays,
  KEYS_NOT_OWN: () => 'These keys belong to another account. Nothing was changed.',
  KEYS_NOT_SET: () => 'Your account has no keys yet. Nothing was changed; set encryption up first.',
  KEY_MEMBER_WITHOUT_KEYS: engineSays,
  KEY_TEXT_MISTYPED: (p) => {
    const what = p.kind === 'code' ? 'code' : 'recovery kit';
    if (p.problem === 'LENGTH') return `That is not a whole ${what}. Nothing was changed; a ${what} has ${p.kind === 'code' ? 'eight' : '14'} groups of four letters.`;
    if (p.problem === 'LETTER') return `There is a letter in it that no ${what} has. Nothing was changed; compare it letter by letter.`;
    return `At least one letter of the ${what} is wrong. Nothing was changed; compare it letter by letter.`;
  },
  LINK_KEY_UNKNOWN: () => 'There is no such link (any more). Nothing was changed.',
  SIGN_IN_AGAIN: (p) => `For this you must have signed in within the last ${String(p.minutes)} minutes. Nothing was changed; sign out, sign in again and try once more.`,
  WORKSPACE_KEY_MISSING: engineSays,
  WORKSPACE_NOT_ENCRYPTED: () => 'This workspace is not encrypted, and that cannot be changed later. Nothing was changed; make an encrypted one and share the flows there.',
  WRAPS_REFUSED: () => 'The server did not take the key: somebody is no member any more, or has other keys by now. Nothing was changed; look at the members again.',
};
