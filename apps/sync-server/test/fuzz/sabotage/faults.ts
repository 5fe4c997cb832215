/**
 * Faults that somebody could make by one line. Each of them must turn the fuzz red: a fuzz that stays green with one of them would prove
 * nothing about it. They are put into the source as it is loaded, never into a file. One is not here because the fuzz does not reach it: an
 * acknowledgement of other bytes than were sent (core's client.test.ts holds that line).
 */
export interface Fault {
  name: string;
  /** What the fuzz must say of it: red for another reason proves nothing. */
  shows: RegExp;
  /** Where it lies: in the bundle of the server, or in the program of the devices. */
  side: 'server' | 'device';
  /** End of the file's path. */
  file: string;
  /** Stands there exactly once. */
  find: string;
  replace: string;
}

const COMMIT = '    await allSettled(sendTogether(client, (sql) => [plan.rows.length > 0 ? sql.query({ ...INSERT, values: insertValues(plan) }) : undefined, sql.query(COMMIT)] as const));';

export const FAULTS: readonly Fault[] = [
  {
    name: 'acknowledge-before-commit',
    shows: /a promise was broken/,
    side: 'server',
    file: 'sync/commitBatch.ts',
    find: COMMIT,
    replace: COMMIT.replace('await', 'void').replace(';', '.catch(() => {});'),
  },
  {
    name: 'hand-on-before-commit',
    shows: /a promise was broken/,
    side: 'server',
    file: 'sync/commitBatch.ts',
    find: COMMIT,
    replace: '    await allSettled([plan.rows.length > 0 ? client.query({ ...INSERT, values: insertValues(plan) }) : undefined]); setTimeout(() => void client.query(COMMIT).catch(() => {}), 60);',
  },
  {
    // The index alone would turn a second row into a refusal that does no harm: both must be gone.
    name: 'insert-again-on-push-again',
    shows: /is there twice|a promise was broken/,
    side: 'server',
    file: 'sync/commitBatch.ts',
    find: 'sql.query<KnownRow>({ ...KNOWN, values: [batch.map(({ header }) => header.log), batch.map(({ header }) => header.id)] }),',
    replace: "sql.query<KnownRow>('do $$ begin drop index if exists entry_id; end $$'),",
  },
  {
    name: 'number-in-the-wrong-order',
    shows: /stands behind their/,
    side: 'server',
    file: 'sync/commitBatch.ts',
    find: ', row]));\n  for (const entry of batch) {',
    replace: ', row]));\n  for (const entry of [...batch].reverse()) {',
  },
  {
    name: 'take-entries-of-an-old-key',
    shows: /is sealed with key/,
    side: 'server',
    file: 'sync/commitBatch.ts',
    find: 'if (header.epoch !== head.epoch)',
    replace: 'if (header.epoch > head.epoch)',
  },
  {
    name: 'store-presence',
    shows: /showed stands in/,
    side: 'server',
    file: 'sync/hub.ts',
    find: 'return presence.take(connection, principal, message);',
    replace: "void database.pool.query('update app_user set name = $1 where id = $2', [Buffer.from(message.bytes.subarray(1)).toString('latin1').replaceAll('\\0', ''), principal.userId]).catch(() => {});\n        return presence.take(connection, principal, message);",
  },
  {
    name: 'say-nothing-of-a-refusal',
    shows: /did not come to rest/,
    side: 'server',
    file: 'sync/pushes.ts',
    find: "      from.tell({ type: 'denied', log, id, code, params });\n",
    replace: '',
  },
  {
    name: 'keep-a-snapshot-at-another-number',
    shows: /snapshots? of|differs from the oracle/,
    side: 'server',
    file: 'sync/snapshots.ts',
    find: 'await tables.storeState(logId, { no, chain,',
    replace: 'await tables.storeState(logId, { no: no - 1, chain,',
  },
  {
    name: 'overlook-a-fork',
    shows: /a promise was broken|differs from the oracle|another chain|did not come to rest/,
    side: 'server',
    file: 'sync/joiner.ts',
    find: 'const ours = await tables.chainAt(log, no);',
    replace: 'const ours = no <= log.no ? chain : await tables.chainAt(log, no);',
  },
  {
    name: 'lose-what-waits-on-a-reset',
    shows: /is nowhere/,
    side: 'device',
    file: 'sync/replica.ts',
    find: 'this.#refold([...lost, ...pending]);',
    replace: 'this.#refold([...lost]);',
  },
  {
    name: 'lose-own-entries-on-a-reset',
    shows: /is nowhere/,
    side: 'device',
    file: 'sync/replica.ts',
    find: 'this.#refold([...lost, ...pending]);',
    replace: 'this.#refold([...pending]);',
  },
  {
    name: 'overlook-a-gap',
    shows: /a promise was broken|differs from the oracle|another chain/,
    side: 'device',
    file: 'sync/replica.ts',
    find: 'if (no !== this.#confirmed.no + 1 || !entry) {',
    replace: 'if (!entry) {',
  },
  {
    name: 'take-a-state-of-an-unknown-version',
    shows: /knows neither/,
    side: 'device',
    file: 'sync/logSync.ts',
    find: 'if (!this.replica.knows(state)) {',
    replace: 'if (state === undefined) {',
  },
  {
    name: 'push-before-a-reset',
    shows: /stands behind their/,
    side: 'device',
    file: 'sync/logSync.ts',
    find: "this.#phase = message.reset || this.#reset ? 'resetting' : 'open';",
    replace: "this.#phase = this.#reset ? 'resetting' : 'open';",
  },
  {
    name: 'make-a-snapshot-of-what-waits',
    shows: /snapshot of|differs from the oracle/,
    side: 'device',
    file: 'sync/logSync.ts',
    find: 'const { no, chain, state } = this.replica.takeSnapshot();',
    replace: 'const { no, chain } = this.replica.takeSnapshot();\n    const state = { ...snapshotOf(this.replica.view), no };',
  },
  {
    name: 'drop-a-refused-entry',
    shows: /is nowhere/,
    side: 'device',
    file: 'sync/logRefusals.ts',
    find: 'if (entries.length > 0) keeper.denied(',
    replace: 'if (entries.length < 0) keeper.denied(',
  },
];

/** The fault of a name; undefined without a name. Throws where there is none of that name. */
export function faultNamed(name: string | undefined): Fault | undefined {
  if (!name) return undefined;
  const fault = FAULTS.find((one) => one.name === name);
  if (!fault) throw new Error(`there is no fault of the name ${name}; there are ${FAULTS.map((one) => one.name).join(', ')}`);
  return fault;
}

/** The source of a file with the fault in it, or as it was where the fault lies elsewhere. Throws when the line has changed. */
export function withFault(fault: Fault, path: string, source: string): string {
  if (!path.endsWith(`/${fault.file}`)) return source;
  const parts = source.split(fault.find);
  if (parts.length !== 2) throw new Error(`the line of the fault ${fault.name} stands ${parts.length - 1} times in ${fault.file}`);
  return parts.join(fault.replace);
}
