import { type FlowView, frameRects, type Point } from '@uxflow/core';
import type { SceneNode } from '@uxflow/ui';
import type { EdgeChange, NodeChange } from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useFlow } from '../../store/flowServices.ts';
import { move } from './intents.ts';

const NONE: ReadonlyMap<string, Point> = new Map();
const KEYBOARD_REST_MS = 400;

/**
 * What the hand moves: places under the pointer (or the arrow keys) live here and become one intent when it lets go. While it
 * holds them, changes from elsewhere wait.
 */
export function useDragging() {
  const flow = useFlow();
  const { session, editor, ghosts } = flow;
  const [positions, setPositions] = useState(NONE);
  const hand = useRef({ positions: NONE, isDragging: false, timer: undefined as ReturnType<typeof setTimeout> | undefined });

  const place = useCallback((next: ReadonlyMap<string, Point>) => {
    hand.current.positions = next;
    setPositions(next);
  }, []);

  const drop = useCallback(() => {
    clearTimeout(hand.current.timer);
    hand.current.isDragging = false;
    const moved = hand.current.positions;
    if (moved.size > 0) flow.dispatch(move(ghosts.getState().view, moved));
    session.getState().release(moved.keys());
    place(NONE);
  }, [flow, ghosts, session, place]);

  useEffect(() => () => void (hand.current.positions.size > 0 && drop()), [drop]);

  const onNodesChange = useCallback(
    (changes: NodeChange<SceneNode>[]) => {
      const selected = new Set(editor.getState().selected);
      let next: Map<string, Point> | null = null;
      let isSelection = false;
      for (const change of changes) {
        if (change.type === 'select') {
          isSelection = true;
          if (change.selected) selected.add(change.id);
          else selected.delete(change.id);
        } else if (change.type === 'position' && change.position) {
          next ??= new Map(hand.current.positions);
          next.set(change.id, { x: Math.round(change.position.x), y: Math.round(change.position.y) });
        }
      }
      if (isSelection) editor.getState().select(selected);
      if (!next) return;
      carryMembers(next, hand.current.positions, ghosts.getState().view);
      if (!hand.current.isDragging) {
        // Arrow keys: one step after the other, one entry when they rest.
        session.getState().hold(next.keys());
        clearTimeout(hand.current.timer);
        hand.current.timer = setTimeout(drop, KEYBOARD_REST_MS);
      }
      place(next);
    },
    [editor, ghosts, session, place, drop],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange[]) => {
      const selected = new Set(editor.getState().selected);
      for (const change of changes) {
        if (change.type !== 'select') continue;
        if (change.selected) selected.add(change.id);
        else selected.delete(change.id);
      }
      editor.getState().select(selected);
    },
    [editor],
  );

  const onStart = useCallback(
    (_event: unknown, first: SceneNode | SceneNode[], all?: SceneNode[]) => {
      if (hand.current.isDragging) return;
      if (hand.current.positions.size > 0) drop();
      hand.current.isDragging = true;
      session.getState().hold((Array.isArray(first) ? first : (all ?? [first])).map(({ id }) => id));
    },
    [session, drop],
  );
  const onStop = useCallback(() => hand.current.isDragging && drop(), [drop]);

  return { positions, onNodesChange, onEdgesChange, onStart, onStop };
}

/** Members go where their frame goes. */
function carryMembers(next: Map<string, Point>, before: ReadonlyMap<string, Point>, view: FlowView): void {
  for (const [id, to] of [...next]) {
    if (!view.frame.has(id)) continue;
    const from = before.get(id) ?? frameRects(view).get(id)!;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    for (const node of view.node.values()) {
      if (node.frameId !== id) continue;
      const at = before.get(node.id) ?? node.position;
      next.set(node.id, { x: at.x + dx, y: at.y + dy });
    }
  }
}
