/** Everything that the app goes out for: the one list; the ledger shows each by its name in the screen's language. */
export const EGRESS_PURPOSES = ['model', 'modelList', 'modelPull', 'embedding', 'mcp', 'telemetry', 'sync', 'update'] as const;
export type EgressPurpose = (typeof EGRESS_PURPOSES)[number];
