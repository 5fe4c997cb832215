/** Where the package of the browser's half of WebAuthn has its script. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The file; it defines `SimpleWebAuthnBrowser`. */
export function webauthnFile(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@simplewebauthn/browser')), '../dist/bundle/index.umd.min.js');
}
