import type { DEVICES, NodeType as FlowNodeType, PRIORITIES, STATUSES } from '../flow/schema.ts';

export type NodeType = FlowNodeType;
export type Status = (typeof STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];
export type Device = (typeof DEVICES)[number];
export type EdgeKind = 'default' | 'yes' | 'no' | 'error' | 'parallel' | 'loop';

/** A status, priority, device or method that a phrase names, with the field that it belongs to; undefined when it names none. */
export function fieldValueOf(text: string): { field: 'status' | 'priority' | 'device' | 'data.method'; value: string } | undefined {
  const words = text.toLowerCase();
  for (const [pattern, field, value] of VALUES) if (pattern.test(words)) return { field, value };
  return undefined;
}

const VALUES: [RegExp, 'status' | 'priority' | 'device' | 'data.method', string][] = [
  [/^(?:a |an )?(get|post|put|patch|delete)(?: request)?$/, 'data.method', ''],
  [/\b(in progress|in arbeit|wip|started|begonnen)\b/, 'status', 'inProgress'],
  [/\b(done|finished|complete|completed|erledigt|fertig|abgeschlossen)\b/, 'status', 'done'],
  [/\b(to ?do|open|offen|zu tun)\b/, 'status', 'todo'],
  [/\b(critical|kritisch|urgent|dringend)\b/, 'priority', 'critical'],
  [/\b(important|wichtig|high)\b/, 'priority', 'important'],
  [/\b(mobile|phone|handy|smartphone|mobil)\b/, 'device', 'mobile'],
  [/\b(tablet)\b/, 'device', 'tablet'],
  [/\b(desktop)\b/, 'device', 'desktop'],
];
