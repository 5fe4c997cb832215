import { settingsSchema, type ModelChoice, type Settings } from '../api/index.ts';
import type { DataFolder } from '../db/index.ts';
import { createBroadcast, type Broadcast } from './broadcast.ts';

/** The app's settings: one row, parsed with defaults, so that an older or damaged row never stops a start. */
export interface SettingsService {
  get(): Settings;
  set(change: Partial<Settings>): Settings;
  changes: Broadcast<Settings>;
  /** Calls back after each change. */
  onChange(listener: (settings: Settings) => void): void;
}

const KEY = 'app';

/** Settings in the store. */
export function createSettings(folder: DataFolder): SettingsService {
  let current = settingsSchema.catch(() => settingsSchema.parse({})).parse(folder.settings.get(KEY) ?? {});
  const changes = createBroadcast<Settings>((_, next) => next);
  const listeners: ((settings: Settings) => void)[] = [];
  return {
    get: () => current,
    set(change) {
      const next = settingsSchema.parse({ ...current, ...change });
      folder.settings.set(KEY, next);
      current = next;
      changes.send(next);
      for (const listener of listeners) listener(next);
      return next;
    },
    changes,
    onChange: (listener) => void listeners.push(listener),
  };
}

/** `rules`, `ollama:llama3.2`: how a turn and the ledger name a choice. */
export function modelName(choice: ModelChoice): string {
  return choice.provider === 'rules' ? 'rules' : `${choice.provider}:${choice.model}`;
}

/** The name under which the key of an endpoint is kept. */
export function keyName(baseUrl: string): string {
  return `model-key:${baseUrl.replace(/\/+$/, '')}`;
}
