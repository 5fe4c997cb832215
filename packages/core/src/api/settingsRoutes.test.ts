import { expect, test } from 'vitest';
import { settingsChangeSchema, settingsSchema } from './settingsRoutes.ts';

test('a change of one setting says nothing about the others', () => {
  expect(settingsChangeSchema.parse({ localOnly: true })).toEqual({ localOnly: true });
  expect(settingsChangeSchema.parse({})).toEqual({});
});

test('a change may name every setting', () => {
  expect(Object.keys(settingsChangeSchema.shape).sort()).toEqual(Object.keys(settingsSchema.shape).sort());
});
