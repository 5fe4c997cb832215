/** Layout: sizes, ports, whole layouts, additions, routes, alignment and the figures that say how good they are. */
export * from './geometry.ts';
export * from './nodeSize.ts';
export * from './drawn.ts';
export * from './graph.ts';
export * from './ports.ts';
export * from './labels.ts';
export { isAnchor } from './anchors.ts';
export * from './layoutWhole.ts';
export * from './viewWithLayout.ts';
export * from './layoutIntent.ts';
export * from './routeEdges.ts';
export * from './quality.ts';
export * from './placeAdditions.ts';
export * from './alignIntent.ts';
