import { likeness, type StepDraft } from './discourse.ts'
import { type Exit, type Graph, unite } from './graph.ts'
import type { Memory } from './memory.ts'
import type { ReadLanguage } from './reading.ts'
import type { Ways } from './ways.ts'
import { isWord } from './words.ts'

/** Steps that stand beside others or go back to them. */
export interface Sideways {
  addParallel(draft: StepDraft, reach: 'beside' | 'run'): boolean
  addAgain(draft: StepDraft): boolean
  askAgain(draft: StepDraft): void
}

/** What placing a step beside others needs from the assembler. */
export interface SidewaysTools {
  start: string
  /** Lowest index of an open decision that may be closed. */
  base(): number
  popOpen(): void
  place(draft: StepDraft): string
  /** The sentence in which each decision was made. */
  decided: ReadonlyMap<string, number>
  alternativeNodes: ReadonlySet<string>
}

/** The moves that leave the straight order of a text. */
export function createSideways(language: ReadLanguage, graph: Graph, memory: Memory, ways: Ways, tools: SidewaysTools): Sideways {
  const { history, findTold, findAkin } = memory
  const { start, popOpen, place, decided, alternativeNodes } = tools

  /** A step beside the one before: it begins where the run of the other actor began. */
  function addParallel(draft: StepDraft, reach: 'beside' | 'run'): boolean {
    const last = history[history.length - 1]
    if (last === undefined || ways.frontier.length === 0) return false
    let from = history.length - 1
    if (last.sentence !== ways.sentence && reach === 'beside') while (from > 0 && history[from - 1]!.sentence === last.sentence && graph.drafts.get(history[from - 1]!.key)?.actor !== draft.actor && graph.nodes.find((node) => node.key === history[from]!.entry[0]?.from)?.type === 'decision') from--
    if (last.sentence !== ways.sentence && reach === 'run') {
      const run = history.findLastIndex((entry) => graph.drafts.get(entry.key)?.actor !== undefined && graph.drafts.get(entry.key)!.type !== 'screen')
      const actor = run < 0 ? undefined : graph.drafts.get(history[run]!.key)!.actor
      if (actor !== undefined && actor !== draft.actor && history.length - run <= 4) {
        from = run
        while (from > 0 && graph.drafts.get(history[from - 1]!.key)?.actor === actor) from--
      }
    }
    const entry = last.sentence === ways.sentence ? history[from]!.entry : beforeDecisions(history[from]!.entry, last.sentence)
    if (entry.every((exit) => exit.from === start) && from + 1 >= history.length && last.sentence !== ways.sentence) return false
    while (ways.open.length > tools.base() && last.sentence !== ways.sentence) popOpen()
    ways.hold = unite(ways.hold, ways.frontier)
    ways.frontier = entry
    place(draft)
    return true
  }

  /** Where the way came from before the decisions that this sentence opened. */
  function beforeDecisions(entry: Exit[], told: number): Exit[] {
    const first = entry[0]
    if (first === undefined || entry.length !== 1) return entry
    const node = graph.node(first.from)
    if (node?.type !== 'decision' || decided.get(first.from) !== told || alternativeNodes.has(first.from) === false) return entry
    return graph.edges.filter((edge) => edge.to === first.from && edge.kind !== 'loop').map((edge) => ({ from: edge.from, ...(edge.label === undefined ? {} : { label: edge.label }), ...(edge.kind === undefined ? {} : { kind: edge.kind }) }))
  }

  /** "repairs it again" as the answer to a test: back to where it was told first. */
  function addAgain(draft: StepDraft): boolean {
    const top = ways.open[ways.open.length - 1]
    if (top === undefined || top.kind !== 'if' && top.kind !== 'limit' || ways.frontier.length === 0) return false
    const atOnce = ways.frontier.length === 1 && ways.frontier[0]!.from === top.node
    const told = findTold(draft) ?? findAkin(draft)
    if (told === undefined || !atOnce && likeness(graph.drafts.get(told)!.stems, draft.stems) < 0.9) return false
    graph.connect(ways.frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), told)
    ways.frontier = []
    return true
  }

  /** "asks for the code again" behind a failed test: back to where the code is entered. */
  function askAgain(draft: StepDraft): void {
    const top = ways.open[ways.open.length - 1]
    if (top === undefined || !/^(?:ask|prompt|request|fragen|bitten|auffordern)$/.test(draft.verb)) return
    const entered = history.findLast(({ key }) => {
      const told = graph.drafts.get(key)!
      return told !== draft && isWord(language, 'input', told.verb) && likeness(told.objectStems, draft.objectStems) >= 0.5
    })
    if (entered === undefined) return
    graph.connect(ways.frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), entered.key)
    ways.frontier = []
  }

  return { addParallel, addAgain, askAgain }
}
