/** The engine: everything wired together. Runs in Node only. */
export { createEngine, type Engine } from './createEngine.ts';
export type { EngineDependencies, SecretStore } from './dependencies.ts';
export type { EngineRouter } from './router.ts';
export { serveMcpClient, toolListings, type McpDoor, type McpHost, type McpListener, type ToolDesk } from './mcp/index.ts';
export { promptsOfFolder } from './prompts/promptsOfFolder.ts';
export { daysToPeriod, usageOfFolder } from './usageOfFolder.ts';
export { createElkRunner } from './elkRunner.ts';
