import type { Settings } from '@uxflow/core/api';
import { useLayoutEffect } from 'react';

/** Sets the theme of the page: the chosen one, or the system's as it changes. */
export function useTheme(theme: Settings['theme']): void {
  useLayoutEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => void (document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme);
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme]);
}
