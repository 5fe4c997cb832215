/**
 * The messages between a client and the sync server (docs/sync-protocol.md), for both sides. What is frequent (push, changes, presence) is
 * packed; what is rare is JSON.
 */
export { LIMITS, PROTOCOL, type ClientMessage, type NumberedEntry, type PeerPresence, type PushedEntry, type Scope, type ServerMessage } from './messages.ts';
export { envelopeSchema, readEnvelope, writeEnvelope, type Envelope } from './envelope.ts';
export { changeRecord, changesFrame, decodeDown, decodeUp, encodeDown, encodeUp, ownRecord, presenceFrame, stateFrame } from './frames.ts';
export { isVisitor, VISITOR_NAME_LENGTH } from './visitor.ts';
