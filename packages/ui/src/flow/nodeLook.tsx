import type { ElementType, NodeType } from '@uxflow/core';
import { AppWindow, CirclePlay, CircleStop, GitFork, Globe, Link2, MessageSquareText, Monitor, Smartphone, SquareMousePointer, StickyNote, Tablet, Waypoints, Zap, type LucideIcon } from 'lucide-react';

/** The icon of every node type. */
export const NODE_ICONS: Readonly<Record<NodeType, LucideIcon>> = {
  start: CirclePlay,
  end: CircleStop,
  screen: AppWindow,
  popup: MessageSquareText,
  action: Zap,
  apiCall: Globe,
  decision: GitFork,
  condition: Waypoints,
  subflow: Link2,
  note: StickyNote,
};

/** The icon of every device. */
export const DEVICE_ICONS = { desktop: Monitor, tablet: Tablet, mobile: Smartphone } as const satisfies Record<string, LucideIcon>;

/** The icon that stands for clickable things on a screen. */
export const ELEMENT_ICON = SquareMousePointer;

/** CSS value of a node type's colour. */
export function nodeColor(type: NodeType): string {
  return `var(--node-${type})`;
}

/** True for elements that a person types into or switches. */
export function isFormElement(type: ElementType): boolean {
  return type === 'input' || type === 'select' || type === 'toggle';
}

/** Colours that a person may give nodes, edges, frames, personas and goals: readable on both themes. */
export const SWATCHES = ['#e0564f', '#e08a1e', '#c9a40c', '#2f9e5e', '#1897a6', '#3b7ff0', '#7a5cf0', '#c04fb4', '#7c8494'] as const;
