import type { Edge, Node, NodeType } from '@uxflow/core';
import { createContext, useContext } from 'react';

/** What nodes and edges say, in the language of the screen. */
export interface CanvasTexts {
  nodeType: Readonly<Record<NodeType, string>>;
  untitled: string;
  moreElements(count: number): string;
  variants(count: number): string;
  checklist(done: number, all: number): string;
  status: Readonly<Record<string, string>>;
  priority: Readonly<Record<string, string>>;
  device: Readonly<Record<string, string>>;
  edgeLabel(edge: Edge): string;
  findings(count: number): string;
  comments(count: number): string;
  pinned: string;
  locked: string;
  acceptGhost(title: string): string;
  rejectGhost(title: string): string;
  editTitle: string;
  editDescription: string;
  editLabel: string;
  describe: string;
  members(count: number): string;
  openSubflow: string;
}

/** What nodes and edges ask for when the person acts on them. */
export interface CanvasActions {
  editNode(id: string, field: 'title' | 'description'): void;
  commitNode(node: Node, field: 'title' | 'description', value: string): void;
  editEdge(id: string): void;
  commitEdgeLabel(id: string, value: string): void;
  commitFrameTitle(id: string, value: string): void;
  endEditing(): void;
  acceptCard(cardId: string): void;
  rejectCard(cardId: string): void;
  openFindings(nodeId: string): void;
  openComments(id: string): void;
  /** Whether a step that names this flow can open it from here. */
  canOpen(flowId: string): boolean;
  openSubflow(flowId: string): void;
  resizeFrame(id: string, rect: { x: number; y: number; width: number; height: number }): void;
}

export const CanvasContext = createContext<{ texts: CanvasTexts; actions: CanvasActions } | null>(null);

/** Texts and actions of the canvas that this node or edge stands on. */
export function useCanvas(): { texts: CanvasTexts; actions: CanvasActions } {
  const value = useContext(CanvasContext);
  if (!value) throw new Error('A flow node was drawn outside of a canvas');
  return value;
}
