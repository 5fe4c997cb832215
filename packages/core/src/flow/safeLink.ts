/** Longest address that may be opened, in characters. */
export const MOST_LINK_LENGTH = 2000;

/** True for an address that may be opened by a click: http, https and mailto, without a name and password inside. */
export function isSafeLink(address: string): boolean {
  // Browsers skip control characters and spaces when they look for the scheme: "java\nscript:".
  if (/[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff\\]/u.test(address) || address.length > MOST_LINK_LENGTH) return false;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  if (url.protocol === 'mailto:') return true;
  // "http:example.com" is an address to a browser, and to nobody else.
  return (url.protocol === 'http:' || url.protocol === 'https:') && /^https?:\/\//i.test(address) && !url.username && !url.password;
}
