/** The pure, browser-safe entry of core. */
export * from './base/index.ts';
export * from './flow/index.ts';
export * from './layout/index.ts';
export * from './exchange/index.ts';
export * from './sync/index.ts';
