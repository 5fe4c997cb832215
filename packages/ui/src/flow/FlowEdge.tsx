import type { Edge, Point } from '@uxflow/core';
import { EdgeLabelRenderer, useStore, type Edge as CanvasEdge, type EdgeProps } from '@xyflow/react';
import { MessageCircle } from 'lucide-react';
import { memo } from 'react';
import { classes } from '../primitives/Button.tsx';
import { InlineText } from '../primitives/InlineText.tsx';
import { useCanvas } from './canvasContext.ts';
import { arrowHead, curvedPath, labelPoint, roundedPath } from './edgePath.ts';
import { PLAIN_ZOOM, type Ghost } from './FlowNode.tsx';

export interface FlowEdgeData extends Record<string, unknown> {
  edge: Edge;
  /** The way that it is drawn, px: its stored route while both ends stand there, else a step from port to port. */
  points: readonly Point[];
  ghost?: Ghost;
  isEditing: boolean;
  commentCount: number;
  isDimmed: boolean;
}
export type FlowCanvasEdge = CanvasEdge<FlowEdgeData, 'flow'>;

/** An edge of a flow: orthogonal, with a small arrow and its label on the longest leg. */
export const FlowEdge = memo(function FlowEdge({ data, selected }: EdgeProps<FlowCanvasEdge>) {
  const { texts, actions } = useCanvas();
  const isFar = useStore(isFarAway);
  if (!data) return null;
  const { edge, points, ghost } = data;
  const line = edge.style?.line ?? 'step';
  const path = line === 'straight' ? roundedPath([points[0]!, points.at(-1)!]) : line === 'curve' ? curvedPath(points) : roundedPath(points);
  const arrowPoints = line === 'straight' ? [points[0]!, points.at(-1)!] : points;
  const label = texts.edgeLabel(edge);
  const at = labelPoint(line === 'step' ? points : [points[0]!, points.at(-1)!]);
  const kind = edge.data.kind ?? (edge.data.trigger === 'onError' ? 'error' : 'default');
  const name = classes(
    'edge',
    `edge--${kind}`,
    edge.style?.dash && edge.style.dash !== 'solid' && `edge--${edge.style.dash}`,
    selected && 'edge--selected',
    ghost && `edge--ghost edge--ghost-${ghost.change}`,
    ghost?.isHighlighted && 'edge--highlighted',
    data.isDimmed && 'edge--dimmed',
  );
  const color = edge.style?.color ? ({ '--edge-color': edge.style.color } as React.CSSProperties) : undefined;
  return (
    <>
      <g className={name} style={color} data-edge-id={edge.id}>
        <path className="edge__hit" d={path} />
        <path className="edge__line" d={path} />
        <polygon className="edge__arrow" points={arrowHead(arrowPoints)} />
        {edge.style?.bothWays ? <polygon className="edge__arrow" points={arrowHead([...arrowPoints].reverse())} /> : null}
      </g>
      {!isFar && (label || data.isEditing || data.commentCount > 0) ? (
        <EdgeLabelRenderer>
          <div
            className={classes('edge-label', `edge-label--${kind}`, selected && 'edge-label--selected', ghost && 'edge-label--ghost', data.isEditing && 'edge-label--editing', 'nodrag nopan')}
            style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
            onDoubleClick={() => actions.editEdge(edge.id)}
            data-edge-label={edge.id}
          >
            {data.isEditing ? <InlineText label={texts.editLabel} value={edge.data.label ?? ''} onCommit={(value) => actions.commitEdgeLabel(edge.id, value)} onDone={actions.endEditing} /> : label}
            {data.commentCount > 0 ? (
              <button type="button" className="node__comments" aria-label={texts.comments(data.commentCount)} onClick={() => actions.openComments(edge.id)}>
                <MessageCircle aria-hidden />
                {data.commentCount}
              </button>
            ) : null}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});

function isFarAway(state: { transform: [number, number, number] }): boolean {
  return state.transform[2] < PLAIN_ZOOM;
}
