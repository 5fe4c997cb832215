import { describe, expect, it } from 'vitest';
import { modelName, whoAnswered } from './mindName.ts';

describe('whoAnswered', () => {
  it('names the model without its provider, tags kept', () => {
    expect(modelName('ollama:llama3.2:3b')).toBe('llama3.2:3b');
    expect(modelName('rules')).toBeNull();
  });

  it('does not give a model credit for what the rules did', () => {
    const error = { code: 'X', message: 'x', params: {} };
    expect(whoAnswered({ model: 'openai:gpt', fallbacks: [{ agent: 'planner', error }] }, [{ mind: 'rules' }])).toEqual({ model: null, isHelped: true });
    expect(whoAnswered({ model: 'openai:gpt', fallbacks: [] }, [{ mind: 'rules' }, { mind: 'model' }])).toEqual({ model: 'gpt', isHelped: false });
  });

  it('names the model that answered for the chosen one', () => {
    expect(whoAnswered({ model: 'openai:gpt', fallbacks: [] }, [{ mind: 'model', call: { model: 'ollama:llama3', ms: 5 } }, { mind: 'rules' }])).toEqual({ model: 'llama3', isHelped: false });
  });
});
