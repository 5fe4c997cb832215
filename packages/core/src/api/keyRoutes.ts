/**
 * End-to-end encryption as a screen sees it (docs/keys.md): the keys of the account on this device, and of each encrypted workspace. No key
 * ever comes to a screen; a recovery kit, a code for another device and the link of an invitation do, each when it is made.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { textCodeSchema } from '../agents/turnSchema.ts';
import { secretStrengthSchema } from './settingsRoutes.ts';

/**
 * The keys of the account that is signed in.
 * signedOut: nobody is; unknown: the server has not been asked yet; none: the account has no keys (`setUp`); elsewhere: it has, but not on this
 * device (`bringByKit`, `bringByCode`, or with neither kit nor device `beginAnew`); here: they are here; replaced: the keys here are not those of
 * the account any more, because another device began anew (loud: bring the new ones; if that was nobody's doing, somebody else has the account).
 */
export const accountKeysViewSchema = z.object({
  state: z.enum(['signedOut', 'unknown', 'none', 'elsewhere', 'here', 'replaced']),
  /** Eight groups of five digits, joined by spaces: of the keys here, else of those at the server. */
  fingerprint: z.string().optional(),
  /** How often the account has begun with new keys; 1 at first. */
  version: z.number().int().optional(),
  /** Where the keys lie on this device. */
  strength: secretStrengthSchema,
});
export type AccountKeysView = z.infer<typeof accountKeysViewSchema>;

/** Something that happened by itself and that a person should see until they have put it away. KEY_ROTATED { epoch }: a former member still held the key, so this device made the next one. KEY_GIVEN { userIds, names }: the key was given to members whose keys are verified. */
export const keyNoteSchema = z.object({ id: z.string(), code: z.enum(['KEY_ROTATED', 'KEY_GIVEN']), params: z.record(z.string(), z.unknown()), at: z.number().int() });
export type KeyNote = z.infer<typeof keyNoteSchema>;

/**
 * An encrypted workspace and its key, the worst first where several hold.
 * unknown: not asked yet; locked: the keys of the account are not here (nothing opens); alarm: something does not fit (`reason`, or members with
 * changed keys); new: it has no key yet (an owner or admin does `begin`); waiting: no member has given the key to this account yet; stale: a former
 * member holds the newest key, an admin's device makes the next; ok.
 */
export const workspaceKeysSchema = z.object({
  workspaceId: z.string(),
  name: z.string(),
  state: z.enum(['unknown', 'locked', 'alarm', 'new', 'waiting', 'stale', 'ok']),
  /** True while this device can read and write what is sealed there. */
  isOpen: z.boolean(),
  /** Number of the newest key that is here; 0: none. */
  epoch: z.number().int(),
  isStale: z.boolean(),
  /** Why the server's word was not taken (KEY_CHANGED { userId }, WRAP_REFUSED { reason }, KEY_EPOCH_BACK, KEY_HISTORY_BROKEN, …), or why it could not be asked. */
  reason: textCodeSchema.optional(),
  /** Members who lack the newest key and could be given it. */
  lacking: z.number().int(),
  /** Members whose keys are others than before, or vouch for nothing. */
  alarms: z.number().int(),
  /** This account may give the key; may make the first or the next one; may invite. */
  mayGive: z.boolean(),
  mayRotate: z.boolean(),
  mayInvite: z.boolean(),
  notes: z.array(keyNoteSchema),
});
export type WorkspaceKeysView = z.infer<typeof workspaceKeysSchema>;

export const keysSchema = z.object({ account: accountKeysViewSchema, workspaces: z.array(workspaceKeysSchema) });
export type KeysView = z.infer<typeof keysSchema>;

/**
 * Trust in the keys of a member. own: this account; none: they have made no keys yet, so nothing can be given; new: never seen here; pinned: the
 * same as at the first time; verified: fingerprints were compared, or the secret of an invitation vouches; changed: OTHERS THAN BEFORE (loud; given
 * nothing and taken nothing from until a person confirms them); broken: the two keys do not vouch for each other (cannot be confirmed).
 */
export const keyMemberViewSchema = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  trust: z.enum(['own', 'none', 'new', 'pinned', 'verified', 'changed', 'broken']),
  /** Eight groups of five digits, joined by spaces; absent where there are no keys. */
  fingerprint: z.string().optional(),
  /** Where the keys changed: the fingerprint of those that were seen before. */
  earlierFingerprint: z.string().optional(),
  /** True when they have the newest key. */
  hasKey: z.boolean(),
  /** True for guests: they are given single flows, never the key of the workspace. */
  isGuest: z.boolean(),
  /** ms UTC at which the keys were first seen, and verified. */
  seenAt: z.number().int().optional(),
  verifiedAt: z.number().int().optional(),
});
export type KeyMemberView = z.infer<typeof keyMemberViewSchema>;

