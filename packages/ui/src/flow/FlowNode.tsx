import type { Node } from '@uxflow/core';
import { Handle, Position, useStore, type Node as CanvasNode, type NodeProps } from '@xyflow/react';
import { Check, Lock, MessageCircle, Pin, X } from 'lucide-react';
import { memo } from 'react';
import { classes } from '../primitives/Button.tsx';
import { useCanvas } from './canvasContext.ts';
import { nodeColor } from './nodeLook.tsx';
import { NodeBody } from './NodeBody.tsx';

/** Below this zoom a node is a coloured shape with its title; below the second one only the shape. */
export const PLAIN_ZOOM = 0.42;
export const BARE_ZOOM = 0.18;

/** How a proposal touches a record that is drawn. */
export interface Ghost {
  cardId: string;
  change: 'added' | 'changed' | 'removed';
  isHighlighted: boolean;
}

export interface FlowNodeData extends Record<string, unknown> {
  node: Node;
  editing?: 'title' | 'description';
  ghost?: Ghost;
  severity?: 'error' | 'warning' | 'info';
  findingCount: number;
  commentCount: number;
  personaColors: readonly string[];
  isDimmed: boolean;
  isFound: boolean;
  /** Where the ends of the one chosen edge dock, px from the node's corner. */
  grips: readonly { id: string; position: Position; x: number; y: number }[];
}
export type FlowCanvasNode = CanvasNode<FlowNodeData, 'flow'>;

/** A node of a flow on the canvas, filling exactly the size that layout gave it. */
export const FlowNode = memo(function FlowNode({ data, selected }: NodeProps<FlowCanvasNode>) {
  const { node, ghost } = data;
  const { texts, actions } = useCanvas();
  const zoomDetail = useStore(detailOf);
  // What is being edited is drawn whole, however far away.
  const detail = data.editing ? 0 : zoomDetail;
  const title = node.data.title || texts.untitled;
  return (
    <div
      className={classes(
        'node',
        `node--${node.type}`,
        selected && 'node--selected',
        ghost && `node--ghost node--ghost-${ghost.change}`,
        ghost?.isHighlighted && 'node--highlighted',
        data.isDimmed && 'node--dimmed',
        data.isFound && 'node--found',
        detail > 0 && 'node--plain',
      )}
      style={{ '--node-color': node.color ?? nodeColor(node.type) } as React.CSSProperties}
      data-node-id={node.id}
      data-node-type={node.type}
      data-ghost={ghost?.change}
    >
      {detail === 0 ? (
        <NodeBody node={node} editing={data.editing} personaColors={data.personaColors} />
      ) : (
        <PlainBody type={node.type} title={detail === 1 ? title : ''} />
      )}
      {SIDES.map((side) => (
        <Handle key={side} id={side} type="source" position={side} className="node__edge-zone" />
      ))}
      {data.grips.map(({ id, position, x, y }) => (
        <Handle key={id} id={id} type="source" position={position} isConnectable={false} className="node__grip" style={{ left: x, top: y }} />
      ))}
      {detail === 0 ? (
        <>
          <div className="node__corner">
            {node.pinned ? <Pin role="img" aria-label={texts.pinned} /> : null}
            {node.locked ? <Lock role="img" aria-label={texts.locked} /> : null}
            {data.commentCount > 0 ? (
              <button type="button" className="node__comments nodrag" aria-label={texts.comments(data.commentCount)} onClick={() => actions.openComments(node.id)}>
                <MessageCircle aria-hidden />
                {data.commentCount}
              </button>
            ) : null}
            {data.severity ? (
              <button type="button" className={`node__finding node__finding--${data.severity} nodrag`} aria-label={texts.findings(data.findingCount)} data-tip={texts.findings(data.findingCount)} onClick={() => actions.openFindings(node.id)}>
                {data.findingCount}
              </button>
            ) : null}
          </div>
          {ghost ? (
            <div className="node__ghost-actions nodrag">
              <button type="button" className="node__accept" aria-label={texts.acceptGhost(title)} data-tip={texts.acceptGhost(title)} onClick={() => actions.acceptCard(ghost.cardId)}>
                <Check aria-hidden />
              </button>
              <button type="button" className="node__reject" aria-label={texts.rejectGhost(title)} data-tip={texts.rejectGhost(title)} onClick={() => actions.rejectCard(ghost.cardId)}>
                <X aria-hidden />
              </button>
            </div>
          ) : null}
        </>
      ) : null}
    </div>
  );
});

const SIDES = [Position.Top, Position.Right, Position.Bottom, Position.Left] as const;

/** 0 full, 1 shape and title, 2 shape only. */
function detailOf(state: { transform: [number, number, number] }): 0 | 1 | 2 {
  const zoom = state.transform[2];
  return zoom < BARE_ZOOM ? 2 : zoom < PLAIN_ZOOM ? 1 : 0;
}

function PlainBody({ type, title }: { type: Node['type']; title: string }) {
  return (
    <>
      {type === 'decision' ? (
        <svg className="node__diamond" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
          <polygon points="50,1 99,50 50,99 1,50" vectorEffect="non-scaling-stroke" />
        </svg>
      ) : null}
      {title ? <div className="node__plain-title">{title}</div> : null}
    </>
  );
}
