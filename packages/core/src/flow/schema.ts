/** The shape of a flow document. Fields carry their merge kind (`fieldKind.ts`); types are inferred, never written twice. */
import { z } from 'zod';
import { idSchema, list, optionalReference, prose, quiet, register, requiredReference, setOf, type RecordKind } from './fieldKind.ts';

/** Version of this schema; raised together with a numbered migration in `migrate.ts`. */
export const SCHEMA_VERSION = 1;
/** Version of the rules of fold; older rules stay in the code. */
export const RULES_VERSION = 1;

export const NODE_TYPES = ['start', 'end', 'screen', 'popup', 'action', 'apiCall', 'decision', 'condition', 'subflow', 'note'] as const;
export const ELEMENT_TYPES = ['input', 'button', 'link', 'text', 'list', 'image', 'toggle', 'select'] as const;
export const VARIANT_TYPES = ['loading', 'error', 'success', 'empty', 'custom'] as const;
export const TRIGGERS = ['onLoad', 'onClick', 'onSubmit', 'onSuccess', 'onError', 'ifTrue', 'ifFalse', 'onTimeout', 'onSwipe', 'onHover'] as const;
export const STATUSES = ['todo', 'inProgress', 'done'] as const;
export const PRIORITIES = ['critical', 'important', 'normal', 'info'] as const;
export const DEVICES = ['desktop', 'tablet', 'mobile'] as const;

const finite = z.number();
/** A place on the canvas: px, y down. */
export const pointSchema = z.object({ x: finite, y: finite });
/** Width and height in px. */
export const sizeSchema = z.object({ width: finite.min(1), height: finite.min(1) });
const order = () => quiet(z.string());

/** Something on a screen: a field, a button, a list. */
export const elementSchema = z.looseObject({
  order: order(),
  type: register(z.enum(ELEMENT_TYPES)),
  label: register(z.string()),
  required: register(z.boolean().optional()),
  note: prose(z.string().optional()),
});
/** A state of a screen: loading, error, empty and so on. */
export const variantSchema = z.looseObject({
  order: order(),
  type: register(z.enum(VARIANT_TYPES)),
  name: register(z.string()),
  description: prose(z.string().optional()),
  assetId: register(z.string().optional()),
});
export const checklistItemSchema = z.looseObject({ order: order(), label: register(z.string()), done: register(z.boolean()) });
export const annotationSchema = z.looseObject({
  order: order(),
  type: register(z.enum(['arrow', 'highlight', 'text'])),
  position: quiet(pointSchema),
  size: quiet(sizeSchema.optional()),
  text: prose(z.string().optional()),
  color: register(z.string().optional()),
});
export const linkSchema = z.looseObject({ order: order(), url: register(z.string()), label: register(z.string().optional()) });
/** A passage of a knowledge document that backs a node. */
export const citationSchema = z.looseObject({
  order: order(),
  documentId: register(z.string()),
  title: register(z.string()),
  quote: register(z.string().optional()),
  page: register(z.number().int().optional()),
});
/** A named way out of a `condition` node; an edge leaves by it with `sourcePort` = the item's id. */
export const conditionItemSchema = z.looseObject({ order: order(), label: register(z.string()) });

export const nodeSchema = z.looseObject({
  id: idSchema,
  type: register(z.enum(NODE_TYPES)),
  position: quiet(pointSchema),
  size: quiet(sizeSchema.optional()),
  data: z.looseObject({
    title: register(z.string()),
    description: prose(z.string().optional()),
    /** apiCall: address and method. */
    url: register(z.string().optional()),
    method: register(z.string().optional()),
    /** decision: what is asked, where it says more than the title. */
    condition: register(z.string().optional()),
    /** subflow: id of the flow that it opens. */
    subflowId: register(z.string().optional()),
    /** Who acts here: "user", "system", a role. */
    actor: register(z.string().optional()),
  }),
  frameId: optionalReference('frame'),
  personaIds: setOf('persona'),
  pinned: register(z.boolean().optional()),
  locked: register(z.boolean().optional()),
  status: register(z.enum(STATUSES).optional()),
  priority: register(z.enum(PRIORITIES).optional()),
  device: register(z.enum(DEVICES).optional()),
  color: register(z.string().optional()),
  elements: list(elementSchema),
  variants: list(variantSchema),
  checklist: list(checklistItemSchema),
  annotations: list(annotationSchema),
  links: list(linkSchema),
  citations: list(citationSchema),
  conditions: list(conditionItemSchema),
});

export const edgeSchema = z.looseObject({
  id: idSchema,
  source: requiredReference('node'),
  target: requiredReference('node'),
  /** A side (top, right, bottom, left) or the id of a condition of the source. */
  sourcePort: register(z.string().optional()),
  targetPort: register(z.string().optional()),
  data: z.looseObject({
    label: register(z.string().optional()),
    trigger: register(z.enum(TRIGGERS).optional()),
    condition: register(z.string().optional()),
    /** What makes this arm special to the eye: an error path is drawn red. */
    kind: register(z.enum(['default', 'yes', 'no', 'error', 'parallel', 'loop']).optional()),
    goalIds: setOf('goal'),
  }),
  style: z
    .looseObject({
      line: register(z.enum(['step', 'straight', 'curve']).optional()),
      dash: register(z.enum(['solid', 'dashed', 'dotted']).optional()),
      color: register(z.string().optional()),
      bothWays: register(z.boolean().optional()),
    })
    .optional(),
  /** The way that layout gave it, ports first and last, px; drawn only while both ends still stand there. */
  route: quiet(z.array(pointSchema).optional()),
});

