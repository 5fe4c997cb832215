/** What a start finds out about the database that it was given. */
import { randomBytes } from 'node:crypto';
import { AppError, type Logger } from '@uxflow/core/base';
import type { ServerDatabase } from './database.ts';

/** A clock that is further off than this leads codes and links astray, ms. */
const CLOCK_OFF_MS = 5000;

/** Why the database of an address cannot be used, as a sentence without the password. */
export function databaseProblem(error: unknown, url: string): unknown {
  if (error instanceof AppError) return error;
  const { code = '', message } = innermost(error);
  const { host, pathname, username } = new URL(url);
  const name = decodeURIComponent(pathname.slice(1));
  const reason =
    code === 'ECONNREFUSED' || code === 'ENOENT' ? `nobody listens there (${code})`
    : code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? `the name of the host is not known (${code})`
    : code === '28P01' || code === '28000' ? `it does not let the user "${decodeURIComponent(username)}" in: name or password are wrong`
    : code === '3D000' ? `it has no database "${name}"; make it first (createdb)`
    : code === '42501' ? `the user "${decodeURIComponent(username)}" may not make tables in it (${message}); make that user the owner of the database`
    : code === '53300' ? 'it takes no more connections; raise max_connections there, or lower DATABASE_POOL'
    : message;
  return new AppError('DATABASE_UNUSABLE', `The database at ${host || 'the given address'} cannot be used: ${reason}. Nothing was started; check the variable DATABASE_URL, or leave it out: a Postgres comes with the server.`, { host, database: name, code }, { cause: error });
}

/** What the driver said, below what others wrapped around it. */
function innermost(error: unknown): { code?: string; message: string } {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? innermost(cause) : (error as { code?: string; message: string });
}

/** A name that tells this installation from others: all instances on one database have the same. */
export async function installationOf({ pool }: Pick<ServerDatabase, 'pool'>): Promise<string> {
  await pool.query(`insert into server_setting (name, value) values ('installation', $1) on conflict do nothing`, [randomBytes(9).toString('base64url')]);
  const { rows } = await pool.query<{ value: string }>(`select value from server_setting where name = 'installation'`);
  return rows[0]!.value;
}

/** Says so where this machine and the database do not agree on the time. */
export async function tellOfClock({ pool }: Pick<ServerDatabase, 'pool'>, logger: Logger, now: () => number = Date.now): Promise<void> {
  const asked = now();
  const { rows } = await pool.query<{ at: number }>('select extract(epoch from clock_timestamp())::float8 * 1000 as at');
  const heard = now();
  const off = Math.round((asked + heard) / 2 - rows[0]!.at);
  if (Math.abs(off) <= CLOCK_OFF_MS + (heard - asked)) return;
  logger.warn(`The clock of this machine is ${Math.abs(Math.round(off / 1000))} s ${off > 0 ? 'ahead of' : 'behind'} that of the database. Codes of second factors, sessions and links go wrong with it; set both by NTP.`, { offMs: off });
}
