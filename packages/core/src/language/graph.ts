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
    // One pass over maps: removing decisions one by one from lists is cubic in a text of nothing but tests.
    const outgoing = groupBy(keptEdges, 'from')
    const incoming = groupBy(keptEdges, 'to')
    const removed = new Set<string>()
    const gone = new Set<ReadEdge>()
    const added: ReadEdge[] = []
    for (const node of keptNodes) {
      if (node.type !== 'decision') continue
      const out = (outgoing.get(node.key) ?? []).filter((edge) => !gone.has(edge))
      const targets = new Set(out.map((edge) => edge.to))
      if (targets.size >= 2) continue
      const target = [...targets][0]
      const before = (incoming.get(node.key) ?? []).filter((edge) => !gone.has(edge))
      for (const edge of [...out, ...before]) gone.add(edge)
      if (target !== undefined && target !== node.key) {
        for (const edge of before) {
          if (edge.from === target && edge.kind !== 'loop') continue
          const moved = { ...edge, to: target }
          added.push(moved)
          outgoing.set(edge.from, [...(outgoing.get(edge.from) ?? []), moved])
          incoming.set(target, [...(incoming.get(target) ?? []), moved])
        }
      }
      removed.add(node.key)
      changed = true
    }
    keptEdges = dedupe([...keptEdges, ...added].filter((edge) => !gone.has(edge)))
    keptNodes = keptNodes.filter((node) => !removed.has(node.key))
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

function groupBy(edges: ReadEdge[], end: 'from' | 'to'): Map<string, ReadEdge[]> {
  const groups = new Map<string, ReadEdge[]>()
  for (const edge of edges) {
    const group = groups.get(edge[end])
    if (group === undefined) groups.set(edge[end], [edge])
    else group.push(edge)
  }
  return groups
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
  for (const [key, group] of groupBy(edges, 'from')) next.set(key, group.map((edge) => edge.to))
  const start = nodes[0]
  const reached = new Set<string>(start === undefined ? [] : [start.key])
  const queue = [...reached]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const to of next.get(key) ?? []) if (!reached.has(to)) { reached.add(to); queue.push(to) }
  }
  return reached
}
