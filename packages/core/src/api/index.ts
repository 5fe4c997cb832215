/** The typed contract between screens and the engine. Browser-safe: schemas only. */
export { contract, type Contract } from './contract.ts';
export { createApiClient, toAppError, type ApiClient } from './client.ts';
export { agentInfoSchema, agentRunEventSchema } from './agentRoutes.ts';
export { chatEventSchema } from './chatRoutes.ts';
export { endpointSettingsSchema, type EndpointChange, type EndpointHealth, type EndpointSettings, type EndpointView } from './endpointRoutes.ts';
export { type FitnessState } from './fitnessRoutes.ts';
export { findingSchema, flowSummarySchema, historyEntrySchema, viewEventSchema, viewKindSchema } from './flowRoutes.ts';
export { keysSchema, type AccountKeysView, type InvitationLink, type KeyMemberView, type KeyNote, type KeysView, type WorkspaceKeysView } from './keyRoutes.ts';
export { MCP_TOOL_NAMES, mcpConsentSchema, mcpToolNameSchema, mcpTransportSchema, type McpAnswer, type McpCall, type McpConsent, type McpQuestion, type McpServerView, type McpState, type McpToolListing, type McpToolName, type McpToolResult, type McpTransport } from './mcpRoutes.ts';
export { choiceFor, leadChoice, LIGHT_AGENTS, type ChoiceOrigin } from './quality.ts';
export { promptsSchema, type AgentPrompts, type PromptChangeView, type PromptEvidence, type PromptProblem, type Prompts, type PromptStanding, type PromptTrialView, type PromptVariantView } from './promptRoutes.ts';
export { accountSchema, syncStatusSchema, type AccountView, type Aside, type FlowSyncEvent, type FlowSyncStatus, type PeerView, type RemoteFlow, type RemoteMember, type RemoteProject, type RemoteWorkspace, type Shown } from './syncRoutes.ts';
export { securitySignalSchema, type SecuritySignal } from './securityRoutes.ts';
export { egressRecordSchema, modelChoiceSchema, modelProbeSchema, qualitySchema, secretStrengthSchema, settingsSchema, type ConnectedChoice, type EgressTotalView, type KeptProbe, type ModelChoice, type PullState, type Quality, type Settings } from './settingsRoutes.ts';
export { type BudgetView, type CostEstimate, type PriceListView, type UsageCall, type UsageView } from './usageRoutes.ts';
export { type Inbox, type MentionView, type OpenInvitation, type OwnInvitation, type WorkspaceDetail, type WorkspaceMember } from './workspaceRoutes.ts';
import type { z } from 'zod';
import type { agentInfoSchema, agentRunEventSchema } from './agentRoutes.ts';
import type { chatEventSchema } from './chatRoutes.ts';
import type { findingSchema, flowSummarySchema, historyEntrySchema, viewEventSchema } from './flowRoutes.ts';

export type FlowSummary = z.infer<typeof flowSummarySchema>;
export type FindingView = z.infer<typeof findingSchema>;
export type ViewEvent = z.infer<typeof viewEventSchema>;
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type ChatEvent = z.infer<typeof chatEventSchema>;
export type AgentInfo = z.infer<typeof agentInfoSchema>;
export type AgentRunEvent = z.infer<typeof agentRunEventSchema>;
