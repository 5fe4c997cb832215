import { expect, it } from 'vitest';
import { dollarsField, readDollars } from './amountField.ts';

it('reads amounts with a point or a comma, and nothing else', () => {
  expect(['2.50', '2,5', ' $3 ', '0', '', '  '].map(readDollars)).toEqual([2.5, 2.5, 3, 0, null, null]);
  for (const wrong of ['-1', '1.2.3', '1,000.50', 'ten', '1e9', '12345678']) expect(readDollars(wrong)).toBeUndefined();
});

it('shows an amount so that it can be read back', () => {
  for (const usd of [0, 0.075, 2.5, 1234.5]) for (const language of ['en', 'de']) expect(readDollars(dollarsField(usd, language))).toBe(usd);
  expect(dollarsField(null, 'en')).toBe('');
});
