import type { Correction } from './correction.ts'
import { type Condition, type Item, likeness, type StepDraft } from './discourse.ts'
import { type Exit, type Graph, unite } from './graph.ts'
import type { Memory } from './memory.ts'
import type { ReadLanguage } from './reading.ts'
import type { Ways } from './ways.ts'
import { LABELS } from './words.ts'

/** Ways that leave the main line where it was told before, or from a screen. */
export interface Detours {
  /** Puts a test that is told behind the main line to the step that it is about; false when no step is. */
  addLate(items: Item[]): boolean
  /** Leaves the screen by a control; the telling goes on at the screen. */
  addWay(label: string, items: Item[], span: [number, number]): void
  /** Begins the section of a screen: what leads there by name joins it, and the main line waits when something does. */
  openSection(draft: StepDraft): void
  /** Leads the open ways to a screen by its name. */
  lead(draft: StepDraft): void
  /** What still waits at the end of the text. */
  rest(): Exit[]
}

/** What detours need from the assembler. */
export interface DetourTools {
  correction: Correction
  decide(question: string, span: [number, number]): string
  place(draft: StepDraft): string
  addItem(item: Item): void
  /** Tells items apart from the open decisions around them. */
  apart(tell: () => void): void
  /** Ways that wait for a step of this name; they are taken. */
  takeWaiting(draft: StepDraft): Exit[]
  /** Lets ways wait for a step that is told later. */
  wait(draft: StepDraft, exits: Exit[]): void
}

/** The detours of one text. */
export function createDetours(language: ReadLanguage, graph: Graph, memory: Memory, ways: Ways, tools: DetourTools): Detours {
  const labels = LABELS[language]
  let parked: Exit[] = []

  function addLate(items: Item[]): boolean {
    const first = items[0]
    if (first?.kind !== 'if') return false
    const { condition } = first
    const anchor = anchorOf(condition, items)
    if (anchor === undefined) return false
    const node = graph.addNode({ type: 'decision', title: condition.question.endsWith('?') ? condition.question : `${condition.question}?`, span: condition.span })
    const told: Exit = condition.negative ? { from: node, label: labels.no, kind: 'no' } : { from: node, label: labels.yes, kind: 'yes' }
    const other: Exit = condition.negative ? { from: node, label: labels.yes, kind: 'yes' } : { from: node, label: labels.no, kind: 'no' }
    const targets: string[] = []
    for (const edge of graph.edges) {
      if (edge.from !== anchor || edge.kind === 'loop') continue
      edge.from = node
      edge.label = other.label!
      edge.kind = other.kind!
      targets.push(edge.to)
    }
    const isEnd = ways.frontier.some((exit) => exit.from === anchor)
    const moved = (exits: Exit[]): Exit[] => exits.map((exit) => (exit.from === anchor ? other : exit))
    const saved = moved(ways.frontier)
    ways.dead = moved(ways.dead)
    graph.connect([{ from: anchor }], node)
    ways.frontier = [told]
    tools.apart(() => {
      for (const item of items.slice(1)) tools.addItem(item)
    })
    const open = ways.frontier.filter((exit) => {
      const draft = graph.drafts.get(exit.from)
      const form = draft !== undefined && tools.correction.showsError(draft, condition, false) ? tools.correction.formBefore(node) : undefined
      if (form !== undefined) graph.connect([{ ...exit, kind: 'loop' }], form)
      return form === undefined
    })
    for (const target of targets) graph.connect(open, target)
    ways.frontier = isEnd || targets.length === 0 ? unite(saved, open) : saved
    return true
  }

  /** The step that a test is about: one that shares its words, else the one that its consequence leads back to. */
  function anchorOf(condition: Condition, items: Item[]): string | undefined {
    let best: string | undefined
    let bestScore = 0
    for (const { key } of memory.history) {
      const score = likeness(condition.stems, graph.drafts.get(key)!.stems)
      if (score > 0.2 && score >= bestScore) {
        best = key
        bestScore = score
      }
    }
    // "no results": the results never show, so the test stands before them.
    if (best !== undefined) return condition.negative && /^(?:no|kein(?:e[nrs]?)?)\s/i.test(condition.label) ? memory.stepBefore(best) ?? best : best
    const jump = items.find((item) => item.kind === 'jump')
    return jump?.kind === 'jump' && jump.target.stems.size > 0 ? memory.findNamed(jump.target.stems) : undefined
  }

  function addWay(label: string, items: Item[], span: [number, number]): void {
    const node = tools.decide(label, span)
    ways.frontier = [{ from: node, label: labels.yes, kind: 'yes' }]
    tools.apart(() => {
      for (const item of items) {
        if (item.kind === 'visit') lead(item.step)
        else tools.addItem(item)
      }
    })
    parked = unite(parked, ways.frontier)
    ways.frontier = [{ from: node, label: labels.no, kind: 'no' }]
  }

  /** The way leads to a screen: back to it, or on to where it is told. */
  function lead(draft: StepDraft): void {
    const known = screenOf(draft)
    if (known === undefined) tools.wait(draft, ways.frontier)
    else graph.connect(ways.frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), known)
    ways.frontier = []
  }

  function screenOf(draft: StepDraft): string | undefined {
    return memory.history.find(({ key }) => likeness(graph.drafts.get(key)!.stems, draft.stems) === 1)?.key
  }

  function openSection(draft: StepDraft): void {
    const known = screenOf(draft)
    const arrived = tools.takeWaiting(draft)
    if (known !== undefined) {
      if (ways.frontier.every((exit) => exit.from !== known)) parked = unite(parked, ways.frontier)
      graph.connect(arrived, known)
      ways.frontier = [{ from: known }]
      return
    }
    if (arrived.length > 0) {
      parked = unite(parked, ways.frontier)
      ways.frontier = arrived
    } else {
      ways.frontier = unite(ways.frontier, parked)
      parked = []
    }
    tools.place(draft)
  }

  return { addLate, addWay, openSection, lead, rest: () => parked }
}
