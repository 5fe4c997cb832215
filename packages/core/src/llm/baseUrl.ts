import { modelError } from './modelError.ts';

/**
 * A provider's base address without its trailing slash, and its host with port. An address without a scheme gets https, unless it is
 * an IP address or a name without a dot: those are machines nearby. Throws MODEL_SETTINGS_INVALID.
 */
export function readBaseUrl(address: string): { url: string; host: string } {
  const text = address.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${isNearby(text) ? 'http' : 'https'}://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    throw modelError('MODEL_SETTINGS_INVALID', { reason: `"${text.slice(0, 100)}" is not a web address` });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw modelError('MODEL_SETTINGS_INVALID', { reason: 'the address must begin with http:// or https://' });
  if (url.username || url.password) throw modelError('MODEL_SETTINGS_INVALID', { reason: 'the address holds a name or password; put the key into its own field' });
  url.hash = '';
  return { url: url.href.replace(/\/+$/, ''), host: url.host };
}

function isNearby(address: string): boolean {
  const host = address.replace(/[/?#].*$/, '').replace(/:\d*$/, '');
  return /^\[.*\]$|^[\d.]+$/.test(host) || !host.includes('.');
}
