/** An app that waits on the loopback for the browser to come back, as the desktop does while somebody signs in there. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningServer } from '../src/server.ts';
import { call, type Answer } from './testAccounts.ts';

export interface WaitingApp {
  /** Address of the page to begin on, at a server. */
  address(url: string): string;
  redirectUri: string;
  /** What the browser came back with. */
  answer(): URLSearchParams;
  /** Trades it for a session. */
  redeem(server: Pick<RunningServer, 'url'>): Promise<Answer<{ token: string }>>;
  close(): void;
}

/** Waits under a name of its own. */
export async function waitingApp(device: string): Promise<WaitingApp> {
  const heard: URL[] = [];
  const desktop = createServer((request, response) => {
    heard.push(new URL(request.url!, 'http://127.0.0.1'));
    response.end('You can close this page.');
  });
  await new Promise<void>((done) => desktop.listen(0, '127.0.0.1', () => done()));
  const redirectUri = `http://127.0.0.1:${(desktop.address() as AddressInfo).port}/done`;
  const verifier = 'abcdefghij'.repeat(5);
  const query = new URLSearchParams({ redirect_uri: redirectUri, state: 'state-of-the-app', code_challenge: createHash('sha256').update(verifier).digest('base64url'), device });
  const answer = () => heard.find(({ pathname }) => pathname === '/done')!.searchParams;
  return {
    address: (url) => `${url}/desktop?${query}`,
    redirectUri,
    answer,
    redeem: (server) => call<{ token: string }>(server, 'POST', '/api/v1/users/token', { body: { code: answer().get('code'), codeVerifier: verifier, redirectUri } }),
    close() {
      desktop.close();
      desktop.closeAllConnections();
    },
  };
}
