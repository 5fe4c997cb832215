import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/** The file of the built page that a URL path names (`/` is index.html); undefined when there is none or it would lie outside. */
export async function readPageFile(dir: string, path: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; mediaType: string } | undefined> {
  const file = fileUnder(dir, path === '/' ? '/index.html' : path);
  const bytes = file ? await readFile(file).catch(() => undefined) : undefined;
  return file && bytes ? { bytes: new Uint8Array(bytes), mediaType: MEDIA_TYPES[extname(file)] ?? 'application/octet-stream' } : undefined;
}

function fileUnder(dir: string, path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0')) return undefined;
  const file = normalize(join(dir, decoded));
  return file.startsWith(normalize(dir) + sep) ? file : undefined;
}
