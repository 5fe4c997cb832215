import type { ToastView } from '@uxflow/ui';
import { createStore, type StoreApi } from 'zustand/vanilla';

const SHOWN_MS = 7000;
const MOST = 4;

export interface Toasts {
  list: readonly ToastView[];
  show(toast: Omit<ToastView, 'id'>): void;
  close(id: string): void;
}

/** The short messages of the window; each leaves by itself after some seconds, errors stay longer. */
export function createToasts(): StoreApi<Toasts> {
  let count = 0;
  return createStore<Toasts>()((set, get) => ({
    list: [],
    show(toast) {
      const id = `toast-${++count}`;
      set({ list: [...get().list.slice(1 - MOST), { ...toast, id }] });
      setTimeout(() => get().close(id), toast.isError ? 2 * SHOWN_MS : SHOWN_MS);
    },
    close(id) {
      set({ list: get().list.filter((toast) => toast.id !== id) });
    },
  }));
}
