import type { GenerateRequest, LanguageModel } from './languageModel.ts';
import { modelError, type ModelSubject } from './modelError.ts';

/** What is known of a model, from having tried it. */
export interface KnownAbilities {
  vision?: 'yes' | 'no' | 'unknown';
  /** Most tokens that it reads at once. */
  contextTokens?: number;
}

/**
 * The model, sparing it what it cannot do: a picture that it cannot see (MODEL_NO_VISION), a request that cannot fit
 * (MODEL_CONTEXT_OVERFLOW with `needed` and `available`). Nothing is sent then.
 */
export function guardedModel(model: LanguageModel, known: KnownAbilities, subject: ModelSubject): LanguageModel {
  const { vision, contextTokens } = known;
  if (vision !== 'no' && contextTokens === undefined) return model;
  return {
    ...model,
    async generate(request) {
      if (vision === 'no' && request.images?.length) throw modelError('MODEL_NO_VISION', { ...subject });
      const needed = leastTokens(request);
      if (contextTokens !== undefined && needed > contextTokens) throw modelError('MODEL_CONTEXT_OVERFLOW', { ...subject, needed, available: contextTokens });
      return model.generate(request);
    },
  };
}

/**
 * A number of tokens that a request takes at the very least, counted low on purpose: to refuse what would have fitted is worse than to
 * have the provider refuse what did not. Pictures and the answer are left out: their sizes differ too much.
 */
export function leastTokens(request: Pick<GenerateRequest, 'system' | 'messages' | 'tools'>): number {
  const texts = [request.system, ...request.messages.map(({ content }) => content), ...(request.tools ?? []).map((tool) => JSON.stringify(tool))];
  let latin = 0;
  let wide = 0;
  for (const text of texts) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      // A run of white space is often one token.
      if (code <= 0x20) continue;
      if (code < 0x2e80) latin++;
      else wide++;
    }
  }
  return Math.ceil(latin / LATIN_PER_TOKEN + wide / WIDE_PER_TOKEN);
}

/** Letters of one token at most on average, spaces not counted: about twice what prose has, so that long words and rules of dashes fit too. */
const LATIN_PER_TOKEN = 8;
/** Chinese, Japanese, Korean and signs: hardly ever more than two in a token. */
const WIDE_PER_TOKEN = 3;
