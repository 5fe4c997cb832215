/** Scheme under which the app serves its own page. */
export const PAGE_SCHEME = 'uxflow';
/** The app's page. */
export const PAGE_URL = `${PAGE_SCHEME}://app/`;

/** A frame as far as the check of a sender needs it. */
export interface SenderFrame {
  url: string;
}

/** True for the app's own page in the top frame of its window; nobody else may ask main for anything. */
export function isTrustedSender(frame: SenderFrame | null, mainFrame: SenderFrame): boolean {
  return frame !== null && frame === mainFrame && isAllowedNavigation(frame.url);
}

/** True when a navigation stays on the app's own page; what follows the hash is the page's own affair. */
export function isAllowedNavigation(url: string): boolean {
  const hash = url.indexOf('#');
  return (hash < 0 ? url : url.slice(0, hash)) === PAGE_URL;
}

/** True for the one thing that a page of ours may ask of the system: to write to the clipboard. */
export function isAllowedPermission(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

/** True for what may be opened in the person's browser: the web and mail, no files, no scripts, no other programs. */
export function isExternalLink(url: string): boolean {
  try {
    return ['https:', 'http:', 'mailto:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
