export * from './replica.ts';
export * from './patch.ts';
export * from './patchReplica.ts';
export * from './undoStack.ts';
