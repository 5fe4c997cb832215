export * from './accessSchema.ts';
export * from './syncSchema.ts';
