import { findRefusal, isLoopback } from '@uxflow/core';

/** The entry of an on-premise list that a text means: `host` or `host:port`, lower case. An address is cut down to its machine. Null: not a machine. */
export function hostEntryOf(text: string): string | null {
  const bare = text.trim().replace(/^https?:\/\//i, '').replace(/[/?#].*$/s, '');
  const port = /:(\d{1,5})$/.exec(bare)?.[1];
  const name = port === undefined ? bare : bare.slice(0, -port.length - 1);
  if (!name || /[\s@]/.test(name) || (port !== undefined && (Number(port) < 1 || Number(port) > 65535))) return null;
  if (name.includes(':') && !/^\[.*\]$/.test(name)) return null;
  let hostname: string;
  try {
    hostname = new URL(`http://${name}/`).hostname;
  } catch {
    return null;
  }
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?)$/.test(hostname)) return null;
  return port === undefined ? hostname : `${hostname}:${Number(port)}`;
}

/** The machine and port of an address, for people; the text itself where it is no address. */
export function hostOf(baseUrl: string): string {
  try {
    return new URL(baseUrl).host || baseUrl;
  } catch {
    return baseUrl;
  }
}

/** True when the address leads to this computer. */
export function isLocalAddress(baseUrl: string): boolean {
  try {
    return isLoopback(new URL(baseUrl).hostname);
  } catch {
    return false;
  }
}

/** True when local-only would refuse the address. */
export function isRefusedLocally(baseUrl: string, onPremiseHosts: readonly string[]): boolean {
  try {
    return findRefusal(new URL(baseUrl), { localOnly: true, onPremiseHosts, allowedHosts: [] }) === 'localOnly';
  } catch {
    return false;
  }
}
