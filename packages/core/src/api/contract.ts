import { agentRoutes } from './agentRoutes.ts';
import { assetRoutes } from './assetRoutes.ts';
import { answerRoutes } from './answerRoutes.ts';
import { chatRoutes, proposalRoutes } from './chatRoutes.ts';
import { endpointRoutes } from './endpointRoutes.ts';
import { fitnessRoutes } from './fitnessRoutes.ts';
import { flowRoutes, flowsRoutes } from './flowRoutes.ts';
import { keyRoutes } from './keyRoutes.ts';
import { linkRoutes } from './linkRoutes.ts';
import { mcpRoutes } from './mcpRoutes.ts';
import { promptRoutes } from './promptRoutes.ts';
import { appRoutes, modelRoutes, settingsRoutes } from './settingsRoutes.ts';
import { securityRoutes } from './securityRoutes.ts';
import { accountRoutes, syncRoutes } from './syncRoutes.ts';
import { usageRoutes } from './usageRoutes.ts';
import { inboxRoutes, workspaceRoutes } from './workspaceRoutes.ts';

/** Everything that a screen may ask of the engine; the same over a MessagePort, a WebSocket, a local socket and in process. */
export const contract = {
  account: accountRoutes,
  sync: syncRoutes,
  workspaces: workspaceRoutes,
  inbox: inboxRoutes,
  keys: keyRoutes,
  assets: assetRoutes,
  links: linkRoutes,
  flows: flowsRoutes,
  flow: flowRoutes,
  chat: chatRoutes,
  agents: agentRoutes,
  proposal: proposalRoutes,
  prompts: promptRoutes,
  security: securityRoutes,
  settings: settingsRoutes,
  models: modelRoutes,
  answers: answerRoutes,
  fitness: fitnessRoutes,
  endpoints: endpointRoutes,
  mcp: mcpRoutes,
  usage: usageRoutes,
  app: appRoutes,
};

export type Contract = typeof contract;
