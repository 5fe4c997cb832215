import type { ErrorInfo } from '@uxflow/core';
import { errorsGerman } from './de/errors.ts';
import { errorsEnglish } from './en/errors.ts';
import type { ErrorSentence } from './errorCodes.ts';

const tables: Readonly<Record<'en' | 'de', Readonly<Record<string, ErrorSentence>>>> = { en: errorsEnglish, de: errorsGerman };

/** What an error says in a language: what happened, what was kept, what to do. An unknown code says the engine's own English sentence. */
export function errorSentence(language: 'en' | 'de', { code, params, message }: ErrorInfo): string {
  const table = tables[language];
  return Object.hasOwn(table, code) ? table[code]!(params, message) : message;
}
