import type { StoreErrorCode } from '@uxflow/core/storeErrors';
import type { ModelErrorCode } from '@uxflow/core';

/** Every code that a failure can reach a person with; a language that lacks one does not compile. */
export type ErrorCode = McpErrorCode | ModelErrorCode | ConversationErrorCode | StoreErrorCode | DocumentErrorCode | ChangeErrorCode | EngineErrorCode | HostErrorCode | SharingErrorCode;

/** Files that are no flow, or not a whole one. */
export type DocumentErrorCode = 'DOCUMENT_INVALID' | 'DOCUMENT_NOT_A_FLOW' | 'DOCUMENT_NOT_JSON' | 'DOCUMENT_NOT_TEXT' | 'DOCUMENT_TOO_LARGE' | 'DOCUMENT_TRUNCATED' | 'DOCUMENT_VERSION_UNKNOWN';

/** Changes that do not fit the flow. */
export type ChangeErrorCode =
  | 'ENTRY_INVALID'
  | 'INTENT_EMPTY'
  | 'OP_FIELD_CHANGED'
  | 'OP_FIELD_INVALID'
  | 'OP_ID_TAKEN'
  | 'OP_KIND_UNKNOWN'
  | 'OP_OUT_OF_SCOPE'
  | 'OP_RECORD_MISSING'
  | 'OP_REFERENCE_MISSING'
  | 'OP_VALUE_INVALID'
  | 'TRANSACTION_INVALID'
  | 'TRANSACTION_SCHEMA'
  | 'REPLICA_READ_ONLY';

/** What the engine refuses or cannot do. */
export type EngineErrorCode =
  | 'PROMPT_AGENT_UNKNOWN'
  | 'PROMPT_CHANGE_DECIDED'
  | 'PROMPT_CHANGE_NOT_LAST'
  | 'PROMPT_IN_USE'
  | 'PROMPT_INVALID'
  | 'PROMPT_KNOWN'
  | 'PROMPT_LEARNING_OFF'
  | 'PROMPT_NOT_FOUND'
  | 'PROMPT_NOT_MEASURED'
  | 'AUTHOR_REFUSED'
  | 'BUDGET_PRICE_UNKNOWN'
  | 'BUDGET_USED_UP'
  | 'EGRESS_REFUSED'
  | 'ENDPOINT_CA_INVALID'
  | 'ENDPOINT_HEADER_INVALID'
  | 'ENDPOINT_PROXY_INVALID'
  | 'ENTRY_NOT_FOUND'
  | 'ENTRY_OF_OTHER_LOG'
  | 'ENTRY_TOO_LARGE'
  | 'FINDING_GONE'
  | 'FLOW_NOT_DELETED'
  | 'KEY_EMPTY'
  | 'LAYOUT_CLOSED'
  | 'LAYOUT_FAILED'
  | 'LOG_NEEDS_NEWER_APP'
  | 'LOG_VERSION_UNKNOWN'
  | 'NAME_EMPTY'
  | 'PRICE_PATTERN_INVALID'
  | 'STORE_NEWER'
  | 'TELEMETRY_ENDPOINT_INVALID'
  | 'TELEMETRY_FAILED'
  | 'TELEMETRY_NO_ENDPOINT'
  | 'VERSION_NOT_FOUND'
  | 'INTERNAL';

/** Messages, turns and proposals. */
export type ConversationErrorCode =
  | 'AGENT_INPUT_INVALID'
  | 'AGENT_OUTPUT_INVALID'
  | 'AGENT_UNKNOWN'
  | 'DESIGN_INVALID'
  | 'IMAGE_GONE'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_TYPE_UNSUPPORTED'
  | 'IMAGE_UNREADABLE'
  | 'MESSAGE_EMPTY'
  | 'MESSAGE_NOT_TEXT'
  | 'MESSAGE_TOO_LONG'
  | 'NO_FLOW_SEEN'
  | 'PLAN_EMPTY'
  | 'PROPOSAL_CLOSED'
  | 'PROPOSAL_NOT_FOUND'
  | 'TURN_CANCELLED'
  | 'TURN_NOT_ASKED'
  | 'TURN_NOT_FOUND'
  | 'TURN_NOT_WAITING';

