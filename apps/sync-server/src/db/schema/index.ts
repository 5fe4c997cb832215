export * from './accessSchema.ts';
export * from './accountsSchema.ts';
export * from './syncSchema.ts';
export * from './outboxSchema.ts';
export * from './workspaceSchema.ts';
export * from './keySchema.ts';
export * from './passkeySchema.ts';
export * from './emailChangeSchema.ts';
