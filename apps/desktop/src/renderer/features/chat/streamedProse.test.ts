import { describe, expect, it } from 'vitest';
import { streamedProse } from './streamedProse.ts';

describe('streamedProse', () => {
  it('shows plain words as they come', () => {
    expect(streamedProse('Here is [a] plan')).toBe('Here is [a] plan');
  });

  it('takes the words out of an answer in JSON, at every point of the stream', () => {
    const whole = JSON.stringify({ steps: [{ id: 's1', task: 'Say "hi"\nthen go' }, { id: 's2', task: 'Ünd weiter' }] });
    for (let end = 1; end <= whole.length; end++) {
      const shown = streamedProse(whole.slice(0, end));
      expect(`${'Say "hi"\nthen go'}\nÜnd weiter`.startsWith(shown), `${end}: ${shown}`).toBe(true);
    }
    expect(streamedProse(whole)).toBe('Say "hi"\nthen go\nÜnd weiter');
  });

  it('reads a fenced answer and hides ids and keys', () => {
    expect(streamedProse('```json\n{"reply":"Done')).toBe('Done');
    expect(streamedProse('{"id":"node_1"')).toBe('');
  });
});
