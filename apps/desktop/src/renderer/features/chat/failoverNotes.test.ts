import { expect, it } from 'vitest';
import type { AgentStep } from '../../store/conversation.ts';
import { failoversOf } from './FailoverNotes.tsx';

const error = (code: string) => ({ code, message: code, params: {} });
const step = (call?: AgentStep['call']): AgentStep => ({ agent: 'planner', status: 'done', mind: 'model', ...(call ? { call } : {}) });

it('says each pair of who answered for whom once', () => {
  const failed = [{ model: 'openai:a', error: error('MODEL_UNREACHABLE') }];
  const call = { model: 'anthropic:b', ms: 5, failedBefore: failed };
  expect(failoversOf([step(), step({ model: 'openai:a', ms: 5 }), step(call), step(call), step({ ...call, failedBefore: [{ model: 'openai:a', error: error('MODEL_CIRCUIT_OPEN') }] })])).toEqual([
    { answered: 'anthropic:b', failed },
    { answered: 'anthropic:b', failed: [{ model: 'openai:a', error: error('MODEL_CIRCUIT_OPEN') }] },
  ]);
});
