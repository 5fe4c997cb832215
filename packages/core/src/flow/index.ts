export * from './fieldKind.ts';
export * from './schema.ts';
export * from './fields.ts';
export * from './transaction.ts';
export * from './validate.ts';
export * from './graph.ts';
export * from './flatten.ts';
export * from './diff.ts';
