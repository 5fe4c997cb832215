/** better-auth's adapter, with secrets of sessions stored as hashes: whoever reads the table can sign in as nobody. */
import type { BetterAuthOptions, DBAdapter, Where } from 'better-auth';
import { hashSecret } from '../access/principal.ts';

type Row = Record<string, unknown>;
type Make = (options: BetterAuthOptions) => DBAdapter<BetterAuthOptions>;

/** An adapter that hashes the field `token` of sessions on the way in; who asked by a secret gets that secret back. */
export function hashSessions(make: Make): Make {
  return (options) => wrap(make(options));
}

function wrap<Adapter extends Omit<DBAdapter<BetterAuthOptions>, 'transaction'>>(adapter: Adapter): Adapter {
  const where = (model: string, conditions: Where[] | undefined): Where[] =>
    (conditions ?? []).map((one) => (model === 'session' && one.field === 'token' ? { ...one, value: Array.isArray(one.value) ? (one.value as string[]).map(hashSecret) : hashSecret(String(one.value)) } : one));
  const askedToken = (model: string, conditions: Where[] | undefined) => (model === 'session' ? conditions?.find(({ field, value }) => field === 'token' && typeof value === 'string')?.value : undefined) as string | undefined;
  const withToken = <T>(row: T, token: string | undefined): T => (row && token !== undefined ? { ...row, token } : row);
  const stored = (model: string, data: Row): Row => (model === 'session' && typeof data.token === 'string' ? { ...data, token: hashSecret(data.token) } : data);
  const wrapped = {
    ...adapter,
    create: async (input: { model: string; data: Row }) => withToken(await adapter.create({ ...input, data: stored(input.model, input.data) } as never), input.model === 'session' ? (input.data.token as string) : undefined),
    findOne: async (input: { model: string; where: Where[] }) => withToken(await adapter.findOne({ ...input, where: where(input.model, input.where) }), askedToken(input.model, input.where)),
    findMany: (input: { model: string; where?: Where[] }) => adapter.findMany({ ...input, where: where(input.model, input.where) }),
    count: (input: { model: string; where?: Where[] }) => adapter.count({ ...input, where: where(input.model, input.where) }),
    update: async (input: { model: string; where: Where[]; update: Row }) => withToken(await adapter.update({ ...input, where: where(input.model, input.where), update: stored(input.model, input.update) }), askedToken(input.model, input.where)),
    updateMany: (input: { model: string; where: Where[]; update: Row }) => adapter.updateMany({ ...input, where: where(input.model, input.where), update: stored(input.model, input.update) }),
    delete: (input: { model: string; where: Where[] }) => adapter.delete({ ...input, where: where(input.model, input.where) }),
    deleteMany: (input: { model: string; where: Where[] }) => adapter.deleteMany({ ...input, where: where(input.model, input.where) }),
    consumeOne: async (input: { model: string; where: Where[] }) => withToken(await adapter.consumeOne({ ...input, where: where(input.model, input.where) }), askedToken(input.model, input.where)),
    incrementOne: (input: { model: string; where: Where[]; increment: Record<string, number> }) => adapter.incrementOne({ ...input, where: where(input.model, input.where) }),
  };
  if ('transaction' in adapter) {
    const { transaction } = adapter as unknown as DBAdapter<BetterAuthOptions>;
    Object.assign(wrapped, { transaction: <R>(work: (inner: Adapter) => Promise<R>) => transaction((inner) => work(wrap(inner) as unknown as Adapter)) });
  }
  return wrapped as unknown as Adapter;
}
