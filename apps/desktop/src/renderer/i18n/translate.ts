import { english, type TextKey } from './english.ts';
import { german } from './german.ts';

export type Language = 'en' | 'de';
export type TextParams = Readonly<Record<string, unknown>>;
/** Says a text of the table; `{name}` is filled from the parameters, `{count:one:many}` chooses by the number. */
export type Translate = (key: TextKey, params?: TextParams) => string;

const tables = { en: english, de: german } as const;

/** The translator of a language. */
export function translator(language: Language): Translate {
  const table = tables[language];
  return (key, params) => fill(table[key], params);
}

/** True when the table has a text for this key: engine codes arrive as plain strings. */
export function isTextKey(key: string): key is TextKey & string {
  return Object.hasOwn(english, key);
}

/** The language to speak: the chosen one, or for `system` the first of the browser's that we have. */
export function chooseLanguage(choice: 'system' | Language, preferred: readonly string[]): Language {
  if (choice !== 'system') return choice;
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'de' || language === 'en') return language;
  }
  return 'en';
}

function fill(template: string, params: TextParams = {}): string {
  return template.replace(/\{(\w+)(?::([^:{}]*):([^{}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (one !== undefined && many !== undefined) return Number(value) === 1 ? one : many;
    return value === undefined || value === null ? whole : String(value);
  });
}
