import { type ChatMessage, type Turn, turnSchema } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { liveWords } from './LiveWords.tsx';
import { newestTurn, questionTurn, threadOf } from './thread.ts';
import { translator } from '../../i18n/translate.ts';

const turn = (id: string, part: Partial<Turn> = {}): Turn =>
  turnSchema.parse({ id, conversationId: 'c', flowId: 'f', status: 'done', message: `message of ${id}`, language: 'en', model: 'rules', head: 0, seed: 1, createdAt: 100, updatedAt: 200, ...part });
const message = (id: string, role: ChatMessage['role'], at: number, turnId?: string): ChatMessage => ({ id, conversationId: 'c', role, text: id, at, ...(turnId ? { turnId } : {}) });
const turns = (...list: Turn[]) => new Map(list.map((each) => [each.id, each]));

describe('threadOf', () => {
  it('gathers what was said by turn, parted at the last words of the person', () => {
    const messages = [message('ask', 'person', 1, 't'), message('question', 'assistant', 2, 't'), message('answer', 'person', 3, 't'), message('reply', 'assistant', 4, 't'), message('next', 'person', 5, 'u')];
    const [first, second] = threadOf(messages, turns(turn('t'), turn('u', { createdAt: 5 })));
    expect(first!.asked.map(({ id }) => id)).toEqual(['ask', 'question', 'answer']);
    expect(first!.answered.map(({ id }) => id)).toEqual(['reply']);
    expect(second!.asked.map(({ id }) => id)).toEqual(['next']);
  });

  it('shows a turn whose message has not come with the words that it was sent', () => {
    const [item] = threadOf([], turns(turn('t', { status: 'queued' })));
    expect(item!.asked).toMatchObject([{ role: 'person', text: 'message of t' }]);
  });

  it('says a reply once, whether it is a message already or not', () => {
    const replied = turn('t', { reply: 'reply' });
    expect(threadOf([message('ask', 'person', 1, 't')], turns(replied))[0]!.answered.map(({ text }) => text)).toEqual(['reply']);
    expect(threadOf([message('ask', 'person', 1, 't'), message('reply', 'assistant', 2, 't')], turns(replied))[0]!.answered.map(({ text }) => text)).toEqual(['reply']);
  });

  it('keeps messages of no turn, in the order of time', () => {
    const items = threadOf([message('a', 'person', 9), message('b', 'assistant', 3)], turns(turn('t', { createdAt: 5 })));
    expect(items.map(({ key }) => key)).toEqual(['b', 't', 'a']);
  });
});

describe('the turn that waits', () => {
  it('is the newest one with a question, and no older one', () => {
    const asking = turn('t', { status: 'awaitingClarification', createdAt: 1 });
    expect(questionTurn(turns(asking))?.id).toBe('t');
    expect(questionTurn(turns(asking, turn('u', { createdAt: 2 })))).toBeUndefined();
    expect(newestTurn(new Map())).toBeUndefined();
  });

  it('stays, whatever another agent proposes meanwhile', () => {
    const asking = turn('t', { status: 'awaitingClarification', createdAt: 1 });
    const proposed = turn('u', { status: 'proposed', createdAt: 2, origin: { kind: 'mcp', client: 'Claude Desktop' }, reply: 'One more screen' });
    expect(questionTurn(turns(asking, proposed))?.id).toBe('t');
    const [, item] = threadOf([message('ask', 'person', 1, 't')], turns(asking, proposed));
    expect(item).toMatchObject({ asked: [], answered: [{ role: 'assistant', text: 'One more screen' }] });
  });
});

describe('liveWords', () => {
  it('has a sentence for every status, in both languages', () => {
    for (const status of turnSchema.shape.status.options) {
      const words = (['en', 'de'] as const).map((language) => liveWords(translator(language), turn('t', { status, step: 'planner', plan: { steps: [{ id: '1', task: 'Login', reasoning: '' }], assumptions: [] } })));
      expect(words[0]).toMatch(/\S/);
      expect(words[0]).not.toBe(words[1]);
      expect(words.join()).not.toMatch(/[{}]/);
    }
  });
});
