import { expect, it } from 'vitest';
import { bytesText, durationText } from './amounts.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 KB'],
  [1234, '1.2 KB'],
  [123_456, '123 KB'],
  [999_600, '1 MB'],
  [7_365_960_935, '7.4 GB'],
])('%d bytes are %s', (bytes, words) => expect(bytesText(bytes, 'en')).toBe(words));

it('speaks the language of the screen', () => expect(bytesText(1234, 'de')).toBe('1,2 KB'));

it.each([
  [0.4, '0 ms'],
  [12, '12 ms'],
  [999.6, '1 s'],
  [1440, '1.4 s'],
])('%d ms are %s', (ms, words) => expect(durationText(ms, 'en')).toBe(words));
