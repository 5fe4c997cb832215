import { likeness, type StepDraft } from './discourse.ts'
import type { Exit, Graph } from './graph.ts'
import type { ReadEdge } from './reading.ts'

/** A step in the order of its telling, with the open ends that it joined. */
export interface ToldStep {
  key: string
  entry: Exit[]
  sentence: number
}

/** What was told so far, and how later words find it again. */
export interface Memory {
  history: ToldStep[]
  isEarlier(key: string, than: string): boolean
  findNamed(stems: ReadonlySet<string>): string | undefined
  names(stems: ReadonlySet<string>, draft: StepDraft): boolean
  findTold(event: StepDraft): string | undefined
  findAkin(draft: StepDraft): string | undefined
  stepBefore(node: string): string | undefined
  loopsBack(edge: ReadEdge): boolean
}

/** An empty memory over a growing graph. */
export function createMemory(graph: Graph): Memory {
  const history: ToldStep[] = []

  function isEarlier(key: string, than: string): boolean {
    return graph.nodes.findIndex((node) => node.key === key) <= graph.nodes.findIndex((node) => node.key === than)
  }

  /** The step that a name means: one whose title holds all of its words, the latest first. */
  function findNamed(stems: ReadonlySet<string>): string | undefined {
    if (stems.has('start') || stems.has('beginning') || stems.has('begin') || stems.has('anfang')) return history[0]?.key
    let best: string | undefined
    let bestScore = 0
    for (const { key } of history) {
      const draft = graph.drafts.get(key)!
      if (!names(stems, draft)) continue
      const score = likeness(stems, draft.stems) + (draft.type === 'screen' || draft.type === 'popup' ? 0.2 : 0)
      if (score >= bestScore) {
        best = key
        bestScore = score
      }
    }
    return best
  }

  function names(stems: ReadonlySet<string>, draft: StepDraft): boolean {
    if (stems.size === 0) return false
    let shared = 0
    for (const stem of stems) if (draft.stems.has(stem)) shared++
    const generic = new Set(['page', 'screen', 'seit', 'step', 'schritt', 'ansicht', 'bildschirm', 'form'])
    const meaningful = [...stems].filter((stem) => !generic.has(stem))
    if (meaningful.length > 0) return meaningful.every((stem) => draft.stems.has(stem))
    return shared === stems.size
  }

  /** The step that an event repeats: "once the order is placed" behind "places the order". */
  function findTold(event: StepDraft): string | undefined {
    for (let index = history.length - 1; index >= 0; index--) {
      const { key } = history[index]!
      const draft = graph.drafts.get(key)!
      if (draft.verb !== '' && draft.verb === event.verb && (event.objectStems.size === 0 || likeness(draft.objectStems, event.objectStems) >= 0.6)) return key
      if (likeness(draft.stems, event.stems) >= 0.8) return key
    }
    return undefined
  }

  /** The step that a noun takes up: "the calculation is done again" behind "calculates". */
  function findAkin(draft: StepDraft): string | undefined {
    const stems = [...draft.objectStems]
    return history.findLast(({ key }) => {
      const verb = graph.drafts.get(key)!.verb
      return verb.length >= 5 && stems.some((stem) => stem.slice(0, Math.max(5, verb.length - 2)) === verb.slice(0, Math.max(5, verb.length - 2)))
    })?.key
  }

  function stepBefore(node: string): string | undefined {
    let at = node
    for (let steps = 0; steps < 8; steps++) {
      const before = graph.edges.find((edge) => edge.to === at && edge.kind !== 'loop')
      if (before === undefined) return undefined
      at = before.from
      if (graph.drafts.has(at)) return at
    }
    return undefined
  }

  function loopsBack(edge: ReadEdge): boolean {
    let current: ReadEdge | undefined = edge
    for (let steps = 0; current !== undefined && steps < 8; steps++) {
      if (current.kind === 'loop' || graph.nodes.findIndex((node) => node.key === current!.to) < graph.nodes.findIndex((node) => node.key === current!.from)) return true
      const from: string = current.to
      current = graph.edges.find((next) => next.from === from)
    }
    return false
  }

  return { history, isEarlier, findNamed, names, findTold, findAkin, stepBefore, loopsBack }
}
