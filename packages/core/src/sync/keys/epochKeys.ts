/** The keys of a workspace over time (rule 3): each comes with the one before it, so the newest opens all history. */
import { AppError } from '../../base/error.ts';
import { fromText, KEY_BYTES, toText, type Cipher, type Statement } from './cipher.ts';
import type { EpochStep } from './keyMessages.ts';
import { commitmentOf, type EpochKey } from './wrap.ts';

/** What a codec asks: which key a log is sealed with now, and the keys that it was sealed with. */
export interface LogKeys {
  /** Number of the newest key; 0 while there is none. */
  readonly epoch: number;
  /** The log's own key (rule 5) of an epoch; undefined where it is not here. */
  logKey(logId: string, epoch: number): Uint8Array | undefined;
}

/** The keys of one workspace from the first on. */
export interface WorkspaceKeys extends LogKeys {
  readonly workspaceId: string;
  readonly newest: EpochKey;
  keyOf(epoch: number): Uint8Array | undefined;
}

/** The first key of a workspace. */
export function firstEpoch(cipher: Cipher): EpochKey {
  return { epoch: 1, key: cipher.random(KEY_BYTES) };
}

/** The key after one. */
export function nextEpoch(cipher: Cipher, { epoch }: EpochKey): EpochKey {
  return { epoch: epoch + 1, key: cipher.random(KEY_BYTES) };
}

/** What the server keeps of a key: nothing that opens it. `before` is absent at epoch 1. */
export function epochStep(cipher: Cipher, workspaceId: string, epochKey: EpochKey, before?: EpochKey): EpochStep {
  const commitment = commitmentOf(cipher, workspaceId, epochKey);
  if (!before) return { epoch: epochKey.epoch, commitment };
  return { epoch: epochKey.epoch, commitment, link: toText(cipher.seal(chainKey(cipher, epochKey), before.key, linkStatement(workspaceId, epochKey.epoch))) };
}

/** All keys up to the newest. Throws KEY_HISTORY_BROKEN with the epoch that cannot be opened from the one after it. */
export function openHistory(cipher: Cipher, workspaceId: string, newest: EpochKey, steps: readonly EpochStep[]): WorkspaceKeys {
  const keys = new Map([[newest.epoch, newest.key]]);
  const stepsByEpoch = new Map(steps.map((step) => [step.epoch, step]));
  for (let one = newest; ; ) {
    const step = stepsByEpoch.get(one.epoch);
    if (!step || step.commitment !== commitmentOf(cipher, workspaceId, one)) throw historyBroken(one.epoch);
    if (one.epoch === 1) break;
    const key = step.link && cipher.open(chainKey(cipher, one), fromText(step.link), linkStatement(workspaceId, one.epoch));
    if (!key || key.length !== KEY_BYTES) throw historyBroken(one.epoch - 1);
    one = { epoch: one.epoch - 1, key };
    keys.set(one.epoch, key);
  }
  const logKeys = new Map<string, Uint8Array>();
  return {
    workspaceId,
    epoch: newest.epoch,
    newest,
    keyOf: (epoch) => keys.get(epoch),
    logKey(logId, epoch) {
      const name = `${epoch} ${logId}`;
      const known = logKeys.get(name);
      const key = keys.get(epoch);
      if (known || !key) return known;
      const made = logKeyOf(cipher, key, logId);
      logKeys.set(name, made);
      return made;
    },
  };
}

/** A log's own key (rule 5): keyed BLAKE2b of its id. */
export function logKeyOf(cipher: Cipher, epochKey: Uint8Array, logId: string): Uint8Array {
  return cipher.derive(epochKey, { kind: 'uxflow.log', log: logId });
}

/** A key of its own for the chain: what seals flows and what seals keys are never the same. */
function chainKey(cipher: Cipher, { key }: EpochKey): Uint8Array {
  return cipher.derive(key, { kind: 'uxflow.chain' });
}

function linkStatement(workspace: string, epoch: number): Statement {
  return { kind: 'uxflow.epoch', workspace, epoch };
}

/** The error of keys whose past does not fit. */
export function historyBroken(epoch: number): AppError {
  return new AppError('KEY_HISTORY_BROKEN', 'The earlier keys of this workspace do not fit together, so nothing of it is opened. Nothing was lost; ask whoever runs the server whether it was restored from a backup.', { epoch });
}
