export * from './replica.ts';
export * from './patch.ts';
export * from './patchReplica.ts';
export * from './undoStack.ts';
export * from './protocol.ts';
export * from './codec.ts';
export * from './logSync.ts';
export * from './client.ts';
