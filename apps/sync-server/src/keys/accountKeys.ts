/** The keys of accounts: public halves for everybody in the same workspace, private halves sealed, and codes for new devices. */
import type { DeviceCodeMessage, StoredAccountKeys } from '@uxflow/core/keyMessages';
import type { Principal } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import type { WorkspaceParts } from '../workspaces/place.ts';
import { concernedByAccount } from './concerned.ts';
import { keyProblem } from './errors.ts';

/** Minutes for which a code of an old device can be typed. */
export const CODE_MINUTES = 10;
const CODE_LIMIT = 5;

export interface AccountKeyStore {
  /** Throws KEYS_NOT_SET. */
  get(principal: Principal): Promise<StoredAccountKeys>;
  /** The first keys of an account. Throws KEYS_EXIST. */
  create(principal: Principal, stored: StoredAccountKeys): Promise<void>;
  /** The same keys under a new kit, or new keys where the old ones are lost (then `version` is one more). Throws KEYS_CHANGED. */
  replace(principal: Principal, stored: StoredAccountKeys): Promise<void>;
  putCode(principal: Principal, message: DeviceCodeMessage): Promise<void>;
  /** Hands the sealed keys out, once. Throws DEVICE_CODE_UNKNOWN. */
  takeCode(principal: Principal, id: string): Promise<{ sealed: string }>;
}

/** The account keys of a database. */
export function createAccountKeys({ database, sayKeysChanged }: Pick<WorkspaceParts, 'database' | 'sayKeysChanged'>): AccountKeyStore {
  const { pool } = database;
  const demandOwn = (principal: Principal, { keys }: StoredAccountKeys) => {
    if (keys.userId !== principal.userId) throw keyProblem('KEYS_NOT_OWN');
  };
  /** Who waits for a key can be given one now, or not any more. */
  const tell = async (userId: string) => {
    for (const [workspaceId, userIds] of await concernedByAccount(pool, userId)) await sayKeysChanged(workspaceId, userIds);
  };
  return {
    async get({ userId }) {
      const { rows } = await pool.query<{ box: string; sign: string; proof: string; sealed: string; version: number }>('select box, sign, proof, sealed, version from account_key where user_id = $1', [userId]);
      const [row] = rows;
      if (!row) throw keyProblem('KEYS_NOT_SET');
      const { box, sign, proof, sealed, version } = row;
      return { keys: { userId, box, sign, proof }, sealed, version };
    },
    async create(principal, stored) {
      demandOwn(principal, stored);
      const { keys, sealed } = stored;
      const { rowCount } = await pool.query('insert into account_key (user_id, box, sign, proof, sealed, version) values ($1, $2, $3, $4, $5, 1) on conflict do nothing', [keys.userId, keys.box, keys.sign, keys.proof, sealed]);
      if (!rowCount) throw keyProblem('KEYS_EXIST');
      await tell(keys.userId);
    },
    async replace(principal, stored) {
      demandOwn(principal, stored);
      const { keys, sealed, version } = stored;
      await transact(database, async ({ sql }) => {
        const { rowCount } = await sql.query(
          `update account_key set box = $2, sign = $3, proof = $4, sealed = $5, version = $6, made_at = now()
             where user_id = $1 and case when box = $2 and sign = $3 then version = $6 else version = $6 - 1 end`,
          [keys.userId, keys.box, keys.sign, keys.proof, sealed, version],
        );
        if (!rowCount) throw keyProblem('KEYS_CHANGED');
        // What an old device showed belongs to the old keys.
        await sql.query('delete from device_code where user_id = $1', [keys.userId]);
      });
      await tell(keys.userId);
    },
    putCode: ({ userId }, { id, sealed }) =>
      transact(database, async ({ sql }) => {
        await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`device codes of ${userId}`]);
        await sql.query('delete from device_code where expires_at <= now()');
        const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from device_code where user_id = $1', [userId]);
        if (rows[0]!.count >= CODE_LIMIT) throw keyProblem('DEVICE_CODE_LIMIT', { limit: CODE_LIMIT });
        await sql.query(`insert into device_code (id, user_id, sealed, expires_at) values ($1, $2, $3, now() + $4 * interval '1 minute') on conflict do nothing`, [id, userId, sealed, CODE_MINUTES]);
      }),
    async takeCode({ userId }, id) {
      const { rows } = await pool.query<{ sealed: string }>('delete from device_code where id = $1 and user_id = $2 and expires_at > now() returning sealed', [id, userId]);
      if (!rows[0]) throw keyProblem('DEVICE_CODE_UNKNOWN');
      return rows[0];
    },
  };
}
