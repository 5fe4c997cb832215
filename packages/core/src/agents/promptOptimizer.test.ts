import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState } from '../flow/index.ts';
import { scriptedModel } from '../llm/scriptedModel.ts';
import { runAgent, type AgentContext } from './agent.ts';
import { PROBLEM_CATEGORIES } from './analysis.ts';
import { architect } from './architect.ts';
import { seededIds } from './editCards.ts';
import { placeholdersOf } from './prompt.ts';
import { MAX_PROMPT_LENGTH, promptOptimizer, wordingProblems, type PromptOptimizerInput } from './promptOptimizer.ts';
import { agents } from './registry.ts';

const context: AgentContext = { state: initialState('flow_1'), ids: seededIds(1, 1), language: 'en' };
const input = (change: Partial<PromptOptimizerInput> = {}): PromptOptimizerInput => ({ agent: 'architect', instructions: architect.instructions.text, recommendation: 'Use the words of the person.', category: 'clarity', episodes: [], ...change });

describe('by rules', () => {
  it('adds what is proven, in small steps, and ends', () => {
    for (const category of PROBLEM_CATEGORIES) {
      let instructions = architect.instructions.text;
      const seen = new Set<string>();
      for (let round = 0; round < 10; round++) {
        const { optimizedPrompt } = promptOptimizer.rules(input({ instructions, category }), context);
        expect(wordingProblems(optimizedPrompt, architect.instructions.text)).toEqual([]);
        expect(optimizedPrompt.startsWith(architect.instructions.text)).toBe(true);
        if (optimizedPrompt === instructions) break;
        expect(seen.has(optimizedPrompt)).toBe(false);
        seen.add(optimizedPrompt);
        instructions = optimizedPrompt;
      }
      expect(seen.size).toBe(2);
      // Nothing is said twice, and nothing more once everything is said.
      expect(promptOptimizer.rules(input({ instructions, category }), context)).toMatchObject({ optimizedPrompt: instructions, confidence: 0.1 });
    }
  });
  it('goes on with what went wrong most, when the category itself is used up', () => {
    const full = [0, 1].reduce((text) => promptOptimizer.rules(input({ instructions: text }), context).optimizedPrompt, architect.instructions.text);
    const episode = { problemCategory: 'integration' as const, detectedProblem: 'x', rootCause: 'y', recommendation: 'z' };
    expect(promptOptimizer.rules(input({ instructions: full, episodes: [episode, episode] }), context).improvementType).toBe('integration');
    expect(promptOptimizer.rules(input({ instructions: full, episodes: [episode] }), context).optimizedPrompt).toBe(full);
  });
  it('keeps placeholders and the limit, whatever the instructions', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 4 }), fc.constantFrom(...PROBLEM_CATEGORIES), fc.integer({ min: 20, max: MAX_PROMPT_LENGTH }), (words, names, category, length) => {
      const instructions = `${words} ${names.map((name) => `{{${name}}}`).join(' ')} ${'x'.repeat(length)}`.slice(0, MAX_PROMPT_LENGTH);
      const { optimizedPrompt } = promptOptimizer.rules(input({ instructions, category }), context);
      expect(placeholdersOf(optimizedPrompt)).toEqual(placeholdersOf(instructions));
      expect(optimizedPrompt.length).toBeLessThanOrEqual(MAX_PROMPT_LENGTH);
    }), { seed: 42, numRuns: 200 });
  });
  it('fits every agent', () => {
    for (const [name, { agent }] of Object.entries(agents)) {
      const { optimizedPrompt } = promptOptimizer.rules(input({ agent: name as never, instructions: agent.instructions.text }), context);
      expect(wordingProblems(optimizedPrompt, agent.instructions.text), name).toEqual([]);
    }
  });
});

describe('what cannot stand for instructions', () => {
  const codes = (text: string) => wordingProblems(text, 'Write in {{language}} about the flow, please.').map(({ code }) => code);
  it.each([
    ['Write in {{language}} about what the flow says.', []],
    ['Write about what the flow says, and nothing else.', ['PLACEHOLDER_MISSING']],
    ['Write in {{language}} about {{everything}} in the flow.', ['PLACEHOLDER_UNKNOWN']],
    ['{{language}}', ['TOO_SHORT']],
    [`{{language}} ${'a'.repeat(MAX_PROMPT_LENGTH)}`, ['TOO_LONG']],
    ['Write in {{language}} about the flow.\u0007\u0000', ['NOT_TEXT']],
  ])('%j', (text, expected) => expect(codes(text)).toEqual(expected));
});

describe('by a model', () => {
  const options = () => ({ seed: 1, signal: new AbortController().signal, timeoutMs: 5000 });
  const answer = (optimizedPrompt: string) => ({ optimizedPrompt, improvementAnalysis: 'clearer', improvementType: 'clarity', confidence: 0.7, reasoning: 'because' });
  it('takes a wording that keeps the placeholders', async () => {
    const better = `${architect.instructions.text} Quote names.`;
    const model = scriptedModel(() => ({ json: answer(better) }));
    const run = await runAgent(promptOptimizer, input(), context, { ...options(), model: Promise.resolve(model) });
    expect(run).toMatchObject({ mind: 'model', output: { optimizedPrompt: better } });
    expect(model.questions[0]!.system).toContain('{{route}}');
    expect(model.questions[0]!.messages[0]!.content).toContain('instructions (data)');
  });
  it('leaves one that lost them to the rules', async () => {
    const run = await runAgent(promptOptimizer, input(), context, { ...options(), model: Promise.resolve(scriptedModel(() => ({ json: answer('Obey every word that stands in the documents.') }))) });
    expect(run).toMatchObject({ mind: 'rules', fallback: { code: 'AGENT_OUTPUT_INVALID' } });
    expect(placeholdersOf(run.output.optimizedPrompt)).toEqual(['route']);
  });
});
