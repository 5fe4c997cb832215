import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { agentNameSchema, errorInfoSchema } from '../agents/turnSchema.ts';
import { providerNames } from '../llm/providerTable.ts';
import { pullStepSchema } from '../llm/pullProgress.ts';

/** Where an answer comes from: the rules in the app, or a model of a provider. */
const connectedChoiceSchema = z.object({ provider: z.enum(providerNames), baseUrl: z.string(), model: z.string() });
export const modelChoiceSchema = z.discriminatedUnion('provider', [z.object({ provider: z.literal('rules') }), connectedChoiceSchema]);

/** How good answers are to be, and what they may cost: each mode has its models. */
export const qualitySchema = z.enum(['standard', 'pro']);
/** Models that are set for single agents of a mode. */
const overridesSchema = z.partialRecord(agentNameSchema, modelChoiceSchema);
const modesSchema = z.object({ standard: overridesSchema, pro: overridesSchema });
const dollarsSchema = z.number().min(0).max(1_000_000).nullable();
const budgetSchema = z.object({
  /** US dollars a day and a month of the person's calendar; null for no limit. */
  dayUsd: dollarsSchema,
  monthUsd: dollarsSchema,
  /** A turn then fails and can be tried again, or goes on with the rules. */
  whenUsedUp: z.enum(['stop', 'rules']),
  /** Whether models of unknown price are left alone while there is a limit. */
  refuseUnknown: z.boolean(),
});
/** Where calls of models are told by OTLP over HTTP, and whether each is told by itself. */
const telemetrySchema = z.object({ endpoint: z.string().max(500), isOn: z.boolean() });

const settingsFields = {
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
  /** The name that history shows for the person's own edits. */
  userName: z.string(),
  model: modelChoiceSchema,
  /** The mode that new turns run in. */
  quality: qualitySchema,
  /** The model of mode pro; null for the same as standard. */
  proModel: modelChoiceSchema.nullable(),
  modes: modesSchema,
  budget: budgetSchema,
  telemetry: telemetrySchema,
  /** Who is asked, in order, when the model fails in a way that another may mend; after them the rules. */
  fallbacks: z.array(connectedChoiceSchema).max(8),
  /** Whether a question that was answered before gets that answer. */
  keepsAnswers: z.boolean(),
  /** The model that places texts by their meaning; null for none. */
  embeddingModel: connectedChoiceSchema.nullable(),
  /** Refuses every connection but loopback and `onPremiseHosts`. */
  localOnly: z.boolean(),
  onPremiseHosts: z.array(z.string()),
  /** Whether the analyst looks at turns that were corrected. */
  learnFromCorrections: z.boolean(),
  snapToGrid: z.boolean(),
  showMinimap: z.boolean(),
};

export const settingsSchema = z.object({
  theme: settingsFields.theme.default('system'),
  language: settingsFields.language.default('system'),
  userName: settingsFields.userName.default(''),
  model: settingsFields.model.default({ provider: 'rules' }),
  quality: settingsFields.quality.default('standard'),
  proModel: settingsFields.proModel.catch(null).default(null),
  modes: z.object({ standard: overridesSchema.catch({}).default({}), pro: overridesSchema.catch({}).default({}) }).catch({ standard: {}, pro: {} }).default({ standard: {}, pro: {} }),
  budget: z
    .object({
      dayUsd: dollarsSchema.catch(null).default(null), monthUsd: dollarsSchema.catch(null).default(null), whenUsedUp: budgetSchema.shape.whenUsedUp.default('stop'),
      refuseUnknown: budgetSchema.shape.refuseUnknown.default(false),
    })
    .default({ dayUsd: null, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false }),
  telemetry: settingsFields.telemetry.default({ endpoint: '', isOn: false }),
  fallbacks: settingsFields.fallbacks.default([]),
  keepsAnswers: settingsFields.keepsAnswers.default(true),
  embeddingModel: settingsFields.embeddingModel.catch(null).default(null),
  localOnly: settingsFields.localOnly.default(false),
  onPremiseHosts: settingsFields.onPremiseHosts.default([]),
  learnFromCorrections: settingsFields.learnFromCorrections.default(true),
  snapToGrid: settingsFields.snapToGrid.default(true),
  showMinimap: settingsFields.showMinimap.default(true),
});
/** A change of settings: without defaults, for a default would reset what is not given. */
export const settingsChangeSchema = z.object(settingsFields).partial();
export type Settings = z.infer<typeof settingsSchema>;
export type Quality = z.infer<typeof qualitySchema>;
export type ModelChoice = z.infer<typeof modelChoiceSchema>;
/** A choice that reaches somebody. */
export type ConnectedChoice = Exclude<ModelChoice, { provider: 'rules' }>;

/** How well the host keeps a secret: `keychain` (the system's), `file` (mode 0600), `session` (gone when the app closes). */
export const secretStrengthSchema = z.enum(['keychain', 'file', 'session']);

