import { expect, test } from 'vitest';
import { readText } from '../language/readText.ts';
import { assumptionText } from './assumptionText.ts';

test('what was cut off is told in numbers, never as a code', () => {
  const { assumptions } = readText('Open the app. Tap on the button. '.repeat(20_000));
  expect(assumptions.length).toBeGreaterThan(0);
  for (const language of ['en', 'de']) for (const assumption of assumptions) expect(assumptionText(assumption, language)).toMatch(/^[A-ZD][^_]*\d[^_]*\.$/);
});
