/** The pure, browser-safe entry of core. */
export * from './base/index.ts';
export * from './flow/index.ts';
