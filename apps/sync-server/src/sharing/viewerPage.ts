/** The page that a link opens, and what it loads: built by buildViewer.ts, handed out from memory, the same for every link. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'hono';
import type { ServerApp, ServerEnv } from '../access/context.ts';
import { accessProblem } from '../access/errors.ts';
import type { AccessLayer } from '../access/layer.ts';
import type { Site } from '../access/site.ts';
import { linkProblem } from './errors.ts';
import { LINK_PATH } from './service.ts';

interface ViewerFile {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  brotli: Uint8Array<ArrayBuffer> | undefined;
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml; charset=utf-8', wasm: 'application/wasm' };
/** Beside the bundle of the server; where it runs from its source, where it is built. */
const FOLDERS = [join(import.meta.dirname, 'viewer'), join(import.meta.dirname, '../../out/viewer')];

/** Adds `/s/…` and the files of the page. */
export function addViewerPage(app: ServerApp, layer: AccessLayer, site: Site): void {
  let viewer: Viewer | undefined;
  const find = () => (viewer ??= readViewer());
  layer.addRule('GET', `${LINK_PATH}/:address`, { as: 'anyone' });
  app.get(`${LINK_PATH}/:address`, (context) => {
    const { page } = find() ?? missing();
    context.header('Content-Security-Policy', policyOf(site));
    context.header('X-Robots-Tag', 'noindex, nofollow');
    context.header('Referrer-Policy', 'no-referrer');
    // The page names files of this version: it is asked for anew each time, they never are.
    context.header('Cache-Control', 'no-cache');
    return context.html(page);
  });
  layer.addRule('GET', '/viewer/:file', { as: 'anyone' });
  app.get('/viewer/:file', (context) => {
    const file = find()?.files.get(context.req.param('file'));
    if (!file) throw accessProblem('ROUTE_UNKNOWN');
    return answer(context, file);
  });
}

interface Viewer {
  page: string;
  files: ReadonlyMap<string, ViewerFile>;
}

/** Undefined where it was never built; then it is looked for again. */
function readViewer(): Viewer | undefined {
  const folder = FOLDERS.find((one) => existsSync(join(one, 'index.html')));
  if (!folder) return undefined;
  const files = new Map<string, ViewerFile>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[name.split('.').at(-1)!];
    if (!type) continue;
    const compressed = join(folder, `${name}.br`);
    files.set(name, { type, bytes: new Uint8Array(readFileSync(join(folder, name))), brotli: existsSync(compressed) ? new Uint8Array(readFileSync(compressed)) : undefined });
  }
  return { page: readFileSync(join(folder, 'index.html'), 'utf8'), files };
}

function answer(context: Context<ServerEnv>, { type, bytes, brotli }: ViewerFile): Response {
  context.header('Content-Type', type);
  context.header('Cache-Control', 'public, max-age=31536000, immutable');
  context.header('Vary', 'Accept-Encoding');
  if (!brotli || !/\bbr\b/.test(context.req.header('accept-encoding') ?? '')) return context.body(bytes);
  context.header('Content-Encoding', 'br');
  return context.body(brotli);
}

/** Own files, and the socket of this server. `wasm-unsafe-eval`: the cipher of encrypted flows is WebAssembly; code from strings stays forbidden. */
function policyOf(site: Site): string {
  const socket = site.publicUrl().replace(/^http/, 'ws');
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(socket).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

function missing(): never {
  throw linkProblem('VIEWER_MISSING');
}
