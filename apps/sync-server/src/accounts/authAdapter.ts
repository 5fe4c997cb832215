/** better-auth's way to our tables, with a hold on its transactions: what belongs to a row is written with it, or neither is. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { BetterAuthOptions, DBAdapter } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { session } from '../db/schema/accessSchema.ts';
import { appUser, credential, twoFactor, verification } from '../db/schema/accountsSchema.ts';
import type { ServerDatabase } from '../db/database.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import { hashSessions } from './hashedSessions.ts';

/** What is written together with a row that better-auth makes; what it throws undoes the row. */
export interface RowCompanions {
  user?(transaction: Transaction, user: { id: string; email: string; emailVerified: boolean }): Promise<void>;
  account?(transaction: Transaction, account: { userId: string; providerId: string }): Promise<void>;
}

type Adapter = DBAdapter<BetterAuthOptions>;

/** The adapter of a database. better-auth's own hooks run after its transaction; the companions run inside of it. */
export function authAdapter(database: Pick<ServerDatabase, 'pool'>, companions: RowCompanions): (options: BetterAuthOptions) => Adapter {
  const held = new AsyncLocalStorage<Transaction>();
  // Drizzle begins a transaction on a connection that it shows to nobody; this one begins it where the companions can write, too.
  const db = Object.assign(drizzle(database.pool), {
    transaction: <T>(work: (inner: unknown) => Promise<T>) => transact(database, (transaction) => held.run(transaction, () => work(drizzle(transaction.sql as pg.PoolClient)))),
  });
  const make = hashSessions(drizzleAdapter(db, { provider: 'pg', schema: { user: appUser, session, account: credential, verification, twoFactor }, transaction: true }) as never);
  return (options) => {
    const root = make(options);
    return { ...accompanied(root), transaction: (work) => root.transaction((inner) => work(accompanied(inner as Adapter))) };
  };

  function accompanied(adapter: Adapter): Adapter {
    const create = async (input: Parameters<Adapter['create']>[0]): Promise<unknown> => {
      const transaction = held.getStore();
      const companion = companions[input.model as keyof RowCompanions] as ((transaction: Transaction, row: never) => Promise<void>) | undefined;
      if (!companion) return adapter.create(input);
      if (!transaction) return adapter.transaction((inner) => accompanied(inner as Adapter).create(input));
      const row = await adapter.create(input);
      await companion(transaction, row as never);
      return row;
    };
    return { ...adapter, create: create as Adapter['create'] };
  }
}
