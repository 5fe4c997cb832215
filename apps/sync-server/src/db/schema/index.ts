export * from './accessSchema.ts';
export * from './accountsSchema.ts';
export * from './syncSchema.ts';
