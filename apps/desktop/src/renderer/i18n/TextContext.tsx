import { errorInfo } from '@uxflow/core';
import { createContext, useContext } from 'react';
import { errorSentence } from './errorSentence.ts';
import { isTextKey, translator, type Language, type Translate } from './translate.ts';

export const LanguageContext = createContext<Language>('en');

const translators = { en: translator('en'), de: translator('de') };

/** The translator of the screen's language. */
export function useText(): Translate {
  return translators[useContext(LanguageContext)];
}

/** The screen's language. */
export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** What an error says in the language of the screen; an unknown code says its own English sentence. */
export function errorText(text: Translate, error: unknown): string {
  return errorSentence(text('languageTag') as Language, isInfo(error) ? error : errorInfo(error));
}

/** What a code of the engine (`{code, params}`) says; an unknown code is shown as it is, so that nothing is hidden. */
export function codeText(text: Translate, prefix: string, code: string, params: Readonly<Record<string, unknown>>): string {
  if (prefix === 'error') return errorText(text, { code, message: code, params });
  const key = `${prefix}.${code}`;
  return isTextKey(key) ? text(key, params) : code;
}

function isInfo(error: unknown): error is { code: string; message: string; params: Record<string, unknown> } {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && typeof (error as { code?: unknown }).code === 'string' && typeof (error as { message?: unknown }).message === 'string';
}
