/** What the routes of keys answer when they do not do what was asked. */
import { problemsOf } from '../access/problem.ts';

export const keyProblem = problemsOf({
  KEYS_NOT_SET: [404, 'This account has no keys yet. Nothing was changed; its first device makes them.'],
  KEYS_EXIST: [409, 'This account has keys already. Nothing was changed; bring them to this device by the recovery kit or by a code.'],
  KEYS_CHANGED: [409, 'The keys of this account were changed by another device. Nothing was changed; load them again.'],
  KEYS_NOT_OWN: [422, 'These keys belong to another account. Nothing was changed.'],
  DEVICE_CODE_UNKNOWN: [404, 'This code is unknown, used or too old. Nothing was changed; show a new one on the other device.'],
  DEVICE_CODE_LIMIT: [409, 'There are {limit} codes that nobody has used yet. Nothing was changed; wait until they have run out.'],
  WORKSPACE_NOT_ENCRYPTED: [409, 'This workspace is not encrypted. Nothing was changed; make an encrypted one and move the flows there.'],
  WORKSPACE_KEY_MISSING: [409, 'This workspace is encrypted and has no key yet, so nothing can be shared in it. Nothing was changed; open it on a device of its owner first.'],
  EPOCH_CHANGED: [409, 'The workspace has another key by now. Nothing was changed; load it and try again.'],
  WRAPS_REFUSED: [409, 'A key was made for somebody who is no member any more, or whose own key has changed. Nothing was changed; load the members again.'],
  INVITATION_KEY_UNKNOWN: [404, 'There is no key of an invitation for you here: it was not accepted, has been handed out already, or went to another address. Ask an admin of the workspace to give you the key.'],
  LINK_KEY_UNKNOWN: [404, 'There is no such link. Nothing was changed.'],
});
