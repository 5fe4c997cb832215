import { NODE_TYPES } from '@uxflow/core';
import type { FlowSummary } from '@uxflow/core/api';
import { nodeColor } from '@uxflow/ui';
import { Shapes } from 'lucide-react';
import { memo } from 'react';

const PADDING = 40;

/** A small picture of a flow: its nodes as boxes in the colours of their types. */
export const FlowPreview = memo(function FlowPreview({ boxes, label }: { boxes: FlowSummary['preview']; label: string }) {
  if (boxes.length === 0) {
    return (
      <div className="preview preview--empty" role="img" aria-label={label}>
        <Shapes aria-hidden />
      </div>
    );
  }
  const left = Math.min(...boxes.map(([x]) => x)) - PADDING;
  const top = Math.min(...boxes.map(([, y]) => y)) - PADDING;
  const width = Math.max(...boxes.map(([x, , w]) => x + w)) + PADDING - left;
  const height = Math.max(...boxes.map(([, y, , h]) => y + h)) + PADDING - top;
  return (
    <svg className="preview" viewBox={`${left} ${top} ${width} ${height}`} preserveAspectRatio="xMidYMid meet" role="img" aria-label={label}>
      {boxes.map(([x, y, w, h, typeIndex], index) => {
        const type = NODE_TYPES[typeIndex] ?? 'screen';
        const color = nodeColor(type);
        const style = { fill: `color-mix(in srgb, ${color} 26%, var(--node-fill))`, stroke: color };
        if (type === 'decision') return <polygon key={index} points={`${x + w / 2},${y} ${x + w},${y + h / 2} ${x + w / 2},${y + h} ${x},${y + h / 2}`} style={style} />;
        return <rect key={index} x={x} y={y} width={w} height={h} rx={type === 'start' || type === 'end' ? h / 2 : 12} style={style} />;
      })}
    </svg>
  );
});
