/** The sharing module of an instance: links to flows, and who comes by them. */
import type { PasswordHasher } from '../accounts/passwordHash.ts';
import { createLockout } from '../accounts/lockout.ts';
import type { PeriodicTask } from '../jobs/periodic.ts';
import type { WorkspaceParts } from '../workspaces/place.ts';
import { createLinks, forgetLinks, type Links } from './service.ts';
import { createVisits, type Visits } from './visits.ts';

export interface SharingModule {
  links: Links;
  visits: Visits;
  tasks: PeriodicTask[];
}

const HOUR_MS = 3_600_000;

/** The module, on the parts of workspaces. `key` hides addresses among the counted failures. */
export function createSharingModule(parts: WorkspaceParts, { hasher, key, publicUrl }: { hasher: PasswordHasher; key: Buffer; publicUrl(): string }): SharingModule {
  const sharing = { ...parts, hasher, publicUrl };
  return {
    links: createLinks(sharing),
    visits: createVisits(sharing, createLockout(parts.database, key)),
    tasks: [{ name: 'forget links that are over', everyMs: HOUR_MS, run: () => forgetLinks(parts.database.pool) }],
  };
}
