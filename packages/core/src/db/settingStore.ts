import type { Database } from './database.ts';

/** Settings of the data folder. Keys and shapes belong to who reads them; secrets never come here. */
export interface SettingStore {
  /** The stored JSON value, or undefined. */
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  remove(key: string): void;
  /** Every setting by key. */
  all(): Record<string, unknown>;
}

/** The SettingStore on a store file. */
export function createSettingStore(database: Database): SettingStore {
  return {
    get: (key) =>
      database.read(() => {
        const value = database.statement('select value from setting where key = ?').pluck().get(key) as string | undefined;
        return value === undefined ? undefined : (JSON.parse(value) as unknown);
      }),
    set(key, value) {
      if (value === undefined) throw new TypeError('A setting cannot be undefined; remove it.');
      database.write(() => {
        database.statement('insert into setting (key, value) values (?, ?) on conflict (key) do update set value = excluded.value').run(key, JSON.stringify(value));
      });
    },
    remove: (key) => database.write(() => void database.statement('delete from setting where key = ?').run(key)),
    all: () =>
      database.read(() => {
        const rows = database.statement('select key, value from setting order by key').all() as { key: string; value: string }[];
        return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
      }),
  };
}
