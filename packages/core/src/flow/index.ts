export * from './fieldKind.ts';
export * from './schema.ts';
export * from './fields.ts';
export * from './transaction.ts';