/** A recovery kit: 14 groups of four letters, joined by dashes. Shown once; nobody can show it again. */
const kitSchema = z.object({ kit: z.string() });
/** The link with the secret after its #, for who is invited, by the inviter's own means. The mail of the server is a notice without it. */
const linkSchema = z.object({ invitationId: z.string(), link: z.string() });
export type InvitationLink = z.infer<typeof linkSchema>;

const nothing = z.object({});
const inWorkspace = z.object({ workspaceId: z.string() });
const typed = z.string().max(400);

export const keyRoutes = {
  get: oc.output(keysSchema),
  /** The view now, and whenever it changes. */
  watch: oc.output(eventIterator(keysSchema)),
  /** Asks the server at once, of one workspace or of all; after members were removed or changed, too. */
  refresh: oc.input(z.object({ workspaceId: z.string().optional() })).output(keysSchema),

  /** Makes the keys of the account. Throws KEYS_EXIST when another device was first. */
  setUp: oc.output(kitSchema),
  /** What is wrong with a typed kit or code, while it is typed; null: nothing. LENGTH, LETTER, CHECKSUM (at least one letter is wrong). */
  checkTyped: oc.input(z.object({ kind: z.enum(['kit', 'code']), text: typed })).output(z.object({ problem: z.enum(['LENGTH', 'LETTER', 'CHECKSUM']).nullable() })),
  /** Brings the keys by the recovery kit. Throws KEY_TEXT_MISTYPED { kind, problem }, KEYS_NOT_OPENED, KEYS_NOT_SET. */
  bringByKit: oc.input(z.object({ kit: typed })).output(accountKeysViewSchema),
  /** A code that brings the keys to another device of this account; once, until `until` (ms UTC). Throws KEYS_NOT_HERE, DEVICE_CODE_LIMIT. */
  showCode: oc.output(z.object({ code: z.string(), until: z.number().int() })),
  /** Brings the keys by a code that an old device shows. Throws KEY_TEXT_MISTYPED, DEVICE_CODE_UNKNOWN, KEYS_NOT_OPENED. */
  bringByCode: oc.input(z.object({ code: typed })).output(accountKeysViewSchema),
  /** A new recovery kit; the old one opens nothing any more. Throws SIGN_IN_AGAIN { minutes } where the session is not fresh, KEYS_NOT_HERE. */
  newKit: oc.output(kitSchema),
  /** NEW KEYS for the account: every colleague sees that they changed and must confirm them; workspaces that are open on this device stay open, what only the old keys open is lost. Throws SIGN_IN_AGAIN. */
  beginAnew: oc.input(z.object({ isMeant: z.literal(true) })).output(kitSchema),
  /** Takes the keys of the account off this device (a borrowed machine). The kit or another device brings them back. */
  forgetHere: oc.output(nothing),

  /** Makes the first key of a workspace that has none. Throws KEYS_NOT_HERE, EPOCH_CHANGED, PERMISSION_MISSING. */
  begin: oc.input(inWorkspace).output(workspaceKeysSchema),
  members: oc.input(inWorkspace).output(z.array(keyMemberViewSchema)),
  /** Says that fingerprints were compared. `fingerprint`: the one that the screen showed; throws KEY_CHANGED where the keys are others by now. */
  confirm: oc.input(inWorkspace.extend({ userId: z.string(), fingerprint: z.string() })).output(z.array(keyMemberViewSchema)),
  /** Gives the newest key to members who lack it. Throws KEY_CHANGED { userId } for one whose keys changed, KEY_MEMBER_WITHOUT_KEYS { userId }, LOG_KEY_MISSING. */
  give: oc.input(inWorkspace.extend({ userIds: z.array(z.string()).min(1).max(500) })).output(z.array(keyMemberViewSchema)),
  /** Makes the next key and gives it to all members who had the last one. */
  rotate: oc.input(inWorkspace).output(workspaceKeysSchema),
  dismissNote: oc.input(inWorkspace.extend({ noteId: z.string() })).output(nothing),

  /** Invites into an encrypted workspace: the server mails a notice, the link is for the inviter to send. For plain workspaces: sync.invite. */
  invite: oc
    .input(inWorkspace.extend({ email: z.email(), role: z.enum(['admin', 'member', 'commenter', 'viewer']), language: z.enum(['en', 'de']) }))
    .output(linkSchema),
  /** The link of an open invitation again; made anew (the older one then opens nothing) where its secret is not on this device. */
  invitationLink: oc.input(inWorkspace.extend({ invitationId: z.string() })).output(linkSchema),
  /**
   * Joins by a pasted link: accepts the invitation and takes the key. Throws KEYS_NOT_HERE (make or bring the account's keys first: nothing was
   * accepted), INVITATION_LINK_INVALID, INVITATION_OTHER_SERVER { host }, INVITATION_NOT_FOUND. `isOpen` false: joined, and the key comes from a member's device later.
   */
  join: oc.input(z.object({ link: z.string().trim().max(1000) })).output(z.object({ workspaceId: z.string(), isOpen: z.boolean() })),
};
