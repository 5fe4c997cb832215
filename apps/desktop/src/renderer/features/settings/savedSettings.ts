import type { Settings } from '@uxflow/core/api';
import { useCallback, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useServices } from '../../store/services.ts';

/** How the last change of the settings fares. */
export type SaveStatus = { phase: 'idle' | 'saving' | 'saved' } | { phase: 'failed'; error: unknown };

export interface SavedSettings {
  settings: Settings;
  status: SaveStatus;
  /** Changes settings: at once on the screen, then in the engine; `status` tells how that went. */
  change(part: Partial<Settings>): void;
}

/** The settings with the truth about whether they are saved. */
export function useSavedSettings(): SavedSettings {
  const { settings: store } = useServices();
  const settings = useStore(store, (state) => state.settings);
  const [status, setStatus] = useState<SaveStatus>({ phase: 'idle' });
  const newest = useRef(0);
  const change = useCallback(
    (part: Partial<Settings>) => {
      const mine = ++newest.current;
      setStatus({ phase: 'saving' });
      store
        .getState()
        .change(part)
        .then(
          // A failure stays in sight until something was saved after it.
          () => mine === newest.current && setStatus({ phase: 'saved' }),
          (error: unknown) => setStatus({ phase: 'failed', error }),
        );
    },
    [store],
  );
  return { settings, status, change };
}
