import { boundsOf, nodeRect, type Rect } from '@uxflow/core';
import { useReactFlow, useStore } from '@xyflow/react';
import { memo, useMemo, useRef } from 'react';
import { nodeColor } from './nodeLook.tsx';
import type { Scene } from './scene.ts';

const WIDTH = 168;
const HEIGHT = 112;
const MARGIN = 60;

/** The whole flow in small, with what is in sight; a press or drag goes there. One path a colour: it costs the same for five nodes and five thousand. */
export function OverviewMap({ scene, label }: { scene: Scene; label: string }) {
  const { setCenter, getZoom } = useReactFlow();
  const svg = useRef<SVGSVGElement>(null);
  const { bounds, paths } = useMemo(() => drawing(scene.standing, scene.nodes), [scene.standing, scene.nodes]);
  const goTo = (event: React.PointerEvent) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const matrix = svg.current!.getScreenCTM();
    if (!matrix) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    void setCenter(at.x, at.y, { zoom: getZoom() });
  };
  const unit = Math.max(bounds.width / WIDTH, bounds.height / HEIGHT);
  return (
    <div className="overview-map" data-testid="minimap">
      <svg ref={svg} width={WIDTH} height={HEIGHT} viewBox={`${bounds.x} ${bounds.y} ${bounds.width} ${bounds.height}`} role="img" aria-label={label} onPointerDown={goTo} onPointerMove={goTo}>
        <Shapes paths={paths} />
        <Sight unit={unit} bounds={bounds} />
      </svg>
    </div>
  );
}

const Shapes = memo(function Shapes({ paths }: { paths: ReadonlyMap<string, string> }) {
  return [...paths].map(([color, path]) => <path key={color} d={path} style={{ fill: color }} />);
});

/** The part of the plane that the canvas shows. */
function Sight({ unit, bounds }: { unit: number; bounds: Rect }) {
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const sight = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
  // Kept inside of the picture, so that it can be seen and caught when nothing of the flow is in sight.
  const left = Math.max(bounds.x + unit, Math.min(sight.x, bounds.x + bounds.width - 8 * unit));
  const top = Math.max(bounds.y + unit, Math.min(sight.y, bounds.y + bounds.height - 8 * unit));
  const right = Math.min(bounds.x + bounds.width - unit, Math.max(sight.x + sight.width, left + 6 * unit));
  const bottom = Math.min(bounds.y + bounds.height - unit, Math.max(sight.y + sight.height, top + 6 * unit));
  return <rect className="overview-map__sight" x={left} y={top} width={Math.max(0, right - left)} height={Math.max(0, bottom - top)} rx={3 * unit} strokeWidth={1.5 * unit} />;
}

function drawing(standing: Scene['standing'], nodes: Scene['nodes']): { bounds: Rect; paths: ReadonlyMap<string, string> } {
  const paths = new Map<string, string>();
  const rects: Rect[] = [];
  const draw = (color: string, rect: Rect) => {
    rects.push(rect);
    paths.set(color, `${paths.get(color) ?? ''}M${rect.x} ${rect.y}h${rect.width}v${rect.height}h${-rect.width}z`);
  };
  for (const frame of nodes) {
    if (frame.type !== 'frame') break;
    draw('color-mix(in srgb, var(--text-faint) 18%, transparent)', { ...frame.position, width: frame.width!, height: frame.height! });
  }
  for (const node of standing.values()) draw(node.color ?? nodeColor(node.type), nodeRect(node));
  const { x, y, width, height } = boundsOf(rects) ?? { x: 0, y: 0, width: 1000, height: 700 };
  return { bounds: { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN }, paths };
}
