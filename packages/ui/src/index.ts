/** Presentational React: theme, primitives, the look of a flow, the look of a conversation. */
export * from './primitives/Button.tsx';
export * from './primitives/Dialog.tsx';
export * from './primitives/draft.ts';
export * from './primitives/Feedback.tsx';
export * from './primitives/Field.tsx';
export * from './primitives/InlineText.tsx';
export * from './primitives/Menu.tsx';
export * from './primitives/TooltipLayer.tsx';
export * from './flow/canvasContext.ts';
export * from './flow/edgePath.ts';
export * from './flow/edgeWays.ts';
export * from './flow/FlowEdge.tsx';
export * from './flow/FlowNode.tsx';
export * from './flow/FrameNode.tsx';
export * from './flow/itemOrder.ts';
export * from './flow/nodeLook.tsx';
export * from './flow/scene.ts';
