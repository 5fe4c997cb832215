/** MCP in the engine: tools for other agents, and the person's own servers for ours. */
export { createMcpService, type McpDoor, type McpHost, type McpListener, type McpService } from './mcpService.ts';
export { createEngineFlowPort } from './engineFlowPort.ts';
export { serveMcpClient, type ToolDesk } from './protocolServer.ts';
export type { McpToolbox, ToolResult } from './toolbox.ts';
export { toolListings } from './flowTools.ts';
