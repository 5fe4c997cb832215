import type { FlowView } from '@uxflow/core';
import { GRIP } from '@uxflow/ui';
import type { Connection, FinalConnectionState, HandleType, OnConnectStartParams, Edge as CanvasEdge } from '@xyflow/react';
import { useReactFlow } from '@xyflow/react';
import { useCallback, useRef } from 'react';
import { useFlow } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { connect, portAt, reconnect, type Docking } from './intents.ts';

type PointerEnd = MouseEvent | TouchEvent;

/**
 * Drawing and re-hanging edges. An edge goes from where the drag began to where it ended, always; dropping on a node's body is
 * as good as on its edge, and dropping on the empty canvas asks (by `onEmpty`) what shall stand there.
 */
export function useConnecting(onEmpty: (at: { x: number; y: number }, from: Docking) => void) {
  const flow = useFlow();
  const { ids } = useServices();
  const { screenToFlowPosition } = useReactFlow();
  const start = useRef<{ docking: Docking; isDone: boolean } | null>(null);
  const hanging = useRef(false);

  const docking = useCallback(
    (nodeId: string, side: string | null | undefined, event?: { x: number; y: number }): Docking => {
      const node = flow.ghosts.getState().view.node.get(nodeId);
      const offsetY = event && node ? screenToFlowPosition(event).y - node.position.y : NaN;
      return { nodeId, port: portAt(node, side ?? undefined, offsetY) };
    },
    [flow, screenToFlowPosition],
  );

  const draw = useCallback(
    (from: Docking, to: Docking) => {
      const view = flow.ghosts.getState().view;
      const id = ids.newId('edge');
      if (flow.dispatch({ ops: [connect(view, id, from, to)] })) flow.editor.getState().select([id]);
    },
    [flow, ids],
  );

  const onConnectStart = useCallback(
    (event: PointerEnd, { nodeId, handleId }: OnConnectStartParams) => {
      start.current = nodeId ? { docking: docking(nodeId, handleId, pointOf(event)), isDone: false } : null;
    },
    [docking],
  );

  const onConnect = useCallback(
    (connection: Connection) => {
      const from = start.current?.docking;
      if (!from) return;
      start.current!.isDone = true;
      // The library may turn source and target round; where the drag began is what counts.
      const isSame = connection.source === from.nodeId;
      const [targetId, side] = isSame ? [connection.target, connection.targetHandle] : [connection.source, connection.sourceHandle];
      draw(from, { nodeId: targetId, port: sideOf(side) });
    },
    [draw],
  );

  const onConnectEnd = useCallback(
    (event: PointerEnd, state: FinalConnectionState) => {
      const begun = start.current;
      start.current = null;
      if (!begun || begun.isDone || hanging.current || state.isValid) return;
      const at = pointOf(event);
      const nodeId = nodeUnder(at);
      // Dropped on a body: the sides are left to the layout; only an output of a condition says where the edge leaves.
      if (nodeId && nodeId !== begun.docking.nodeId) draw(freeDocking(begun.docking, flow.ghosts.getState().view), { nodeId });
      else if (!nodeId && isCanvas(at)) onEmpty(at, freeDocking(begun.docking, flow.ghosts.getState().view));
    },
    [flow, draw, onEmpty],
  );

  const rehang = useCallback(
    (edgeId: string, source: Docking, target: Docking) => {
      const edge = flow.ghosts.getState().view.edge.get(edgeId);
      if (!edge) return;
      const ops = reconnect(edge, source, target);
      if (ops.length > 0) flow.dispatch({ ops });
    },
    [flow],
  );

  const onReconnectStart = useCallback(() => void (hanging.current = true), []);

  const onReconnect = useCallback(
    (old: CanvasEdge, next: Connection) => {
      const edge = flow.ghosts.getState().view.edge.get(old.id);
      if (!edge) return;
      const keptSource = next.source === old.source && next.sourceHandle === old.sourceHandle;
      const keptTarget = next.target === old.target && next.targetHandle === old.targetHandle;
      rehang(
        old.id,
        keptSource ? { nodeId: edge.source, port: edge.sourcePort } : { nodeId: next.source, port: sideOf(next.sourceHandle) },
        keptTarget ? { nodeId: edge.target, port: edge.targetPort } : { nodeId: next.target, port: sideOf(next.targetHandle) },
      );
      start.current = null;
    },
    [flow, rehang],
  );

  const onReconnectEnd = useCallback(
    (event: PointerEnd, old: CanvasEdge, fixed: HandleType, state: FinalConnectionState) => {
      hanging.current = false;
      const edge = flow.ghosts.getState().view.edge.get(old.id);
      const nodeId = nodeUnder(pointOf(event));
      if (state.isValid || !edge || !nodeId) return;
      if (fixed === 'source') rehang(old.id, { nodeId: edge.source, port: edge.sourcePort }, { nodeId });
      else rehang(old.id, { nodeId }, { nodeId: edge.target, port: edge.targetPort });
    },
    [flow, rehang],
  );

  return { onConnect, onConnectStart, onConnectEnd, onReconnect, onReconnectStart, onReconnectEnd };
}

/** The side that a handle stands for; the grip of a chosen edge stands for none. */
function sideOf(handle: string | null | undefined): string | undefined {
  return handle && !handle.startsWith(GRIP) ? handle : undefined;
}

function freeDocking({ nodeId, port }: Docking, view: FlowView): Docking {
  return port && view.node.get(nodeId)?.conditions?.[port] ? { nodeId, port } : { nodeId };
}

function pointOf(event: PointerEnd): { x: number; y: number } {
  const touch = 'changedTouches' in event ? event.changedTouches[0] : undefined;
  const { clientX, clientY } = touch ?? (event as MouseEvent);
  return { x: clientX, y: clientY };
}

function nodeUnder(at: { x: number; y: number }): string | undefined {
  for (const element of document.elementsFromPoint(at.x, at.y)) {
    const node = element.closest('.react-flow__node-flow');
    if (node) return node.getAttribute('data-id') ?? undefined;
  }
  return undefined;
}

function isCanvas(at: { x: number; y: number }): boolean {
  return document.elementFromPoint(at.x, at.y)?.closest('.canvas') !== null;
}
