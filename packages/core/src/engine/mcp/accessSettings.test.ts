import { expect, test } from 'vitest';
import { createAccessSettings } from './accessSettings.ts';

const storeOf = (row?: unknown) => {
  const rows = new Map<string, unknown>(row === undefined ? [] : [['mcp', row]]);
  return { rows, get: (key: string) => rows.get(key), set: (key: string, value: unknown) => void rows.set(key, structuredClone(value)) };
};

test('a new user has a shut door, free looking and asked proposing', () => {
  const access = createAccessSettings(storeOf());
  expect(access.get()).toMatchObject({ isOn: false, consent: {} });
  expect(access.isToken('')).toBe(false);
  expect([access.consentFor('read_flow'), access.consentFor('propose_changes')]).toEqual(['allow', 'ask']);
});

test('a damaged row is a shut door', () => {
  for (const row of ['x', 7, null, { isOn: 'yes' }, { isOn: true, consent: { propose_changes: 'sure' } }, { isOn: true, consent: { unknown_tool: 'allow' } }]) expect(createAccessSettings(storeOf(row)).get().isOn).toBe(false);
});

test('a token is random, opens after a restart, is nowhere in the store, and ends with the next one', () => {
  const store = storeOf();
  const access = createAccessSettings(store);
  const token = access.newToken(5);
  expect(token).toMatch(/^uxf_[\w-]{43}$/);
  expect(JSON.stringify([...store.rows])).not.toContain(token.slice(4));
  expect(createAccessSettings(store).isToken(token)).toBe(true);
  for (const wrong of [`${token} `, token.slice(1), token.replace('uxf_', ''), access.get().tokenHash!]) expect(access.isToken(wrong)).toBe(false);
  const next = access.newToken(6);
  expect([access.isToken(token), access.isToken(next), access.get().tokenMadeAt]).toEqual([false, true, 6]);
  access.change({ tokenHash: undefined, tokenMadeAt: undefined });
  expect(access.isToken(next)).toBe(false);
});
