/**
 * The built app and a browser on it, watched: run by `offline.e2e.test.ts`, inside a network namespace that has nothing but loopback
 * where the machine allows one. Prints what was seen as one line of JSON.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RPCLink } from '@orpc/client/websocket';
import { createApiClient } from '@uxflow/core/api';
import { chromium, type Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { SOCKET_READY } from '../src/socketProtocol.ts';

export interface OfflineSeen {
  /** Addresses that the engine tried to reach outside of this machine, as strace saw them. */
  engine: string[];
  /** Addresses outside of this machine that the page asked for. */
  page: string[];
  /** What the page's policy did with every way out that a page has. */
  policy: Record<string, string>;
  /** Whether planted connections were seen: by strace, by the browser. */
  control: { engine: boolean; page: boolean };
  /** What the app showed: nodes of the flow, text of the ledger. */
  nodes: number;
  ledger: string;
  /** Networks of this namespace. */
  interfaces: string[];
}

/** The flow that the story makes has this many nodes at least. */
const FEWEST_NODES = 4;

const [bundle = '', browserPath = '', folder = ''] = process.argv.slice(2);
const children: ChildProcess[] = [];

/** A process under strace; `seen` reads the addresses outside of this machine that it or its children connected or sent to. */
function traced(name: string, args: string[]): { child: ChildProcess; seen: () => string[] } {
  const file = join(folder, `${name}.trace`);
  const child = spawn('strace', ['-f', '-qq', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', file, process.execPath, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return {
    child,
    seen: () =>
      [...readFileSync(file, 'utf8').matchAll(/(?:inet_addr\("([\d.]+)"\)|inet_pton\(AF_INET6, "([^"]+)")/g)]
        .map((match) => match[1] ?? match[2]!)
        .filter((address) => !/^127\.|^::1$|^::ffff:127\./.test(address)),
  };
}

async function main(): Promise<OfflineSeen> {
  const engine = traced('engine', [bundle, '--no-open', '--port', '0', '--data', join(folder, 'data')]);
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    engine.child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]+/.exec(text);
      if (found && text.includes('Ctrl+C')) resolve(found[0]);
    });
    engine.child.once('exit', (code) => reject(new Error(`The app ended with ${code}: ${text}`)));
  });
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-domain-reliability', '--disable-default-apps'] });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  context.setDefaultTimeout(30_000);
  const away: string[] = [];
  const isAway = (url: string) => /^(?:https?|wss?|ftp):/.test(url) && !/^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(url).hostname);
  const watch = (page: Page) => {
    page.on('request', (request) => isAway(request.url()) && away.push(request.url()));
    page.on('websocket', (socket) => isAway(socket.url()) && away.push(socket.url()));
  };
  context.on('page', watch);
  const page = await context.newPage();
  await page.goto(address);
  await page.getByTestId('flow-list').waitFor();
  const api = await engineOf(page);
  await api.settings.set({ localOnly: true, model: { provider: 'openai', baseUrl: 'https://api.openai.com/v1', model: 'gpt-5' } });

  // The story: a new flow, a chat by the rules (the model is out of reach), everything accepted, the settings.
  await page.locator('.page__bar .button--primary').click();
  await page.getByTestId('chat-input').fill('Login with email and password; if the password is wrong show an error and let them retry; otherwise the dashboard');
  await page.getByTestId('chat-send').click();
  await page.locator('[data-testid=plan-card] .plan__actions .button--primary').click();
  await page.getByTestId('proposal-bar').locator('.button--primary').click();
  await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
  const drawn = page.locator('.react-flow__node .node:not([data-ghost])');
  await drawn.nth(FEWEST_NODES - 1).waitFor();
  const nodes = await drawn.count();
  await page.getByTestId('chat-input').fill('What is missing in this flow?');
  await page.getByTestId('chat-send').click();
  await page.locator('.turn').nth(1).locator('[data-role=assistant]').first().waitFor();
  await page.evaluate(() => void (location.hash = '#/settings'));
  await page.getByTestId('settings').waitFor();
  const ledger = page.locator('.settings__section:has(#settings-ledger)');
  await ledger.locator('table').filter({ hasText: 'local-only is on' }).waitFor();
  const shown = await ledger.innerText();

  const requested = [...away];
  // The browser names what the policy refuses among its requests, too.
  const policy = await tryEveryWayOut(page);
  // The watch itself, by a page without a policy.
  const other = await context.newPage();
  await other.goto('about:blank');
  await other.evaluate(() => fetch('http://192.0.2.7/planted', { mode: 'no-cors', signal: AbortSignal.timeout(3000) }).catch(() => undefined));
  const isPageSeen = away.some((url) => url.includes('/planted'));
  await browser.close();

  const engineSeen = engine.seen();
  const planted = traced('planted', ['-e', "fetch('http://192.0.2.8/planted', { signal: AbortSignal.timeout(3000) }).catch(() => {})"]);
  await new Promise((resolve) => planted.child.once('exit', resolve));
  const interfaces = [...readFileSync('/proc/self/net/dev', 'utf8').matchAll(/^\s*(\S+):/gm)].map((match) => match[1]!);
  return { engine: engineSeen, page: requested, policy, control: { engine: planted.seen().includes('192.0.2.8'), page: isPageSeen }, nodes, ledger: shown, interfaces };
}

/** The engine behind the page, by the secret of the page's session. */
async function engineOf(page: Page) {
  const secret = await page.evaluate(() => Object.values({ ...sessionStorage }).at(0) as string);
  const origin = new URL(page.url()).origin;
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { origin } });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(secret));
    socket.once('message', (data) => (data.toString() === SOCKET_READY ? resolve() : reject(new Error(String(data)))));
    socket.once('error', reject);
  });
  return createApiClient(new RPCLink({ websocket: socket as never }));
}

/** What the policy of the app's own page does with each: 'refused' and the rule, or 'let through'. */
function tryEveryWayOut(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const away = 'https://example.com/out';
    const ways: Record<string, () => unknown> = {
      fetch: () => fetch(away).catch(() => undefined),
      socket: () => new WebSocket('wss://example.com/out'),
      events: () => new EventSource(away),
      beacon: () => navigator.sendBeacon(away, 'x'),
      image: () => void (new Image().src = away),
      request: () => {
        const request = new XMLHttpRequest();
        request.open('GET', away);
        request.send();
      },
      script: () => document.head.append(Object.assign(document.createElement('script'), { src: away })),
      style: () => document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: away })),
      frame: () => document.body.append(Object.assign(document.createElement('iframe'), { src: away })),
      form: () => {
        const form = Object.assign(document.createElement('form'), { action: away, method: 'post' });
        document.body.append(form);
        form.submit();
      },
      worker: () => new Worker(URL.createObjectURL(new Blob(['fetch("https://example.com/out")']))),
    };
    const seen: Record<string, string> = {};
    for (const [name, go] of Object.entries(ways)) {
      const refused = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(`refused by ${event.effectiveDirective}`), { once: true });
        setTimeout(() => resolve('let through'), 1500);
      });
      try {
        await go();
      } catch {
        // Some ways throw beside telling the violation.
      }
      seen[name] = await refused;
    }
    return seen;
  });
}

main()
  .then((seen) => process.stdout.write(`${JSON.stringify(seen)}\n`))
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(() => {
    // strace ends with the process that it follows.
    for (const child of children) {
      if (child.exitCode !== null || !child.pid) continue;
      for (const id of readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean)) process.kill(Number(id), 'SIGTERM');
    }
    setTimeout(() => process.exit(), 3000);
  });
