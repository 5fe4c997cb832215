import { CanvasContext, canvasTexts, FlowEdge, FlowNode, FrameNode, Menu, OverviewMap, type CanvasActions, type MenuEntry, type SceneNode } from '@uxflow/ui';
import { Background, BackgroundVariant, ConnectionMode, ReactFlow, SelectionMode, useReactFlow, type Edge as CanvasEdge } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useEditor, useFlow, useSession } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import { useSettings } from '../../store/services.ts';
import { canvasMenu, newNodeMenu } from './canvasMenu.tsx';
import { editingTexts } from './editingTexts.ts';
import type { EditorCommands } from './commands.ts';
import { PALETTE_DRAG } from './Palette.tsx';
import { resizeFrame } from './intents.ts';
import { FIT_PADDING, keepViewport, keptViewport } from '../../store/keptViewport.ts';
import { useConnecting } from './useConnecting.ts';
import { useDragging } from './useDragging.ts';
import { useScene } from './useScene.ts';

const NODE_KINDS = { flow: FlowNode, frame: FrameNode };
const EDGE_KINDS = { flow: FlowEdge };
const NO_ATTRIBUTION = { hideAttribution: true };
const GRID: [number, number] = [16, 16];
export const MIN_ZOOM = 0.1;
export const MAX_ZOOM = 4;

export interface FlowCanvasProps {
  commands: EditorCommands;
  isAnimating: boolean;
  onAccept: (cardId: string) => void;
  onReject: (cardId: string) => void;
  overlay: ReactNode;
}

