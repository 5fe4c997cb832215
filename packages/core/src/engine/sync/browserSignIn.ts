import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../base/index.ts';

/** A sign-in that a browser of this machine is to finish (RFC 8252: own browser, loopback, PKCE). */
export interface BrowserSignIn {
  /** What the person's browser opens. */
  address: string;
  /** The code and what belongs to it, once the browser comes back. Rejects with SIGN_IN_REFUSED, SIGN_IN_CANCELLED. */
  answer: Promise<{ code: string; codeVerifier: string; redirectUri: string }>;
  cancel(): void;
}

const PAGE = (title: string, text: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>UX Flow Engine</title><style>body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;text-align:center;color:#1d2433;background:#f6f7f9}@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14171d}}</style><h1>${title}</h1><p>${text}</p></html>`;
const HEADERS = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'", 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' };

/** Listens on 127.0.0.1 for the browser's way back. `pageOf` makes the server's address of what it must know. */
export async function startBrowserSignIn(pageOf: (ask: { redirectUri: string; state: string; codeChallenge: string }) => string): Promise<BrowserSignIn> {
  const state = randomBytes(24).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  let done: (code: string) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const code = new Promise<string>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  // Whoever cancels before anybody waits must not end the engine.
  code.catch(() => undefined);
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method !== 'GET' || url.pathname !== '/signed-in' || !isSame(url.searchParams.get('state') ?? '', state)) {
      response.writeHead(404, HEADERS).end(PAGE('404', ''));
      return;
    }
    const given = url.searchParams.get('code');
    if (given) {
      response.writeHead(200, HEADERS).end(PAGE('Signed in · Angemeldet', 'You can close this page and go back to UX Flow Engine.<br>Du kannst diese Seite schließen und zu UX Flow Engine zurückkehren.'));
      done(given);
    } else {
      response.writeHead(200, HEADERS).end(PAGE('Not signed in · Nicht angemeldet', 'Go back to UX Flow Engine and try again.<br>Geh zurück zu UX Flow Engine und versuche es noch einmal.'));
      fail(new AppError('SIGN_IN_REFUSED', 'The sign-in was not finished in the browser. Nothing was changed; try again.', {}));
    }
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  listener.unref();
  const redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/signed-in`;
  const close = () => {
    listener.close();
    // The page of the answer is on its way still.
    setTimeout(() => listener.closeAllConnections(), 500).unref();
  };
  void code.then(close, close);
  return {
    address: pageOf({ redirectUri, state, codeChallenge }),
    answer: code.then((given) => ({ code: given, codeVerifier, redirectUri })),
    cancel: () => fail(new AppError('SIGN_IN_CANCELLED', 'The sign-in was called off. Nothing was changed.', {})),
  };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
