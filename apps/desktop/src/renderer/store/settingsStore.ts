import { settingsSchema, type Settings } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../bridge.ts';
import { followStream } from './followStream.ts';

const KEPT_KEY = 'uxflow.look';

export interface SettingsStore {
  settings: Settings;
  /** True once the engine has said what they are. */
  isKnown: boolean;
  /** Changes settings: at once on the screen, then in the engine. Throws what the engine refuses. */
  change(part: Partial<Settings>): Promise<void>;
}

/** The person's settings, kept true by the engine; theme and language of the last time are known before it answers. */
export function createSettingsStore(connection: Connection): StoreApi<SettingsStore> {
  const store = createStore<SettingsStore>()((set, get) => ({
    settings: settingsSchema.parse(keptLook()),
    isKnown: false,
    async change(part) {
      const before = get().settings;
      set({ settings: { ...before, ...part } });
      try {
        set({ settings: await connection.api.settings.set(part) });
      } catch (error) {
        set({ settings: before });
        throw error;
      }
    },
  }));
  followStream(connection, async (api, signal) => {
    store.setState({ settings: await api.settings.get(), isKnown: true });
    return api.settings.watch(undefined, { signal });
  }, { event: (settings) => store.setState({ settings, isKnown: true }) });
  store.subscribe(({ settings: { theme, language } }) => {
    try {
      localStorage.setItem(KEPT_KEY, JSON.stringify({ theme, language }));
    } catch {
      // Without storage the first frame may have the wrong theme; nothing else hangs on it.
    }
  });
  return store;
}

function keptLook(): unknown {
  try {
    return settingsSchema.pick({ theme: true, language: true }).parse(JSON.parse(localStorage.getItem(KEPT_KEY) ?? '{}'));
  } catch {
    return {};
  }
}
