import { createIdSource, systemClock, systemRandom, type IdSource } from '@uxflow/core';
import type { ApiClient } from '@uxflow/core/api';
import { createContext, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import type { Connection, ConnectionStatus } from '../../bridge.ts';
import { errorText, useText } from '../i18n/TextContext.tsx';
import { createAccountStore, type AccountStore } from './accountStore.ts';
import { createInboxStore, type InboxStore } from './inboxStore.ts';
import { createKeysStore, type KeysStore } from './keysStore.ts';
import { createMcpStore, type McpStore } from './mcpStore.ts';
import { createSignalsStore, type SignalsStore } from './signalsStore.ts';
import { createSettingsStore, type SettingsStore } from './settingsStore.ts';
import { createToasts, type Toasts } from './toasts.ts';

/** What every screen may use. */
export interface Services {
  connection: Connection;
  api: ApiClient;
  ids: IdSource;
  toasts: StoreApi<Toasts>;
  /** Who this app is on a sync server. */
  account: StoreApi<AccountStore>;
  /** Invitations and mentions. */
  inbox: StoreApi<InboxStore>;
  /** Keys of encrypted workspaces. */
  keys: StoreApi<KeysStore>;
  settings: StoreApi<SettingsStore>;
  /** Suspicious texts. */
  signals: StoreApi<SignalsStore>;
  /** Other agents and the person's own servers. */
  mcp: StoreApi<McpStore>;
}

export const ServicesContext = createContext<Services | null>(null);

/** The services of a window over one connection. */
export function createServices(connection: Connection): Services {
  return { connection, api: connection.api, ids: createIdSource(systemClock, systemRandom), toasts: createToasts(), account: createAccountStore(connection), inbox: createInboxStore(connection), keys: createKeysStore(connection), settings: createSettingsStore(connection), signals: createSignalsStore(connection), mcp: createMcpStore(connection) };
}

/** The services of this window. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('A screen was drawn outside of the app');
  return services;
}

/** The settings, and how to change them; a refusal is told as a toast. */
export function useSettings() {
  const services = useServices();
  const fail = useFailureToast();
  const settings = useStore(services.settings, (store) => store.settings);
  return { settings, change: (part: Parameters<SettingsStore['change']>[0]) => void services.settings.getState().change(part).catch(fail) };
}

/** Tells an error as a toast, in the language of the screen. */
export function useFailureToast(): (error: unknown) => void {
  const { toasts } = useServices();
  const text = useText();
  return (error) => toasts.getState().show({ text: errorText(text, error), isError: true });
}

/** The state of the connection, as it changes. */
export function useConnectionStatus(): ConnectionStatus {
  const { connection } = useServices();
  const [status, setStatus] = useState(connection.status());
  useEffect(() => {
    setStatus(connection.status());
    return connection.onStatus(setStatus);
  }, [connection]);
  return status;
}

/** The time, ticking every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
