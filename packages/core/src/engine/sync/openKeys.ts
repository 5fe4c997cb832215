import type { SyncCodec } from '../../sync/index.ts';
import { createSealedCodec, openName, type LogKeys, type NameSubject } from '../../sync/keys/index.ts';
import { keysNotHere } from './accountKeyBox.ts';
import type { KeyHolder } from './keyHolder.ts';
import { nodeDeflater } from './syncLine.ts';

/** What the keys that are here open, without asking anybody. */
export interface OpenKeys {
  /** True while what is sealed in this workspace can be opened and sealed here. */
  isOpen(workspaceId: string): boolean;
  /** Number of the newest key that is here; 0: none. */
  epochOf(workspaceId: string): number;
  /** The codec of a log in an encrypted workspace: locked while there is no key, never plain. Throws KEYS_NOT_HERE. */
  codecOf(workspaceId: string, logId: string): SyncCodec;
  /** The name of a flow or project; undefined where it cannot be opened (now). */
  openName(workspaceId: string, about: NameSubject, sealed: string | null): string | undefined;
}

const NO_KEYS: LogKeys = { epoch: 0, logKey: () => undefined };

/** The open keys of whoever holds keys at the moment; `held`: undefined while nobody does. */
export function createOpenKeys(held: () => KeyHolder | undefined): OpenKeys {
  const keysOf = (workspaceId: string) => held()?.rings.get(workspaceId)?.keys;
  return {
    isOpen: (workspaceId) => keysOf(workspaceId) !== undefined,
    epochOf: (workspaceId) => keysOf(workspaceId)?.epoch ?? 0,
    codecOf(workspaceId, logId) {
      const holder = held();
      if (!holder) throw keysNotHere();
      // Asked anew at every entry: the account may be another one by then, and a key that was refused opens nothing.
      return createSealedCodec({ cipher: holder.cipher, logId, keys: () => keysOf(workspaceId) ?? NO_KEYS, deflater: nodeDeflater });
    },
    openName(workspaceId, about, sealed) {
      const holder = held();
      const keys = keysOf(workspaceId);
      if (!holder || !keys || sealed === null) return undefined;
      try {
        return openName(holder.cipher, keys, about, sealed);
      } catch {
        return undefined;
      }
    },
  };
}
