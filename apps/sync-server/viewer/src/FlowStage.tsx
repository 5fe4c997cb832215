import { inReadingOrder, type Edge, type FlowView } from '@uxflow/core';
import { CanvasContext, canvasTexts, edgeName, EmptyState, FlowEdge, FlowNode, FrameNode, IconButton, nextScene, nodeName, openComments, OverviewMap, type CanvasActions, type Scene, type SceneNode } from '@uxflow/ui';
import { Background, BackgroundVariant, ConnectionMode, ReactFlow, useReactFlow, useStore, type Edge as CanvasEdge, type EdgeChange, type NodeChange } from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useText } from './TextContext.tsx';
import type { FlowPlace } from './Viewer.tsx';

const NODE_KINDS = { flow: FlowNode, frame: FrameNode };
const EDGE_KINDS = { flow: FlowEdge };
const NO_ATTRIBUTION = { hideAttribution: true };
const NOTHING = new Map<string, never>();
const FIT = { padding: 0.12, maxZoom: 1 };
/** Below this zoom titles are not drawn whole. */
const LEGIBLE = 0.45;
const BEGIN_ZOOM = 0.8;
/** Below this width, px, panels stand below the drawing; as in viewer.css. */
export const NARROW = 720;

export interface FlowStageProps {
  view: FlowView;
  place: FlowPlace;
  /** What steps can open, by the id of the flow that they name. */
  flows: ReadonlyMap<string, unknown>;
  onOpen: (flowId: string) => void;
  selected: string | null;
  found: readonly string[];
  onChoose: (id: string | null) => void;
  onComments: (id: string) => void;
}

/** The flow as it is drawn; it can be moved, not changed. */
export function FlowStage({ view, place, flows, selected, found, onOpen, onChoose, onComments }: FlowStageProps) {
  const text = useText();
  const canvas = useReactFlow<SceneNode>();
  const before = useRef<Scene | null>(null);
  const comments = useMemo(() => openComments(view.comment), [view.comment]);
  const names = useMemo(() => ({ node: nodeName(text), edge: edgeName(text) as (edge: Edge, all: FlowView) => string }), [text]);
  // A chosen area would offer to be resized.
  const chosen = useMemo(() => new Set(selected !== null && !view.frame.has(selected) ? [selected] : []), [selected, view.frame]);
  const hits = useMemo(() => new Set(found), [found]);
  const scene = useMemo(
    () => nextScene(before.current, { view, positions: NOTHING, ghosts: NOTHING, findings: NOTHING, comments, editing: null, selected: chosen, shown: null, found: hits, isReadOnly: true, nodeName: names.node, edgeName: names.edge }),
    [view, comments, chosen, hits, names],
  );
  before.current = scene;
  const actions = useMemo<CanvasActions>(() => {
    const none = () => {};
    return { editNode: none, commitNode: none, editEdge: none, commitEdgeLabel: none, commitFrameTitle: none, endEditing: none, acceptCard: none, rejectCard: none, openFindings: none, resizeFrame: none, canOpen: (flowId) => flows.has(flowId) && flowId !== view.flow.id, openSubflow: onOpen, openComments: onComments };
  }, [flows, view.flow.id, onOpen, onComments]);
  const context = useMemo(() => ({ texts: canvasTexts(text), actions }), [text, actions]);

  const isPlaced = useRef(false);
  const hasNodes = scene.nodes.length > 0;
  useEffect(() => {
    if (isPlaced.current || !hasNodes) return;
    isPlaced.current = true;
    requestAnimationFrame(() => {
      if (place.viewport) return void canvas.setViewport(place.viewport);
      void canvas.fitView(FIT).then(() => {
        // Where all of it would be too small to read, and the screen too small for an overview, one begins at the beginning.
        const first = canvas.getZoom() < LEGIBLE && innerWidth < NARROW ? inReadingOrder(before.current!.input.view)[0] : undefined;
        if (first) void canvas.setViewport({ x: 24 - first.position.x * BEGIN_ZOOM, y: innerHeight * 0.3 - first.position.y * BEGIN_ZOOM, zoom: BEGIN_ZOOM });
      });
    });
  }, [canvas, hasNodes, place]);

  const take = (changes: readonly (NodeChange<SceneNode> | EdgeChange<CanvasEdge>)[]) => {
    for (const change of changes) if (change.type === 'select' && change.selected) onChoose(change.id);
  };
  return (
    <CanvasContext.Provider value={context}>
      <main className="stage canvas" aria-label={text('canvas')} data-testid="canvas">
        <ReactFlow
          nodes={scene.nodes as SceneNode[]}
          edges={scene.edges as CanvasEdge[]}
          nodeTypes={NODE_KINDS}
          edgeTypes={EDGE_KINDS as never}
          onNodesChange={take}
          onEdgesChange={take}
          onMoveEnd={(_, viewport) => (place.viewport = viewport)}
          onNodeDoubleClick={(_, { id }) => {
            const flowId = view.node.get(id)?.data.subflowId;
            if (flowId && view.node.get(id)?.type === 'subflow') onOpen(flowId);
          }}
          onPaneClick={() => onChoose(null)}
          connectionMode={ConnectionMode.Loose}
          nodesConnectable={false}
          nodesDraggable={false}
          edgesReconnectable={false}
          minZoom={0.05}
          maxZoom={4}
          panOnScroll
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          onlyRenderVisibleElements
          elevateNodesOnSelect={false}
          elevateEdgesOnSelect={false}
          zIndexMode="manual"
          proOptions={NO_ATTRIBUTION}
          ariaLabelConfig={{ 'node.a11yDescription.default': '', 'edge.a11yDescription.default': '' }}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1.2} color="var(--canvas-dot)" bgColor="var(--canvas)" />
        </ReactFlow>
        {hasNodes ? (
          <>
            <OverviewMap scene={scene} label={text('minimap')} />
            <ZoomBar />
          </>
        ) : (
          <div className="stage__empty">
            <EmptyState title={text('emptyTitle')}>{text('emptyText')}</EmptyState>
          </div>
        )}
      </main>
    </CanvasContext.Provider>
  );
}

function ZoomBar() {
  const text = useText();
  const canvas = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="zoom-bar" role="toolbar" aria-label={text('canvas')}>
      <IconButton size="small" label={text('zoomOut')} shortcut="−" icon={<Minus />} onClick={() => void canvas.zoomOut()} />
      <span className="zoom-bar__percent" data-testid="zoom">
        {percent} %
      </span>
      <IconButton size="small" label={text('zoomIn')} shortcut="+" icon={<Plus />} onClick={() => void canvas.zoomIn()} />
      <IconButton size="small" label={text('fit')} shortcut="0" icon={<Maximize />} onClick={() => void canvas.fitView(FIT)} />
    </div>
  );
}
