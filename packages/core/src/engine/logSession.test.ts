import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock, silentLogger } from '../base/index.ts';
import type { DataFolder } from '../db/index.ts';
import { createTestFolder, testFlow, type TestFolder } from '../db/testFolder.ts';
import type { Author, Transaction } from '../flow/index.ts';
import { openLogSession, type LogSession } from './logSession.ts';

const me: Author = { kind: 'user', id: 'me', name: 'Me' };
let place: TestFolder;
let folder: DataFolder;
let count = 0;

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log' });
});
afterEach(() => place.dispose());

const open = () => openLogSession({ folder, flowId: 'flow_1', logId: 'log', clock: createTestClock(), newId: (prefix) => `${prefix}_${++count}`, logger: silentLogger });
const rename = (id: string, to: string, more: Partial<Transaction> = {}): Transaction => ({ id, logId: 'log', author: me, at: 1, schema: 1, ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: '', to }], ...more });
const refused = (session: LogSession, entry: Transaction) => {
  try {
    session.append(entry);
    return 'STORED';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([false, true])('the same entry again is the same, also where nothing more may be written by now (shared: %s)', (isShared) => {
  const session = open();
  if (isShared) session.share();
  const first = session.append(rename('tx_1', 'One'));
  let together = 0;
  for (const scope of ['edit', 'comment', null] as const) {
    session.setScope(scope);
    expect(session.append(rename('tx_1', 'One'), () => void (together += 1))).toEqual(first);
  }
  expect([together, session.state.no, session.state.flow.name]).toEqual([0, 1, 'One']);
  expect(refused(session, rename('tx_2', 'Two'))).toBe('ROLE_READS_ONLY');
  session.setScope('comment');
  expect(refused(session, rename('tx_2', 'Two'))).toBe('OP_OUT_OF_SCOPE');
  session.setScope('edit');
  expect(refused(session, rename('tx_2', 'Two', { logId: 'log_other' }))).toBe('ENTRY_OF_OTHER_LOG');
  expect(refused(session, rename('tx_2', 'Two'))).toBe('STORED');
});
