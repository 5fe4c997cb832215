import { boundsOf, type Edge, edgeSchema, type FlowView, type Frame, frameSchema, type Intent, type IntentOp, isEqualJson, type Node, nodeRect, nodeSchema, type Point } from '@uxflow/core';
import { z } from 'zod';
import type { NewId } from './intents.ts';

/** A part of a flow outside of it: nodes, frames with their members, and the edges between them. */
export interface Clip {
  nodes: Node[];
  edges: Edge[];
  frames: Frame[];
}

const clipSchema = z.object({ format: z.literal('uxflow-clip'), nodes: z.array(nodeSchema), edges: z.array(edgeSchema), frames: z.array(frameSchema) });

/** What is copied when these records are chosen: frames bring their members, edges only what has both ends inside. */
export function clipOf(view: FlowView, ids: Iterable<string>): Clip | null {
  const chosen = new Set(ids);
  const frames = [...view.frame.values()].filter((frame) => chosen.has(frame.id));
  const nodes = [...view.node.values()].filter((node) => chosen.has(node.id) || (node.frameId && chosen.has(node.frameId)));
  if (nodes.length === 0 && frames.length === 0) return null;
  const inside = new Set(nodes.map((node) => node.id));
  return { nodes, frames, edges: [...view.edge.values()].filter((edge) => inside.has(edge.source) && inside.has(edge.target)) };
}

/** The clip as text for the system's clipboard. */
export function clipText(clip: Clip): string {
  return JSON.stringify({ format: 'uxflow-clip', ...clip });
}

/** The clip that a text holds; null when the text is something else. */
export function readClip(text: string): Clip | null {
  if (!text.startsWith('{"format":"uxflow-clip"')) return null;
  try {
    return clipSchema.parse(JSON.parse(text)) as Clip;
  } catch {
    return null;
  }
}

/**
 * The intent that adds a clip with fresh ids, and those ids. `at`: where its middle goes; without it `shift` px from where it
 * was. What the view does not have (personas, goals, a frame left behind) is left out.
 */
export function paste(view: FlowView, clip: Clip, newId: NewId, place: { at: Point } | { shift: number }): { intent: Intent; ids: string[] } {
  const fresh = new Map<string, string>();
  for (const frame of clip.frames) fresh.set(frame.id, newId('frame'));
  for (const node of clip.nodes) fresh.set(node.id, newId('node'));
  const by = shiftOf(clip, place);
  const moved = ({ x, y }: Point) => ({ x: x + by.x, y: y + by.y });
  const ops: IntentOp[] = clip.frames.map((frame) => add('frame', fresh.get(frame.id)!, { ...frame, position: moved(frame.position) }));
  for (const node of clip.nodes) {
    const { frameId, personaIds, ...rest } = node;
    const home = frameId ? (fresh.get(frameId) ?? ('shift' in place && view.frame.has(frameId) ? frameId : undefined)) : undefined;
    const personas = Object.keys(personaIds ?? {}).filter((id) => view.persona.has(id));
    ops.push(
      add('node', fresh.get(node.id)!, {
        ...rest,
        position: moved(node.position),
        ...(home ? { frameId: home } : {}),
        ...(personas.length > 0 ? { personaIds: Object.fromEntries(personas.map((id) => [id, true])) } : {}),
      }),
    );
  }
  for (const edge of clip.edges) {
    const { goalIds, ...data } = edge.data;
    const goals = Object.keys(goalIds ?? {}).filter((id) => view.goal.has(id));
    const route = edge.route?.map(moved);
    const id = newId('edge');
    fresh.set(edge.id, id);
    ops.push(
      add('edge', id, {
        ...edge,
        source: fresh.get(edge.source),
        target: fresh.get(edge.target),
        data: goals.length > 0 ? { ...data, goalIds: Object.fromEntries(goals.map((goal) => [goal, true])) } : data,
        ...(route ? { route } : {}),
      }),
    );
  }
  return { intent: { ops }, ids: [...clip.frames, ...clip.nodes].map((record) => fresh.get(record.id)!) };
}

/** True when two clips hold the same. */
export function isSameClip(a: Clip | null, b: Clip | null): boolean {
  return isEqualJson(a, b);
}

function add(kind: 'node' | 'edge' | 'frame', id: string, record: Record<string, unknown>): IntentOp {
  const { id: _old, ...value } = record;
  return { op: 'add', kind, id, value };
}

function shiftOf(clip: Clip, place: { at: Point } | { shift: number }): Point {
  if ('shift' in place) return { x: place.shift, y: place.shift };
  const bounds = boundsOf([...clip.nodes.map((node) => nodeRect(node)), ...clip.frames.map((frame) => ({ ...frame.position, ...frame.size }))])!;
  const step = (value: number) => Math.round(value / 16) * 16 + 0;
  return { x: step(place.at.x - bounds.x - bounds.width / 2), y: step(place.at.y - bounds.y - bounds.height / 2) };
}
