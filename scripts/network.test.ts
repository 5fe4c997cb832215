/** Only the egress gate, the engine's transport below it and the hosts' own listeners may touch the network; read from the source itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { EGRESS_PURPOSES } from '../packages/core/src/llm/egressPurpose.ts';

const root = join(import.meta.dirname, '..');

/** Who may use what, and why. Nobody else may use any of it. */
const ALLOWED: Readonly<Record<string, { uses: readonly string[]; why: string }>> = {
  'packages/core/src/engine/createEngine.ts': { uses: ['globalThis.fetch'], why: 'hands the platform to the gate' },
  'packages/core/src/llm/egress.ts': { uses: ['fetch('], why: 'the gate: its own method has that name' },
  'packages/core/src/llm/egressSocket.ts': { uses: ['new WebSocket'], why: 'the gate for connections that stay open' },
  'packages/core/src/engine/sync/browserSignIn.ts': { uses: ['node:http'], why: 'listens on 127.0.0.1 for the browser that signs in' },
  'packages/core/src/engine/transport.ts': { uses: ['node:tls', 'undici'], why: 'the way below the gate: proxies and certificate authorities' },
  'apps/desktop/src/hosts/commands/agentOptions.ts': { uses: ['globalThis.fetch'], why: 'hands the platform to the gate of the command line' },
  'apps/desktop/src/hosts/localServer.ts': { uses: ['node:http', 'ws'], why: 'listens on 127.0.0.1' },
  'apps/desktop/src/hosts/mcpListener.ts': { uses: ['node:http'], why: 'listens on 127.0.0.1' },
  'apps/desktop/src/hosts/engineHost.ts': { uses: ['node:http', 'node:net', 'ws', 'new WebSocket'], why: 'a socket file between two processes of this machine' },
  'apps/desktop/src/bridge.ts': { uses: ['new WebSocket', 'fetch('], why: 'the page talks to its own host; the page policy refuses any other' },
  'apps/desktop/src/main/updates.ts': { uses: ['electron-updater'], why: 'packaged builds whose owner switched it on' },
  'apps/sync-server/src/accounts/providers.ts': { uses: ['fetch('], why: 'the server asks GitHub for the confirmed addresses of who signs in by it' },
  'apps/sync-server/src/monitoring/endpoint.ts': { uses: ['node:http'], why: 'the server listens for who reads its metrics' },
  'apps/sync-server/src/monitoring/traces.ts': { uses: ['fetch('], why: 'the server tells the collector of its operator, where one is configured' },
  'apps/sync-server/src/config.ts': { uses: ['node:net'], why: 'reads addresses, opens nothing' },
  'apps/sync-server/src/signOn/addresses.ts': { uses: ['node:net'], why: 'reads addresses, opens nothing' },
  'apps/sync-server/src/signOn/module.ts': { uses: ['node:dns/promises'], why: 'asks for the proof of domains that workspaces claim' },
  'apps/sync-server/src/signOn/network.ts': { uses: ['fetch(', 'node:dns', 'node:http', 'node:https', 'node:net'], why: 'asks identity providers of workspaces, and nothing in the private network' },
  'apps/sync-server/viewer/src/main.tsx': { uses: ['fetch('], why: 'the page of a link talks to its own server; the page policy refuses any other' },
  'apps/sync-server/viewer/src/pageSocket.ts': { uses: ['new WebSocket'], why: 'the page of a link talks to its own server; the page policy refuses any other' },
  'apps/sync-server/src/server.ts': { uses: ['node:http', 'ws'], why: 'the server listens' },
};

const MODULES = new Set(['net', 'http', 'https', 'http2', 'tls', 'dns', 'dns/promises', 'dgram', 'undici', 'ws', 'node-fetch', 'axios', 'got', 'ky', 'superagent', 'electron-updater', 'socket.io-client', 'eventsource', 'cross-fetch']);
const GLOBALS: readonly [string, RegExp][] = [
  ['fetch(', /(?<![.\w$])fetch\s*\(/],
  ['globalThis.fetch', /\b(?:globalThis|window|self|global|net)\s*\??\.\s*fetch\b/],
  ['new WebSocket', /\bnew\s+WebSocket\b/],
  ['EventSource', /\bnew\s+EventSource\b/],
  ['XMLHttpRequest', /\bXMLHttpRequest\b/],
  ['sendBeacon', /\bsendBeacon\b/],
  ['WebTransport', /\b(?:WebTransport|RTCPeerConnection)\b/],
  ['importScripts', /\bimportScripts\b/],
];

/** What a source touches of the network: modules that it really imports (types are nothing at run time) and globals that it uses. */
function networkUses(text: string): string[] {
  const uses = new Set<string>();
  for (const match of text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(?!type\b)([^'";]*?)from\s*['"]([^'"]+)['"]|(?:import|require)\(\s*['"`]([^'"`]+)['"`]\s*\)|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g)) {
    const names = match[1]?.trim() ?? '';
    if (/^\{[^}]*\}$/.test(names) && names.slice(1, -1).split(',').every((name) => !name.trim() || name.trim().startsWith('type '))) continue;
    const specifier = match[2] ?? match[3] ?? match[4] ?? '';
    if (MODULES.has(specifier.replace(/^node:/, ''))) uses.add(specifier);
  }
  // A type position is no use: `typeof fetch`, `typeof globalThis.fetch`.
  const code = withoutStrings(text).replace(/\btypeof\s+(?:globalThis\.)?fetch\b/g, '');
  for (const [name, pattern] of GLOBALS) if (pattern.test(code)) uses.add(name);
  return [...uses];
}