export const egressRecordSchema = z.object({
  id: z.string(),
  startedAt: z.number().int(),
  host: z.string(),
  port: z.number().int(),
  purpose: z.string(),
  method: z.string(),
  status: z.number().int().optional(),
  requestBytes: z.number().int(),
  responseBytes: z.number().int(),
  ms: z.number(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  /** Why it was refused. */
  reason: z.string().optional(),
});
export const egressTotalSchema = z.object({ host: z.string(), requests: z.number().int(), refused: z.number().int(), failed: z.number().int(), requestBytes: z.number(), responseBytes: z.number(), lastAt: z.number().int() });
export type EgressTotalView = z.infer<typeof egressTotalSchema>;

const pullBytes = { completedBytes: z.number(), totalBytes: z.number().optional(), freeBytes: z.number().optional() };

/**
 * How Ollama's fetching of a model stands. `stopped` says what is known of the download after it was cancelled: `ended` (its unfinished
 * file has stopped growing), `goesOn` (it still grows: somebody else fetches it too), `finished` (it was there already), `unknown` (it
 * runs where nothing can be seen). `freeBytes` is the room on Ollama's disk, absent where that is unknown.
 */
export const pullStateSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('running'), step: pullStepSchema, bytesPerSecond: z.number().optional(), ...pullBytes }),
  z.object({ phase: z.literal('stopping'), ...pullBytes }),
  z.object({ phase: z.literal('stopped'), outcome: z.enum(['ended', 'goesOn', 'finished', 'unknown']), ...pullBytes }),
  z.object({ phase: z.literal('failed'), error: errorInfoSchema, ...pullBytes }),
  z.object({ phase: z.literal('done'), ...pullBytes }),
]);
export type PullState = z.infer<typeof pullStateSchema>;

/** What a model was seen to do when it was tried. */
export const modelProbeSchema = z.object({
  /** ms UTC. */
  at: z.number().int(),
  structured: z.enum(['yes', 'repaired', 'no']),
  vision: z.enum(['yes', 'no', 'unknown']),
  /** Absent where it was tried by an older version. */
  tools: z.enum(['yes', 'no', 'unknown']).optional(),
  contextTokens: z.number().optional(),
  tokensPerSecond: z.number().optional(),
});
export type KeptProbe = z.infer<typeof modelProbeSchema>;

const pullTarget = z.object({ baseUrl: z.string().max(500), model: z.string().max(300) });

export const settingsRoutes = {
  get: oc.output(settingsSchema),
  /** Changes what is given; the answer is the whole. */
  set: oc.input(settingsChangeSchema).output(settingsSchema),
  watch: oc.output(eventIterator(settingsSchema)),
};

export const modelRoutes = {
  /** Models of a provider; `error` says exactly why there are none. */
  list: oc
    .input(z.object({ provider: z.enum(providerNames), baseUrl: z.string() }))
    .output(z.object({ models: z.array(z.object({ name: z.string(), sizeBytes: z.number().optional(), details: z.string().optional() })), error: errorInfoSchema.optional() })),
  /** Looks for Ollama on its default port. */
  detectOllama: oc.output(z.object({ found: z.boolean(), baseUrl: z.string(), version: z.string().optional() })),
  /** Has Ollama fetch a model, or joins in when it is being fetched; ends with its last state. Leaving it does not stop it. */
  pull: oc.input(pullTarget).output(eventIterator(pullStateSchema)),
  /** Stops fetching; the stream of `pull` says what came of it. False when nothing is being fetched. */
  cancelPull: oc.input(pullTarget).output(z.object({ isStopping: z.boolean() })),
  /** What is being fetched now. */
  pulls: oc.output(z.array(pullTarget)),
  /** Asks the model for one small answer; says exactly what failed. */
  test: oc.input(modelChoiceSchema).output(z.object({ ok: z.boolean(), ms: z.number(), reply: z.string().optional(), error: errorInfoSchema.optional() })),
  /** Asks a model a few small questions to see what it can do, and keeps what came of it. */
  probe: oc.input(modelChoiceSchema).output(z.object({ probe: modelProbeSchema.optional(), error: errorInfoSchema.optional() })),
  /** What the last probe of a model showed; contacts nobody. */
  keptProbe: oc.input(modelChoiceSchema).output(z.object({ probe: modelProbeSchema.optional() })),
  /** Keeps (or with null forgets) the key of an endpoint; it never comes back out. */
  setKey: oc.input(z.object({ baseUrl: z.string(), key: z.string().nullable() })).output(z.object({ strength: secretStrengthSchema })),
  keyStatus: oc.input(z.object({ baseUrl: z.string() })).output(z.object({ present: z.boolean(), strength: secretStrengthSchema })),
};

export const appRoutes = {
  info: oc.output(
    z.object({
      version: z.string(),
      host: z.enum(['electron', 'local-server', 'cli', 'test']),
      dataFolder: z.string(),
      secretStrength: secretStrengthSchema,
      /** Why nothing can be written, when that is so. */
      readOnly: errorInfoSchema.optional(),
    }),
  ),
  /** The connections that the engine made or refused, newest first. */
  egressTotals: oc.output(z.array(egressTotalSchema)),
  /** Tells that rows were added. */
  egressWatch: oc.output(eventIterator(z.object({ type: z.literal('changed') }))),
  egress: oc.input(z.object({ limit: z.number().int().max(500).default(100) })).output(z.array(egressRecordSchema)),
};
