import type { StepDraft } from './discourse.ts'
import type { ReadEdge, ReadEdgeKind, ReadNode } from './reading.ts'

/** An open end of the graph that the next step joins. */
export interface Exit {
  from: string
  label?: string
  kind?: ReadEdgeKind
}

/** The growing graph of a reading, with the step behind each node. */
export interface Graph {
  nodes: ReadNode[]
  edges: ReadEdge[]
  drafts: Map<string, StepDraft>
  addNode(node: Omit<ReadNode, 'key'>): string
  connect(exits: readonly Exit[], to: string): void
  node(key: string): ReadNode | undefined
}

/** An empty graph. */
export function createGraph(): Graph {
  const nodes: ReadNode[] = []
  const edges: ReadEdge[] = []
  const byKey = new Map<string, ReadNode>()
  const known = new Set<string>()
  return {
    nodes,
    edges,
    drafts: new Map(),
    addNode(node) {
      const key = `n${nodes.length + 1}`
      const made: ReadNode = { key, ...node }
      nodes.push(made)
      byKey.set(key, made)
      return key
    },
    connect(exits, to) {
      for (const exit of exits) {
        const id = `${exit.from}>${to}>${exit.label ?? ''}`
        if (known.has(id)) continue
        known.add(id)
        edges.push({ from: exit.from, to, ...(exit.label === undefined ? {} : { label: exit.label }), ...(exit.kind === undefined ? {} : { kind: exit.kind }) })
      }
    },
    node: (key) => byKey.get(key),
  }
}

/** Exits without doubles, in the order of their first mention. */
export function unite(...lists: readonly Exit[][]): Exit[] {
  const seen = new Set<string>()
  const united: Exit[] = []
  for (const exit of lists.flat()) {
    const id = `${exit.from}>${exit.label ?? ''}`
    if (seen.has(id)) continue
    seen.add(id)
    united.push(exit)
  }
  return united
}

/**
 * Removes what says nothing: decisions whose arms all lead to one place, and nodes that nothing leads to.
 * Keys are given anew in the order of the nodes.
 */
export function tidyGraph(nodes: ReadNode[], edges: ReadEdge[]): { nodes: ReadNode[]; edges: ReadEdge[] } {
  let keptNodes = nodes
  let keptEdges = dedupe(edges)
  for (let changed = true; changed;) {
    changed = false
    for (const node of keptNodes) {
      if (node.type !== 'decision') continue
      const out = keptEdges.filter((edge) => edge.from === node.key)
      const targets = new Set(out.map((edge) => edge.to))
      if (targets.size >= 2) continue
      const target = [...targets][0]
      const incoming = keptEdges.filter((edge) => edge.to === node.key)
      keptEdges = keptEdges.filter((edge) => edge.from !== node.key && edge.to !== node.key)
      if (target !== undefined && target !== node.key) for (const edge of incoming) if (edge.from !== target || edge.kind === 'loop') keptEdges.push({ ...edge, to: target })
      keptEdges = dedupe(keptEdges)
      keptNodes = keptNodes.filter((other) => other !== node)
      changed = true
      break
    }
  }
  const end = keptNodes.find((node) => node.type === 'end')
  // A step that led only into a removed decision about itself goes on to the end.
  if (end !== undefined) for (const node of keptNodes) if (node !== end && !keptEdges.some((edge) => edge.from === node.key)) keptEdges.push({ from: node.key, to: end.key })
  if (end !== undefined && !reachable(keptNodes, keptEdges).has(end.key)) {
    // Every way turned back: the text tells no end, so its last step is one.
    const within = reachable(keptNodes, keptEdges)
    const last = keptNodes.findLast((node) => within.has(node.key) && node.type !== 'decision' && node.type !== 'end')
    if (last !== undefined) keptEdges.push({ from: last.key, to: end.key })
  }
  const reached = reachable(keptNodes, keptEdges)
  keptNodes = keptNodes.filter((node) => reached.has(node.key))
  keptEdges = keptEdges.filter((edge) => reached.has(edge.from) && reached.has(edge.to))
  const renamed = new Map(keptNodes.map((node, index) => [node.key, `n${index + 1}`]))
  return {
    nodes: keptNodes.map((node) => ({ ...node, key: renamed.get(node.key)! })),
    edges: keptEdges.map((edge) => ({ ...edge, from: renamed.get(edge.from)!, to: renamed.get(edge.to)! })),
  }
}

/** One edge between two nodes is enough, unless both are labelled arms of a decision. */
function dedupe(edges: ReadEdge[]): ReadEdge[] {
  const seen = new Set<string>()
  return edges.filter((edge) => {
    const id = `${edge.from}>${edge.to}>${edge.label ?? ''}`
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
}

function reachable(nodes: ReadNode[], edges: ReadEdge[]): Set<string> {
  const next = new Map<string, string[]>()
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to])
  const start = nodes[0]
  const reached = new Set<string>(start === undefined ? [] : [start.key])
  const queue = [...reached]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const to of next.get(key) ?? []) if (!reached.has(to)) { reached.add(to); queue.push(to) }
  }
  return reached
}
