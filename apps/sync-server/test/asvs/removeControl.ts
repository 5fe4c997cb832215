/** Takes the control of one requirement out of the source while it is loaded; no file changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { requirementOf, type Patch } from './requirements.ts';

export const ROOT = join(import.meta.dirname, '../../../..');

/** The plugin that applies the patch of a requirement. It throws where the patch does not fit the source any more. */
export function removeControl(id: string): Plugin {
  const { patch } = requirementOf(id);
  if (!patch) throw new Error(`The requirement ${id} has no patch.`);
  const file = join(ROOT, patch.file);
  patched(patch);
  return {
    name: `without-${id}`,
    enforce: 'pre',
    transform: (code, path) => (path.split('?')[0] === file ? applyPatch(patch, code) : undefined),
  };
}

/** The source of a patch's file without the control. Throws when what is to be found stands there not once. */
export function patched(patch: Patch): string {
  return applyPatch(patch, readFileSync(join(ROOT, patch.file), 'utf8'));
}

function applyPatch({ file, find, replace }: Patch, code: string): string {
  const parts = code.split(find);
  if (parts.length !== 2) throw new Error(`The patch of ${file} does not fit any more: what it looks for stands there ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}
