/** The keys of a fuzzed log that is sealed: replaced in the middle of everything, known to each device only once it asks. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type pg from 'pg';
import type { SyncCodec } from '@uxflow/core';
import { createSealedCodec, epochStep, firstEpoch, nextEpoch, openCipher, openHistory, watchKeys, type Cipher, type EpochKey, type EpochStep, type WorkspaceKeys } from '@uxflow/core/keys';
import type { Device } from '../testDevice.ts';

/** The keys that one device has; they survive its restarts. */
export interface DeviceKeys {
  keys: WorkspaceKeys;
}

const deflater = { deflate: (bytes: Uint8Array) => deflateRawSync(bytes), inflate: (bytes: Uint8Array, size: number) => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }) };

export class SealedLog {
  readonly #cipher: Cipher;
  readonly #logId: string;
  readonly #pool: pg.Pool;
  readonly #steps: EpochStep[];
  #newest: EpochKey;

  private constructor(cipher: Cipher, logId: string, pool: pg.Pool) {
    this.#cipher = cipher;
    this.#logId = logId;
    this.#pool = pool;
    this.#newest = firstEpoch(cipher);
    this.#steps = [epochStep(cipher, 'ws', this.#newest)];
  }

  /** Makes a log that is there already one that is sealed. */
  static async begin(logId: string, pool: pg.Pool): Promise<SealedLog> {
    const self = new SealedLog(await openCipher(), logId, pool);
    await self.#store();
    return self;
  }

  /** A codec that opens everything, for who looks at the rows in the end. */
  get codec(): SyncCodec {
    return this.codecOf(this.newKeys());
  }

  /** What somebody who asks now is given. */
  newKeys(): DeviceKeys {
    return { keys: openHistory(this.#cipher, 'ws', this.#newest, this.#steps) };
  }

  codecOf(held: DeviceKeys): SyncCodec {
    return createSealedCodec({ cipher: this.#cipher, logId: this.#logId, keys: () => held.keys, deflater });
  }

  /** The next key, and the number behind which it counts; devices hear of it when they are refused or meet an entry that they cannot open. */
  async rotate(): Promise<{ head: number; epoch: number }> {
    const next = nextEpoch(this.#cipher, this.#newest);
    this.#steps.push(epochStep(this.#cipher, 'ws', next, this.#newest));
    this.#newest = next;
    return { head: await this.#store(), epoch: next.epoch };
  }

  /** Lets a device fetch keys by itself; returns what ends that. */
  watch(device: Device, held: DeviceKeys): () => void {
    const fetch = async () => {
      await new Promise((done) => setTimeout(done, 2));
      held.keys = this.newKeys().keys;
    };
    return watchKeys({
      client: device.client,
      logs: () => [device.open],
      keyring: {
        get epoch() {
          return held.keys.epoch;
        },
        refresh: fetch,
      },
      timer: (ms, task) => {
        const timer = setTimeout(task, ms / 500);
        return () => clearTimeout(timer);
      },
      onProblem: (problem) => {
        throw problem;
      },
    });
  }

  async #store(): Promise<number> {
    const { rows } = await this.#pool.query<{ no: number }>('update log set epoch = $2 where id = $1 returning head_no as no', [this.#logId, this.#newest.epoch]);
    return rows[0]!.no;
  }
}
