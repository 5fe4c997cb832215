import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Database } from './database.ts';

/** Binary content: stored once, named by its hash. */
export interface Asset {
  /** Lower-case hex. */
  sha256: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** Binary contents that documents name by hash. */
export interface AssetStore {
  /** The hash of these bytes, once they are durable; the same bytes are stored once. */
  addAsset(bytes: Uint8Array, mediaType: string): string;
  findAsset(sha256: string): Asset | undefined;
  /** Deletes assets older than `olderThan` (ms UTC) that `isNamed` does not know; gives how many. A young one may be on its way into a document. */
  collectAssets(isNamed: (sha256: string) => boolean, olderThan: number): number;
}

/** The AssetStore on a store file. */
export function createAssetStore(database: Database, clock: Clock): AssetStore {
  return {
    addAsset(bytes, mediaType) {
      const sha256 = hash('sha256', bytes, 'hex');
      database.write(() => {
        database
          .statement('insert into asset (sha256, media_type, bytes, size, created_at) values (?, ?, ?, ?, ?) on conflict (sha256) do update set created_at = excluded.created_at')
          .run(sha256, mediaType, bytes, bytes.length, clock.now());
      });
      return sha256;
    },
    findAsset: (sha256) => database.read(() => database.statement('select sha256, media_type as mediaType, bytes from asset where sha256 = ?').get(sha256) as Asset | undefined),
    collectAssets: (isNamed, olderThan) =>
      database.write(() => {
        const old = database.statement('select sha256 from asset where created_at < ?').pluck().all(olderThan) as string[];
        const unused = old.filter((sha256) => !isNamed(sha256));
        for (const sha256 of unused) database.statement('delete from asset where sha256 = ?').run(sha256);
        return unused.length;
      }),
  };
}
