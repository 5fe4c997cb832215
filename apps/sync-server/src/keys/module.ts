/** The keys module of an instance. */
import type { WorkspaceParts } from '../workspaces/place.ts';
import { createAccountKeys } from './accountKeys.ts';
import type { KeyModule } from './routes.ts';
import { createWorkspaceKeys } from './workspaceKeys.ts';

/** The keys of accounts and workspaces, on the parts of the workspaces module. */
export function createKeyModule(parts: WorkspaceParts): KeyModule {
  return { accountKeys: createAccountKeys(parts), workspaceKeys: createWorkspaceKeys(parts) };
}