/** Other agents on the app's tools, and the person's own MCP servers. */
export type McpErrorCode =
  | 'MCP_ADDRESS_INVALID'
  | 'MCP_ARGUMENTS_INVALID'
  | 'MCP_ARGUMENTS_TOO_LARGE'
  | 'MCP_BUSY'
  | 'MCP_CALL_CANCELLED'
  | 'MCP_CARD_UNFIT'
  | 'MCP_CARDS_OR_WORDS'
  | 'MCP_CONSENT_DENIED'
  | 'MCP_CONSENT_NO_SCREEN'
  | 'MCP_CONSENT_TIMED_OUT'
  | 'MCP_FLOW_READ_ONLY'
  | 'MCP_FLOW_UNKNOWN'
  | 'MCP_NOTHING_TO_CHANGE'
  | 'MCP_OFF'
  | 'MCP_PORT_IN_USE'
  | 'MCP_PORT_INVALID'
  | 'MCP_PORT_REFUSED'
  | 'MCP_PROPOSAL_UNKNOWN'
  | 'MCP_RESULT_TOO_LARGE'
  | 'MCP_REVISION_STALE'
  | 'MCP_SECRET_INVALID'
  | 'MCP_SERVER_FAILED'
  | 'MCP_SERVER_FLOODS'
  | 'MCP_SERVER_GONE'
  | 'MCP_SERVER_NOT_STARTED'
  | 'MCP_SERVER_REFUSED'
  | 'MCP_SERVER_SILENT'
  | 'MCP_SERVER_TOOL_UNKNOWN'
  | 'MCP_SERVER_UNKNOWN'
  | 'MCP_TOO_MANY_PROPOSALS'
  | 'MCP_TOO_MANY_SERVERS'
  | 'MCP_TOOL_DENIED'
  | 'MCP_TOOL_UNKNOWN';

/** Accounts on a server, sharing and sync; some are the server's own. */
export type SharingErrorCode =
  | 'ACCOUNT_SUSPENDED'
  | 'ALREADY_INVITED'
  | 'ALREADY_MEMBER'
  | 'ASIDE_GONE'
  | 'CHALLENGE_INVALID'
  | 'CODE_USED'
  | 'CODE_WRONG'
  | 'EMAIL_UNVERIFIED'
  | 'ENTRY_UNREADABLE'
  | 'ENVELOPE_INVALID'
  | 'EPOCH_CHANGED'
  | 'FLOW_EXISTS'
  | 'FLOW_ID_TAKEN'
  | 'FLOW_NOT_CONNECTED'
  | 'FLOW_SHARED_ALREADY'
  | 'FRAME_MALFORMED'
  | 'INPUT_INVALID'
  | 'INVITATION_NOT_OPENED'
  | 'KEYS_NOT_OPENED'
  | 'KEY_CHANGED'
  | 'KEY_EPOCH_BACK'
  | 'KEY_HISTORY_BROKEN'
  | 'KEY_TEXT_INVALID'
  | 'LINK_NOT_OPENED'
  | 'LOG_KEY_MISSING'
  | 'PERMISSION_MISSING'
  | 'RATE_LIMITED'
  | 'REKEY'
  | 'ROLE_COMMENTS_ONLY'
  | 'ROLE_READS_ONLY'
  | 'ROLE_TOO_HIGH'
  | 'SEATS_FULL'
  | 'SECOND_FACTOR_NEEDED'
  | 'SERVER_ADDRESS_INSECURE'
  | 'SERVER_ADDRESS_INVALID'
  | 'SERVER_STRANGE'
  | 'SERVER_UNREACHABLE'
  | 'SESSION_INVALID'
  | 'SHARED_FLOW_LATE'
  | 'SHARED_FLOW_NOT_FOUND'
  | 'SHARED_FLOW_NOT_READY'
  | 'SHARED_FLOW_UNREADABLE'
  | 'SIGNED_OUT'
  | 'SIGN_IN_CANCELLED'
  | 'SIGN_IN_FAILED'
  | 'SIGN_IN_LOCKED'
  | 'SIGN_IN_REFUSED'
  | 'STORAGE_FULL'
  | 'TOKEN_INVALID'
  | 'WORKSPACE_LIMIT'
  | 'WORKSPACE_NOT_FOUND'
  | 'WORKSPACE_NOT_WRITABLE'
  | 'WRAP_REFUSED';

/** What lies between the screen and the engine, and what keeps a host from starting. */
export type HostErrorCode = 'BAD_REQUEST' | 'ENGINE_AWAY' | 'INTERNAL_SERVER_ERROR' | 'PORT_IN_USE' | 'PORT_REFUSED' | 'SECRETS_NOT_WRITTEN' | 'SECRETS_UNREADABLE' | 'SOCKET_UNAVAILABLE';

/** Parameters of an error, as the engine sends them. */
export type ErrorParams = Readonly<Record<string, unknown>>;
/** What an error says: from its parameters, and from the engine's own English sentence. */
export type ErrorSentence = (params: ErrorParams, message: string) => string;