export const frameSchema = z.looseObject({
  id: idSchema,
  title: register(z.string()),
  description: prose(z.string().optional()),
  position: quiet(pointSchema),
  size: quiet(sizeSchema),
  color: register(z.string().optional()),
  collapsed: quiet(z.boolean().optional()),
});

export const commentSchema = z.looseObject({
  id: idSchema,
  body: prose(z.string()),
  authorId: register(z.string()),
  authorName: register(z.string()),
  at: register(z.number().int()),
  nodeId: optionalReference('node'),
  edgeId: optionalReference('edge'),
  frameId: optionalReference('frame'),
  replyToId: optionalReference('comment'),
  resolved: register(z.boolean().optional()),
});

export const personaSchema = z.looseObject({
  id: idSchema,
  name: register(z.string()),
  description: prose(z.string().optional()),
  color: register(z.string().optional()),
});
export const goalSchema = z.looseObject({
  id: idSchema,
  name: register(z.string()),
  description: prose(z.string().optional()),
  color: register(z.string().optional()),
});
/** A named version: the document as it was after entry `no` of its log. Made by a `version.add` op. */
export const versionSchema = z.looseObject({
  id: idSchema,
  name: register(z.string()),
  description: prose(z.string().optional()),
  no: register(z.number().int()),
  at: register(z.number().int()),
});

/** The flow itself: what is not a record of its own. */
export const flowSchema = z.looseObject({
  id: idSchema,
  name: register(z.string()),
  description: prose(z.string().optional()),
  settings: z
    .looseObject({
      gridSize: register(finite.optional()),
      snapToGrid: register(z.boolean().optional()),
      /** Main reading direction of a whole layout. */
      direction: register(z.enum(['right', 'down']).optional()),
      language: register(z.string().optional()),
    })
    .optional(),
  meta: z.looseObject({}).optional(),
});

/** Schema of every record kind; the one place that a new kind is added to. */
export const recordSchemas = {
  node: nodeSchema,
  edge: edgeSchema,
  frame: frameSchema,
  comment: commentSchema,
  persona: personaSchema,
  goal: goalSchema,
  version: versionSchema,
} satisfies Record<RecordKind, z.ZodObject>;

/** Record kinds in the order in which a document lists them; references point to kinds that may stand anywhere. */
export const RECORD_KINDS = ['node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version'] as const satisfies readonly RecordKind[];

/** Name of a kind's map in a `.uxflow` document. */
export const DOCUMENT_KEYS = { node: 'nodes', edge: 'edges', frame: 'frames', comment: 'comments', persona: 'personas', goal: 'goals', version: 'versions' } as const satisfies Record<RecordKind, string>;

/** A `.uxflow` file. */
export const documentSchema = z.looseObject({
  format: z.literal('uxflow'),
  version: z.literal(SCHEMA_VERSION),
  ...flowSchema.shape,
  nodes: z.record(idSchema, nodeSchema),
  edges: z.record(idSchema, edgeSchema),
  frames: z.record(idSchema, frameSchema).optional(),
  comments: z.record(idSchema, commentSchema).optional(),
  personas: z.record(idSchema, personaSchema).optional(),
  goals: z.record(idSchema, goalSchema).optional(),
  versions: z.record(idSchema, versionSchema).optional(),
});

export type NodeType = (typeof NODE_TYPES)[number];
export type ElementType = (typeof ELEMENT_TYPES)[number];
export type VariantType = (typeof VARIANT_TYPES)[number];
export type Trigger = (typeof TRIGGERS)[number];
export type Point = z.infer<typeof pointSchema>;
export type Size = z.infer<typeof sizeSchema>;
export type Node = z.infer<typeof nodeSchema>;
export type Edge = z.infer<typeof edgeSchema>;
export type Frame = z.infer<typeof frameSchema>;
export type Comment = z.infer<typeof commentSchema>;
export type Persona = z.infer<typeof personaSchema>;
export type Goal = z.infer<typeof goalSchema>;
export type Version = z.infer<typeof versionSchema>;
export type FlowRecord = z.infer<typeof flowSchema>;
export type FlowDocument = z.infer<typeof documentSchema>;

/** The type of one record of a kind. */
export interface RecordOf {
  node: Node;
  edge: Edge;
  frame: Frame;
  comment: Comment;
  persona: Persona;
  goal: Goal;
  version: Version;
}

/**
 * A flow to be read: what review, layout, diff, agents and screens take. A fold's state is one, and so is `viewOfDocument`.
 * Records are immutable values: unchanged ones stay ===.
 */
export type FlowView = { readonly flow: FlowRecord } & { readonly [K in RecordKind]: ReadonlyMap<string, RecordOf[K]> };
