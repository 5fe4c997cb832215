import { readPageFile } from '../hosts/pageFiles.ts';
import { securityHeaders } from '../hosts/securityHeaders.ts';

/** Answers requests of the app's own scheme with the files of the built page, under a strict content security policy. */
export function createPageHandler(rendererDir: string): (request: { url: string; method?: string }) => Promise<Response> {
  return async ({ url }) => {
    const { host, pathname } = new URL(url);
    const file = host === 'app' ? await readPageFile(rendererDir, pathname) : undefined;
    const headers = securityHeaders("'self'");
    return file ? new Response(file.bytes, { headers: { ...headers, 'content-type': file.mediaType } }) : new Response('Not found.', { status: 404, headers });
  };
}
