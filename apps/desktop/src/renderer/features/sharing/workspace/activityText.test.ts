import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityLine } from '@uxflow/core/api';
import { describe, expect, test } from 'vitest';
import { ACTIVITY_CODES } from '../../../../../../sync-server/src/workspaces/activityCodes.ts';
import { translator } from '../../../i18n/translate.ts';
import { ACTIVITY_KINDS, activityDetails, activityText, actorText } from './activityText.ts';

const NAMES = { person: 'Bob', people: ['Bob', 'Cleo'], email: 'cleo@example.org', inviter: 'Ann', project: 'Checkout', flow: 'Refund' };
const line = (code: string, params: ActivityLine['params'] = {}, names: ActivityLine['names'] = NAMES): ActivityLine => ({ id: 1, at: 0, actorId: 'user_ann', actorName: 'Ann', code, params, names });
const en = (of: ActivityLine) => activityText(translator('en'), 'en', of);
const de = (of: ActivityLine) => activityText(translator('de'), 'de', of);

describe.each(['en', 'de'] as const)('in %s', (language) => {
  const text = translator(language);
  test.each(ACTIVITY_CODES)('%s has its sentence, whatever is known of it', (code) => {
    for (const params of [{}, { epoch: 3, role: 'member', from: 'member', to: 'admin', fields: ['name'], limit: 'projects', warning: 'full', permissions: [], userIds: [] }]) {
      for (const names of [NAMES, {}]) {
        const said = [activityText(text, language, line(code, { epoch: 1, ...params }, names)), ...activityDetails(text, line(code, params, names))];
        expect(said.join(' ')).not.toMatch(/[{}]|undefined|null|[A-Z]{2,}_/);
        expect(said.every((part) => part.length > 0)).toBe(true);
        expect(said[0]).not.toBe(text('activity.unknown', { code }));
      }
    }
  });
});

test('every kind of activity is found by exactly one filter', () => {
  expect(Object.values(ACTIVITY_KINDS).flat().sort()).toEqual([...ACTIVITY_CODES].sort());
});

test('what the server writes without the type is in its table, too', () => {
  const root = join(import.meta.dirname, '../../../../../../sync-server/src');
  const found = new Set<string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const source = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, insert] of source.matchAll(/insert into activity([\s\S]{0,200})/g)) for (const [, code] of insert!.matchAll(/'([A-Z]+_[A-Z_]+)'/g)) found.add(code!);
  }
  expect(found.size).toBeGreaterThan(1);
  expect([...found].filter((code) => !(ACTIVITY_CODES as readonly string[]).includes(code))).toEqual([]);
});

test('says what happened to whom', () => {
  expect([en(line('FLOW_SHARED')), activityDetails(translator('en'), line('FLOW_SHARED'))]).toEqual(['shared the flow “Refund”', ['In the project “Checkout”']]);
  expect([en(line('INVITATION_SENT')), en(line('INVITATION_SENT', {}, {})), de(line('INVITATION_SENT', {}, {}))]).toEqual(['invited cleo@example.org', 'invited somebody', 'hat jemanden eingeladen']);
  expect([en(line('FLOW_CHANGED', { fields: ['sealed'] })), en(line('FLOW_CHANGED', { fields: ['projectId'] })), en(line('FLOW_CHANGED', { fields: ['name', 'visibility'] }))]).toEqual(['renamed the flow “Refund”', 'moved the flow “Refund” into another project', 'changed the flow “Refund”']);
  expect([en(line('KEY_GIVEN')), de(line('KEY_GIVEN'))]).toEqual(['gave the key of the workspace to Bob and Cleo', 'hat den Schlüssel des Arbeitsbereichs weitergegeben an Bob und Cleo']);
  expect([de(line('KEY_GIVEN', { userIds: ['user_ann'] })), de(line('PROJECT_CHANGED', { fields: ['visibility'] })), ...activityDetails(translator('de'), line('PROJECT_CHANGED', { fields: ['visibility'] }))]).toEqual(['hat den Schlüssel des Arbeitsbereichs übernommen', 'hat geändert, wer das Projekt „Checkout“ sieht']);
  expect(activityDetails(translator('de'), line('PROJECT_CHANGED', { fields: ['name', 'visibility'] }))).toEqual(['Name', 'Wer es sieht']);
  expect(activityDetails(translator('de'), line('MEMBER_CHANGED', { from: 'member', to: 'admin' }))).toEqual(['Von „Kann bearbeiten“ zu „Verwaltung“']);
  expect([en(line('MEMBER_CHANGED', { from: 'member', to: 'member', permissions: ['view_usage'] })), ...activityDetails(translator('en'), line('MEMBER_CHANGED', { from: 'member', to: 'member', permissions: ['view_usage'] }))]).toEqual(['changed the further permissions of Bob', 'See the usage']);
});

test('who has no name any more, the server itself, and a kind from tomorrow are told honestly', () => {
  const text = translator('en');
  expect([actorText(text, { ...line('MEMBER_LEFT'), actorName: '' }), actorText(text, { ...line('LIMIT_WARNING'), actorId: null, actorName: '' })]).toEqual(['Deleted account', 'The server']);
  expect([en(line('TOMORROW')), en(line('detail.role'))]).toEqual(['did something that this version of the app has no words for: TOMORROW', 'did something that this version of the app has no words for: detail.role']);
});
