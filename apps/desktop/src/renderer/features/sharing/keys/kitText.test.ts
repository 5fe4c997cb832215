import { expect, it } from 'vitest';
import { normalGroup, placesToAsk } from './kitText.ts';

it('takes a typed group as kits take it', () => {
  expect(normalGroup(' ab-1o')).toBe('AB10');
  expect(normalGroup('iLo5')).toBe('1105');
});

it('asks for two different groups of the kit', () => {
  for (let at = 0; at < 200; at++) {
    const [first, second] = placesToAsk(14, Math.random);
    expect(first).toBeLessThan(second);
    expect(second).toBeLessThan(14);
  }
  expect(placesToAsk(14, () => 0.999_999)).toEqual([12, 13]);
});
