import { describe, expect, test } from 'vitest';
import { openDocument, parseDocument, type LogState } from '../flow/index.ts';
import type { Agent, AgentContext } from './agent.ts';
import { architect } from './architect.ts';
import { classifier } from './classifier.ts';
import { attacks } from './fixtures/attacks.ts';
import { manager } from './manager.ts';
import { planner } from './planner.ts';
import { renderPrompt } from './prompt.ts';
import { synthesizer } from './synthesizer.ts';
import { uxExpert } from './uxExpert.ts';

/** A flow whose every text is hostile. */
function hostile(text: string): LogState {
  const node = (id: string, type: string) => ({ id, type, position: { x: 0, y: 0 }, data: { title: text, description: text } });
  return openDocument(parseDocument(JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_1', name: text, description: text, nodes: { a: node('a', 'screen'), b: node('b', 'decision') }, edges: { e: { id: 'e', source: 'a', target: 'b', data: { label: text } } } })));
}

const classification = { intent: 'edit' as const, sentiment: 'neutral' as const, tasks: [], questions: [] };
const agents: readonly [string, Agent<never, never, never>, (text: string) => unknown][] = [
  ['classifier', classifier as never, (text) => ({ message: text })],
  ['manager', manager as never, (text) => ({ message: text, classification, answer: text })],
  ['planner', planner as never, (text) => ({ task: text, feedback: [text], earlier: { steps: [{ id: 'p', task: text, reasoning: text }], assumptions: [text] } })],
  ['architect', architect as never, (text) => ({ task: text, route: 'edit', issues: [text], hint: text, plan: { steps: [{ id: 'p', task: text, reasoning: '' }], assumptions: [] } })],
  ['synthesizer', synthesizer as never, (text) => ({ message: text, cards: [{ title: text, reason: text }], answers: [text], byModel: true, fallbacks: [] })],
  ['uxExpert', uxExpert as never, (text) => ({ question: text })],
];

describe.each(agents)('the prompt of the %s', (_, agent, inputOf) => {
  test('keeps every hostile text within the fence of its part, and its own instructions free of it', () => {
    const context = (state: LogState): AgentContext => ({ state, ids: { newId: (prefix) => `${prefix}_1` }, language: 'en' });
    const plain = systemOf('Login');
    for (const { id, text } of attacks) {
      const { system, message, parts } = render(text);
      const fence = /lines that begin with (#+)/.exec(system)![1]!;
      const opened = message.split('\n').filter((line) => line.startsWith(fence));
      expect(opened, id).toEqual(parts.filter((part) => part.text).flatMap((part) => [`${fence} ${part.name} (${part.trust})`, `${fence} end of ${part.name}`]));
      // The system message says the same whatever the flow holds.
      expect(system.replaceAll(fence, '###'), id).toBe(plain);
    }

    function render(text: string) {
      const at = context(hostile(text));
      const parts = agent.parts(inputOf(text) as never, at);
      return { parts, ...renderPrompt(agent.instructions, agent.variables?.(inputOf(text) as never, at) ?? {}, agent.answer, parts) };
    }
    function systemOf(text: string): string {
      return render(text).system.replaceAll(/lines that begin with (#+)/.exec(render(text).system)![1]!, '###');
    }
  });

  test('calls only what the person wrote the person\'s', () => {
    const parts = agent.parts(inputOf('PERSON') as never, { state: hostile('FLOW'), ids: { newId: (prefix) => prefix }, language: 'en' });
    for (const part of parts) if (part.text.includes('FLOW')) expect(part.trust, part.name).toBe('data');
    expect(parts.some((part) => part.trust === 'person')).toBe(true);
  });
});
