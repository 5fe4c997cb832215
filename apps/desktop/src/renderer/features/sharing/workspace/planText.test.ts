import type { UsageMeter } from '@uxflow/core/api';
import { expect, test } from 'vitest';
import { PLAN_NAMES } from '../../../../../../sync-server/src/workspaces/plans.ts';
import { translator } from '../../../i18n/translate.ts';
import { amountText, planMeterText, planText, warningText } from './planText.ts';

const text = translator('en');
const meter = (of: UsageMeter['of'], used: number, limit: number | null, warning: UsageMeter['warning']): UsageMeter => ({ of, used, limit, warning });

test('bytes are measured as plans measure them', () => {
  expect([0, 999, 1536, 104_857_600, 1_073_741_824, 11_811_160_064].map((bytes) => amountText('storageBytes', bytes, 'en'))).toEqual(['0 B', '999 B', '1.5 KB', '100 MB', '1 GB', '11 GB']);
  expect([amountText('storageBytes', 1536, 'de'), amountText('members', 1200, 'de')]).toEqual(['1,5 KB', '1.200']);
});

test('every plan of a server has a name, and one from tomorrow its own', () => {
  for (const plan of PLAN_NAMES) expect(planText(text, plan)).not.toBe(plan);
  expect([planText(text, 'galaxy'), planText(text, 'title'), planMeterText(text, 'members'), planMeterText(text, 'robots')]).toEqual(['galaxy', 'title', 'Members and guests', '']);
});

test('says what is left, and what comes when nothing is', () => {
  expect(warningText(text, meter('projects', 4, 5, 'near'), 'en')).toBe('Room for 1 more.');
  expect(warningText(text, meter('storageBytes', 99 * 1024 * 1024, 100 * 1024 * 1024, 'critical'), 'en')).toBe('1 MB are left.');
  expect(warningText(text, meter('projects', 7, 5, 'full'), 'en')).toBe('No further project can be made. Those that are there go on.');
  expect([warningText(text, meter('projects', 1, 5, null), 'en'), warningText(text, meter('projects', 90, null, null), 'en')]).toEqual(['', '']);
});
