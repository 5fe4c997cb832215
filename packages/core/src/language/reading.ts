/** The languages that the reader understands. */
export type ReadLanguage = 'en' | 'de'

/** The node types a reading may hold: a subset of the node types of a flow. */
export type ReadNodeType = 'start' | 'end' | 'screen' | 'popup' | 'action' | 'apiCall' | 'decision' | 'subflow' | 'note'

/** A control or content that the text names on a screen. */
export interface ReadElement {
  type: 'input' | 'button' | 'text' | 'list' | 'link' | 'image'
  label: string
}

/** One step, decision, start or end that the text tells. */
export interface ReadNode {
  /** Stable within one reading: n1, n2, ... in the order in which the nodes were made. */
  key: string
  type: ReadNodeType
  title: string
  description?: string
  actor?: string
  elements?: ReadElement[]
  /** Character offsets [from, to) of the source text. */
  span: [number, number]
}

/** What an edge stands for; `default` when absent. */
export type ReadEdgeKind = 'default' | 'yes' | 'no' | 'error' | 'parallel' | 'loop'

/** A transition between two nodes of a reading. */
export interface ReadEdge {
  from: string
  to: string
  label?: string
  kind?: ReadEdgeKind
}

/** Something that the reader had to decide for itself, as a code that the screen renders. */
export interface ReadAssumption {
  code: string
  params: Record<string, string | number>
}

/** What a text says as a process: a connected graph with one start, or no nodes at all. */
export interface TextReading {
  language: ReadLanguage
  title?: string
  nodes: ReadNode[]
  edges: ReadEdge[]
  actors: string[]
  assumptions: ReadAssumption[]
}
