import { pathToFileURL } from 'node:url';

/** A frame as far as the check of a sender needs it. */
export interface SenderFrame {
  url: string;
}

/** True for the app's own page in the top frame of its window; nobody else may ask main for anything. */
export function isTrustedSender(frame: SenderFrame | null, mainFrame: SenderFrame, page: string): boolean {
  return frame !== null && frame === mainFrame && withoutHash(frame.url) === pathToFileURL(page).href;
}

/** True when a navigation stays on the app's own page. */
export function isAllowedNavigation(url: string, page: string): boolean {
  return withoutHash(url) === pathToFileURL(page).href;
}

/** True for what may be opened in the person's browser: the web and mail, no files, no scripts, no other programs. */
export function isExternalLink(url: string): boolean {
  try {
    return ['https:', 'http:', 'mailto:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

function withoutHash(url: string): string {
  const hash = url.indexOf('#');
  return hash < 0 ? url : url.slice(0, hash);
}
