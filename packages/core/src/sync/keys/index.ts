/** End-to-end encryption (docs/keys.md). An entry of its own, because libsodium is large and most screens never need it. */
export { openCipher, fromText, toText, type Cipher, type KeyPair } from './cipher.ts';
export * from './keyMessages.ts';
export * from './accountKeys.ts';
export * from './pins.ts';
export * from './wrap.ts';
export * from './epochKeys.ts';
export * from './invitation.ts';
export * from './linkKey.ts';
export * from './keyring.ts';
export * from './keyApi.ts';
export * from './keyWatch.ts';
export * from '../seal.ts';
export type { SecretTextProblem } from './secretText.ts';