interface Source {
  path: string;
  text: string;
}

const isTest = (path: string) => /\.test\.tsx?$|\/(fixtures|testing|testServers?)(\/|\.)|[tT]est(Server|Bench|Support|Kit)|\.tmp\./.test(path);

function sources(): Source[] {
  return ['packages/core/src', 'packages/ui/src', 'apps/desktop/src', 'apps/sync-server/src', 'apps/sync-server/viewer/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:tsx?|mts|cts|mjs|cjs|js)$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter((path) => !isTest(path))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  );
}

const violations = (all: readonly Source[]) => all.flatMap(({ path, text }) => networkUses(text).filter((use) => !ALLOWED[path]?.uses.includes(use)).map((use) => `${path} uses ${use}`));

test('nobody else touches the network', () => {
  const all = sources();
  expect(all.length).toBeGreaterThan(300);
  expect(violations(all)).toEqual([]);
});

test('the list names nothing that is not used any more', () => {
  const stale = Object.entries(ALLOWED).filter(([path]) => existsSync(join(root, path))).flatMap(([path, { uses }]) => {
    const used = networkUses(readFileSync(join(root, path), 'utf8'));
    return uses.filter((use) => !used.includes(use)).map((use) => `${path} does not use ${use}`);
  });
  expect(stale).toEqual([]);
});

test.each([
  ["import { request } from 'node:https';", 'node:https'],
  ["import http from 'http';", 'http'],
  ["export { connect } from 'node:net';", 'node:net'],
  ["const { lookup } = await import('node:dns');", 'node:dns'],
  ["const undici = require('undici');", 'undici'],
  ["import { type Agent, fetch } from 'undici';", 'undici'],
  ["import WebSocket from 'ws';", 'ws'],
  ["import 'eventsource';", 'eventsource'],
  ["await fetch('https://example.com');", 'fetch('],
  ['const send = globalThis.fetch;', 'globalThis.fetch'],
  ['window.fetch(address);', 'globalThis.fetch'],
  ["const socket = new WebSocket('wss://example.com');", 'new WebSocket'],
  ["new EventSource('/x');", 'EventSource'],
  ['const request = new XMLHttpRequest();', 'XMLHttpRequest'],
  ["navigator.sendBeacon('https://example.com', data);", 'sendBeacon'],
  ['new RTCPeerConnection();', 'WebTransport'],
])('a planted %s is found', (line, use) => {
  expect(violations([{ path: 'packages/core/src/agents/planted.ts', text: `/** Prose. */\n${line}\n` }])).toEqual([`packages/core/src/agents/planted.ts uses ${use}`]);
});

test('types, prose, strings and the gate\'s own fetch are no use of the network', () => {
  for (const line of ["import type { Agent } from 'undici';", "import { type Server } from 'node:http';", '// fetch(it)', "const text = 'fetch(x) new WebSocket';", 'let send: typeof fetch;', 'interface A { fetch?: typeof globalThis.fetch }', "await egress.fetch('model')(address);", 'const prefetch = () => prefetch();']) expect(networkUses(line), line).toEqual([]);
});

test('everything goes out for a purpose of the one list', () => {
  const used = new Set(sources().filter(({ path }) => path.startsWith('packages/core/src/')).flatMap(({ text }) => [...text.matchAll(/\bpurpose: '(\w+)'|\.fetch\('(\w+)'\)|\.check\([^()]*(?:\([^()]*\)[^()]*)*, '(\w+)'\)/g)].map((match) => match[1] ?? match[2] ?? match[3]!)));
  expect(used.size).toBeGreaterThan(3);
  expect([...used].filter((purpose) => !(EGRESS_PURPOSES as readonly string[]).includes(purpose))).toEqual([]);
});

/** The text without comments and string contents, so that prose does not look like code. */
function withoutStrings(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/[^\n]*/g, '').replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
