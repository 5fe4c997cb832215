import { describe, expect, test } from 'vitest';
import { scopeOf, type FlowFacts } from './flowScope.ts';

const base: FlowFacts = { role: 'member', extra: [], allowGuests: true, isListed: true, isPrivate: false, isCreator: false, projectVisibility: 'team', projectRole: null };
const rank = (facts: Partial<FlowFacts>) => {
  const scope = scopeOf({ ...base, ...facts });
  return scope === undefined ? 'none' : (scope.scope ?? 'read');
};

describe('what somebody may do in a shared flow', () => {
  test.each([
    ['owner', 'edit'],
    ['admin', 'edit'],
    ['member', 'edit'],
    ['commenter', 'comment'],
    ['viewer', 'read'],
    ['guest', 'none'],
  ] as const)('a %s of a team\'s project: %s', (role, expected) => {
    expect(rank({ role })).toBe(expected);
  });

  test('a team\'s project gives the more of role and project', () => {
    expect([rank({ role: 'viewer', projectRole: 'editor' }), rank({ role: 'viewer', projectRole: 'commenter' }), rank({ role: 'member', projectRole: 'viewer' })]).toEqual(['edit', 'comment', 'edit']);
  });

  test('a private project gives what it gives, and owners and admins all', () => {
    const hidden = { projectVisibility: 'private' as const };
    expect([rank({ ...hidden }), rank({ ...hidden, projectRole: 'viewer' }), rank({ ...hidden, role: 'viewer', projectRole: 'editor' }), rank({ ...hidden, role: 'admin' }), rank({ ...hidden, role: 'owner', projectRole: 'viewer' })]).toEqual(['none', 'read', 'edit', 'edit', 'edit']);
  });

  test('a private flow is for who made it, the owner and admins', () => {
    expect([rank({ isPrivate: true }), rank({ isPrivate: true, isCreator: true }), rank({ isPrivate: true, role: 'admin' }), rank({ isPrivate: true, isCreator: true, role: 'viewer' })]).toEqual(['none', 'edit', 'edit', 'read']);
  });

  test('guests have what projects give them, nothing else, and nothing once guests are not wanted', () => {
    const guest = { role: 'guest' as const };
    expect([rank({ ...guest, projectRole: 'editor' }), rank({ ...guest, projectRole: 'editor', allowGuests: false }), rank({ ...guest, projectRole: 'editor', isPrivate: true }), rank({ ...guest, projectVisibility: null, isListed: false }), rank({ ...guest, extra: ['manage_projects'] })]).toEqual(['edit', 'none', 'none', 'none', 'none']);
  });

  test('what was given on top counts, and nothing that cannot be given', () => {
    expect([rank({ role: 'viewer', extra: ['comment'] }), rank({ role: 'viewer', extra: ['write_projects'] }), rank({ role: 'member', extra: ['manage_projects'], projectVisibility: 'private' })]).toEqual(['comment', 'read', 'edit']);
  });

  test('a log that is in no list is the whole workspace\'s', () => {
    expect([rank({ isListed: false, projectVisibility: null }), rank({ isListed: false, projectVisibility: null, role: 'viewer' })]).toEqual(['edit', 'read']);
  });
});
