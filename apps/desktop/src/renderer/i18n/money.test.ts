import { expect, it } from 'vitest';
import { moneyText, tokensText } from './money.ts';

it('shows small amounts as more than nothing, and each language its own way', () => {
  expect([0, 12.345, 1, 0.1234, 0.00421, 0.00001].map((usd) => moneyText(usd, 'en'))).toEqual(['$0.00', '$12.35', '$1.00', '$0.123', '$0.0042', '< $0.0001']);
  expect(moneyText(1234.5, 'de').replace(/\s/g, ' ')).toBe('1.234,50 $');
});

it('shortens numbers of tokens', () => {
  expect([0, 940, 12_480, 999_499, 3_140_000].map((tokens) => tokensText(tokens, 'en'))).toEqual(['0', '940', '12.5k', '999k', '3.1M']);
});
