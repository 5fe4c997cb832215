/** What sync asks of accounts and workspaces, and nothing more: who is this, and what may they do in a log. */
import type { Scope } from '@uxflow/core/protocol';
import type { LinkVisit } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';

/** Somebody who is signed in, or came by a link. */
export interface Principal {
  /** Of who came by a link: the id of the visitor. */
  userId: string;
  /** Given for who is signed in. */
  sessionId?: string;
  /** Given for who came by a link. */
  link?: LinkVisit;
  /** ms UTC; the connection ends then. */
  expiresAt: number;
}

/** What somebody may do in a log; who may not even read has none. */
export interface LogRole {
  /** What they may write; null: only read. */
  scope: Scope | null;
}

/** Something was taken from somebody. Given fields narrow it: a session, a person (and whoever came by a link of theirs), a person in a workspace, a link. */
export interface Revocation {
  userId?: string;
  sessionId?: string;
  workspaceId?: string;
  linkId?: string;
}

/** The port that the accounts and workspaces modules fill. */
export interface SyncAccess {
  /** The principal of a secret; undefined when it is unknown, revoked or expired. */
  authorize(token: string): Promise<Principal | undefined>;
  /** Their role in a log as it is now; undefined: may not read it, or there is none. */
  roleOf(principal: Principal, logId: string): Promise<LogRole | undefined>;
  /** Roles of many at once, asked inside the transaction that stores their entries: in the order of `pairs`. */
  rolesIn(sql: Queryable, pairs: readonly { userId: string; logId: string; sessionId?: string | undefined }[]): Promise<(LogRole | undefined)[]>;
  /** Calls back whenever something was taken away, on every instance; returns what ends it. */
  onRevoked(listener: (revocation: Revocation) => void): () => void;
}
