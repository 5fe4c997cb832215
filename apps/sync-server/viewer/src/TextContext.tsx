import { createContext, useContext } from 'react';
import { translator, type Language, type Translate } from './texts.ts';

export const TextContext = createContext<{ text: Translate; language: Language }>({ text: translator('en'), language: 'en' });

/** The translator of the page. */
export function useText(): Translate {
  return useContext(TextContext).text;
}

/** The language of the page. */
export function useLanguage(): Language {
  return useContext(TextContext).language;
}
