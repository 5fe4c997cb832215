import type { Frame } from '@uxflow/core';
import { NodeResizer, type Node as CanvasNode, type NodeProps } from '@xyflow/react';
import { MessageCircle } from 'lucide-react';
import { memo } from 'react';
import { classes } from '../primitives/Button.tsx';
import { InlineText } from '../primitives/InlineText.tsx';
import { useCanvas } from './canvasContext.ts';
import type { Ghost } from './FlowNode.tsx';

export interface FrameNodeData extends Record<string, unknown> {
  frame: Frame;
  memberCount: number;
  commentCount: number;
  isEditing: boolean;
  ghost?: Ghost;
}
export type FrameCanvasNode = CanvasNode<FrameNodeData, 'frame'>;

/** A titled box behind its members; its border and title can be grabbed, its inside lets the pointer through to the canvas. */
export const FrameNode = memo(function FrameNode({ data, selected }: NodeProps<FrameCanvasNode>) {
  const { frame } = data;
  const { texts, actions } = useCanvas();
  return (
    <div className={classes('frame', selected && 'frame--selected', data.ghost && 'frame--ghost')} style={frame.color ? ({ '--frame-color': frame.color } as React.CSSProperties) : undefined} data-frame-id={frame.id}>
      <NodeResizer isVisible={selected} minWidth={96} minHeight={96} handleClassName="frame__grip" lineClassName="frame__grip-line" onResizeEnd={(_, rect) => actions.resizeFrame(frame.id, rect)} />
      <div className="frame__title frame-drag" onDoubleClick={() => actions.editNode(frame.id, 'title')}>
        {data.isEditing ? (
          <InlineText label={texts.editTitle} value={frame.title} onCommit={(value) => actions.commitFrameTitle(frame.id, value)} onDone={actions.endEditing} />
        ) : (
          <>
            <span>{frame.title || texts.untitled}</span>
            <small aria-label={texts.members(data.memberCount)}>{data.memberCount}</small>
            {data.commentCount > 0 ? (
              <button type="button" className="node__comments nodrag" aria-label={texts.comments(data.commentCount)} onClick={() => actions.openComments(frame.id)}>
                <MessageCircle aria-hidden />
                {data.commentCount}
              </button>
            ) : null}
          </>
        )}
      </div>
      {['top', 'right', 'bottom', 'left'].map((side) => (
        <div key={side} className={`frame__border frame__border--${side} frame-drag`} />
      ))}
    </div>
  );
});