/** The canvas of a flow: draws what the scene says and turns what the hand does into intents. */
export function FlowCanvas({ commands, isAnimating, onAccept, onReject, overlay }: FlowCanvasProps) {
  const text = useText();
  const flow = useFlow();
  const { editor } = flow;
  const instance = useReactFlow<SceneNode>();
  const { settings } = useSettings();
  const isReadOnly = useSession((state) => state.readOnly !== null);
  const phase = useSession((state) => state.phase);
  const focus = useEditor((state) => state.focus);
  const editing = useEditor((state) => state.editing);
  const dragging = useDragging();
  const scene = useScene(dragging.positions);
  const [menu, setMenu] = useState<{ at: { x: number; y: number }; entries: MenuEntry[]; label: string } | null>(null);
  const connecting = useConnecting((at, from) =>
    setMenu({ at, label: text('menu.addHere'), entries: newNodeMenu(text, (type) => commands.addAt(type, instance.screenToFlowPosition(at), from)) }),
  );
  const pane = useRef<HTMLDivElement>(null);

  const actions = useMemo<CanvasActions>(() => {
    const end = () => editor.getState().edit(null);
    return {
      editNode: (id, field) => !isReadOnly && editor.getState().edit({ id, field }),
      commitNode: (node, field, value) => void flow.dispatch({ ops: [{ op: 'set', kind: 'node', id: node.id, field: `data.${field}`, to: field === 'description' && !value.trim() ? null : value.trim() }] }),
      editEdge: (id) => !isReadOnly && editor.getState().edit({ id, field: 'label' }),
      commitEdgeLabel: (id, value) => void flow.dispatch({ ops: [{ op: 'set', kind: 'edge', id, field: 'data.label', to: value.trim() || null }] }),
      commitFrameTitle: (id, value) => void flow.dispatch({ ops: [{ op: 'set', kind: 'frame', id, field: 'title', to: value.trim() }] }),
      endEditing: end,
      acceptCard: onAccept,
      rejectCard: onReject,
      openFindings: (id) => {
        editor.getState().select([id]);
        editor.getState().openTab('findings');
      },
      openComments: (id) => {
        editor.getState().select([id]);
        editor.getState().openTab('comments');
      },
      canOpen: () => true,
      openSubflow: (flowId) => goTo({ page: 'flow', flowId }),
      resizeFrame: (id, rect) => void flow.dispatch(resizeFrame(id, rect)),
    };
  }, [flow, editor, isReadOnly, onAccept, onReject]);
  const context = useMemo(() => ({ texts: canvasTexts(text, editingTexts(text)), actions }), [text, actions]);

  // The first view of a flow: where the person was, else all of it, as soon as there is something (ghosts come a moment after the
  // records) and as long as nobody has put a hand to the page.
  const isPlaced = useRef(false);
  useEffect(() => {
    const settle = () => void (isPlaced.current = true);
    addEventListener('pointerdown', settle, { once: true, capture: true });
    addEventListener('keydown', settle, { once: true, capture: true });
    return () => {
      removeEventListener('pointerdown', settle, { capture: true });
      removeEventListener('keydown', settle, { capture: true });
    };
  }, []);
  useEffect(() => {
    if (isPlaced.current || phase !== 'ready') return;
    const kept = keptViewport(flow.flowId);
    if (kept) void instance.setViewport(kept);
    else if (scene.nodes.length > 0) requestAnimationFrame(() => void instance.fitView({ padding: FIT_PADDING, maxZoom: 1 }));
    else return void instance.setCenter(0, 0, { zoom: 1 });
    isPlaced.current = true;
  }, [phase, instance, flow.flowId, scene.nodes.length]);

  // What is edited in place belongs to the hand until it is left.
  useEffect(() => {
    if (!editing) return;
    const { session } = flow;
    const kind = session.getState().view.node.has(editing.id) ? 'node' : session.getState().view.edge.has(editing.id) ? 'edge' : 'frame';
    const field = kind === 'frame' ? 'title' : `data.${editing.field}`;
    session.getState().holdField(kind, editing.id, field);
    return () => session.getState().releaseField(kind, editing.id, field);
  }, [editing, flow]);

  useEffect(() => {
    if (!focus) return;
    const ids = new Set(focus.ids);
    for (const id of focus.ids) {
      const edge = scene.ways.edges.get(id);
      if (edge) ids.add(edge.source).add(edge.target);
    }
    const nodes = scene.nodes.filter((node) => ids.has(node.id)).map(({ id }) => ({ id }));
    if (nodes.length > 0) void instance.fitView({ nodes, padding: 0.4, maxZoom: focus.maxZoom, duration: 220 });
    // Only a new wish moves the canvas, not each change of the flow after it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [focus]);

  const openMenu = (event: React.MouseEvent | MouseEvent, id?: string) => {
    event.preventDefault();
    if (id && !editor.getState().selected.has(id)) editor.getState().select([id]);
    const at = { x: event.clientX, y: event.clientY };
    setMenu({ at, label: text('menu.canvas'), entries: canvasMenu({ text, flow, commands, on: id, addAt: (type) => commands.addAt(type, instance.screenToFlowPosition(at)), isReadOnly }) });
  };

  return (
    <CanvasContext.Provider value={context}>
      <div
        ref={pane}
        className={`canvas${isReadOnly ? ' canvas--read-only' : ''}${isAnimating ? ' canvas--animating' : ''}`}
        data-testid="canvas"
        onPointerMove={(event) => {
          const at = instance.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          commands.setPointer(at);
          flow.sync.getState().show({ cursor: at });
        }}
        onPointerLeave={() => {
          commands.setPointer(null);
          flow.sync.getState().show({ cursor: null });
        }}
      >
        <ReactFlow
          nodes={scene.nodes as SceneNode[]}
          edges={scene.edges as CanvasEdge[]}
          nodeTypes={NODE_KINDS}
          edgeTypes={EDGE_KINDS as never}
          onNodesChange={dragging.onNodesChange}
          onEdgesChange={dragging.onEdgesChange}
          onNodeDragStart={dragging.onStart}
          onNodeDragStop={dragging.onStop}
          onSelectionDragStart={dragging.onStart}
          onSelectionDragStop={dragging.onStop}
          onConnect={connecting.onConnect}
          onConnectStart={connecting.onConnectStart}
          onConnectEnd={connecting.onConnectEnd}
          onReconnect={connecting.onReconnect}
          onReconnectStart={connecting.onReconnectStart}
          onReconnectEnd={connecting.onReconnectEnd}
          onNodeContextMenu={(event, node) => openMenu(event, node.id)}
          onEdgeContextMenu={(event, edge) => openMenu(event, edge.id)}
          onPaneContextMenu={(event) => openMenu(event)}
          onSelectionContextMenu={(event) => openMenu(event)}
          onNodeDoubleClick={(_, node) => actions.editNode(node.id, 'title')}
          onEdgeDoubleClick={(_, edge) => actions.editEdge(edge.id)}
          onPaneClick={() => editor.getState().edit(null)}
          onMoveEnd={(_, viewport) => keepViewport(flow.flowId, viewport)}
          onDragOver={(event) => {
            if (!event.dataTransfer.types.includes(PALETTE_DRAG)) return;
            event.preventDefault();
            event.dataTransfer.dropEffect = 'copy';
          }}
          onDrop={(event) => {
            const type = event.dataTransfer.getData(PALETTE_DRAG);
            if (!type) return;
            event.preventDefault();
            commands.addAt(type as Parameters<EditorCommands['addAt']>[0], instance.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
          }}
          onDoubleClick={(event) => {
            if (isReadOnly || !(event.target as Element).classList.contains('react-flow__pane')) return;
            const at = { x: event.clientX, y: event.clientY };
            setMenu({ at, label: text('menu.addHere'), entries: newNodeMenu(text, (type) => commands.addAt(type, instance.screenToFlowPosition(at))) });
          }}
          connectionMode={ConnectionMode.Loose}
          connectionRadius={28}
          nodesConnectable={!isReadOnly}
          nodesDraggable={!isReadOnly}
          edgesReconnectable={!isReadOnly}
          reconnectRadius={12}
          minZoom={MIN_ZOOM}
          maxZoom={MAX_ZOOM}
          snapToGrid={settings.snapToGrid}
          snapGrid={GRID}
          selectionOnDrag
          selectionMode={SelectionMode.Partial}
          multiSelectionKeyCode={MULTI_KEYS}
          panOnDrag={PAN_BUTTONS}
          panActivationKeyCode="Space"
          panOnScroll
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          nodeDragThreshold={3}
          onlyRenderVisibleElements
          elevateNodesOnSelect={false}
          elevateEdgesOnSelect={false}
          zIndexMode="manual"
          proOptions={NO_ATTRIBUTION}
          ariaLabelConfig={{ 'node.a11yDescription.default': text('a11y.node'), 'edge.a11yDescription.default': text('a11y.edge') }}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1.2} color="var(--canvas-dot)" bgColor="var(--canvas)" />
          {overlay}
        </ReactFlow>
        {settings.showMinimap && scene.nodes.length > 0 ? <OverviewMap scene={scene} label={text('view.minimap')} /> : null}
        {menu ? <Menu label={menu.label} at={menu.at} entries={menu.entries} onClose={() => setMenu(null)} /> : null}
      </div>
    </CanvasContext.Provider>
  );
}

const MULTI_KEYS = ['Shift', 'Meta', 'Control'];
const PAN_BUTTONS = [1];
