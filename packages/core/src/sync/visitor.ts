/**
 * People who come by a link and have no account. The server gives each of them an id of this form, which no account has, and lets nobody
 * push in another's name; so what such an entry may do follows from its envelope, on every device alike (rule 16).
 */
import type { Op, Transaction } from '../flow/index.ts';

const PREFIX = 'visitor_';
/** Letters of the name that a visitor gives. */
export const VISITOR_NAME_LENGTH = 60;

/** True for the id of somebody who came by a link. */
export function isVisitor(accountId: string): boolean {
  return accountId.startsWith(PREFIX);
}

/** How the ids of a visitor's comments begin: under any other id a new comment could write over somebody else's. */
export function visitorCommentPrefix(visitorId: string): string {
  return `comment_${visitorId}_`;
}

/** What counts of an entry that a visitor pushed: new comments, in the visitor's own name. Nothing that stands there is changed or removed by it. */
export function asVisitor(entry: Transaction, visitorId: string): Transaction {
  const ops = (Array.isArray(entry.ops) ? entry.ops : []).flatMap((op): Op[] =>
    isObject(op) && op.op === 'add' && op.kind === 'comment' && typeof op.id === 'string' && op.id.startsWith(visitorCommentPrefix(visitorId)) && isObject(op.value) ? [{ op: 'add', kind: 'comment', id: op.id, value: { ...op.value, authorId: visitorId } }] : [],
  );
  const name = isObject(entry.author) && typeof entry.author.name === 'string' ? entry.author.name.slice(0, VISITOR_NAME_LENGTH) : '';
  return { ...entry, scope: 'comment', author: { kind: 'user', id: visitorId, name }, ops };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
