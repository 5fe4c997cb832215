import type { Correction } from './correction.ts'
import { type Condition, type JumpTarget, likeness, type StepDraft } from './discourse.ts'
import { type Exit, type Graph, unite } from './graph.ts'
import type { Memory } from './memory.ts'
import type { ReadLanguage } from './reading.ts'
import type { Ways } from './ways.ts'
import { LABELS } from './words.ts'

/** Ways that wait for a step which is told later: by its name or by its number in the list. */
export interface Waiting {
  stems: ReadonlySet<string>
  number?: number
  exact?: boolean
  exits: Exit[]
  fallback?: StepDraft
  span: [number, number]
}

/** Ways that lead to steps which are told elsewhere. */
export interface Jumps {
  addJump(target: JumpTarget): void
  addUntil(condition: Condition): void
  /** "this is repeated until X". */
  repeatUntil(condition: Condition): void
  /** A named place of a path that is drawn with arrows. */
  visit(draft: StepDraft, opens: boolean): void
  makeLastOptional(): void
  /** Ways that lead straight to something which the text never tells again: it is told now. */
  flowForward(): void
  wait(entry: Waiting): void
  /** The ways that wait for a step, or for the number of the list item alone; they wait no longer. */
  take(draft: StepDraft | undefined): Exit[]
  /** What still waits. */
  rest(): readonly Waiting[]
  /** The next step or decision has this number in its list. */
  announce(number: number): void
  /** Remembers which node the announced number opened. */
  number(key: string): void
}

/** What jumps need from the assembler. */
export interface JumpTools {
  start: string
  correction: Correction
  place(draft: StepDraft): string
  decide(question: string, span: [number, number]): string
  tellsLater(stems: ReadonlySet<string>, after: number): boolean
}

/** The jumps of one text. */
export function createJumps(language: ReadLanguage, graph: Graph, memory: Memory, ways: Ways, tools: JumpTools): Jumps {
  const labels = LABELS[language]
  const { history, isEarlier, findNamed, names, stepBefore } = memory
  const { start, correction, place, decide, tellsLater } = tools
  const numbered = new Map<number, string>()
  let waiting: Waiting[] = []
  let pendingNumber: number | undefined

  function isAwaited(entry: Waiting, draft: StepDraft): boolean {
    if (entry.number !== undefined) return entry.number === pendingNumber
    return entry.exact === true ? likeness(entry.stems, draft.stems) === 1 : names(entry.stems, draft)
  }

  /** Ways that lead straight to something which the text never tells again: it is told now. */
  function flowForward(): void {
    for (const entry of [...waiting]) {
      if (entry.fallback === undefined || tellsLater(entry.stems, entry.span[1])) continue
      waiting = waiting.filter((other) => other !== entry)
      ways.frontier = unite(entry.exits, ways.frontier)
      const fallback = entry.fallback
      place(fallback)
    }
  }

  function addJump(target: JumpTarget): void {
    if (ways.frontier.length === 0 && ways.open.length === 0) return
    const key = resolveJump(target)
    if (key !== undefined) {
      graph.connect(ways.frontier.map((exit) => ({ ...exit, kind: isEarlier(key, exit.from) ? 'loop' as const : exit.kind })), key)
      ways.frontier = []
      return
    }
    if (target.step !== undefined) {
      waiting.push({ stems: new Set(), number: target.step, exits: ways.frontier, span: target.span })
      ways.frontier = []
      return
    }
    if (target.direct && target.fallback !== undefined) {
      if (ways.open.length > ways.base || tellsLater(target.stems, target.span[1])) {
        waiting.push({ stems: target.stems, exits: ways.frontier, fallback: target.fallback, span: target.span })
        ways.frontier = []
      } else place(target.fallback)
      return
    }
    if (target.fallback !== undefined) place(target.fallback)
  }

  function resolveJump(target: JumpTarget): string | undefined {
    if (target.step !== undefined) return numbered.get(target.step)
    if (target.stems.size > 0) {
      const found = findNamed(target.stems)
      if (found !== undefined) return found
      if (!target.again) return undefined
    }
    if (!target.again || target.direct) return undefined
    if (/\b(?:start|beginning|anfang)\b/i.test(target.phrase?.text ?? '')) return history[0]?.key
    const test = ways.open.findLast((entry) => entry.kind === 'if' || entry.kind === 'limit') ?? undefined
    if (test === undefined) return undefined
    return correction.formBefore(test.node) ?? stepBefore(test.node)
  }

  function addUntil(condition: Condition): void {
    const target = ways.sentenceFirst ?? history[history.length - 1]?.key
    if (target === undefined || ways.frontier.length === 0) return
    const node = decide(condition.question, condition.span)
    const yes: Exit = { from: node, label: labels.yes, kind: 'yes' }
    const no: Exit = { from: node, label: labels.no, kind: 'no' }
    graph.connect([{ ...(condition.negative ? yes : no), kind: 'loop' }], target)
    ways.frontier = [condition.negative ? no : yes]
  }

  /** "this is repeated until X": the open correction leads back to the step that it corrects. */
  function repeatUntil(condition: Condition): void {
    const test = ways.open.findLast((entry) => entry.kind === 'if')
    const before = test === undefined ? undefined : stepBefore(test.node)
    if (before === undefined) {
      addUntil(condition)
      return
    }
    graph.connect(ways.frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), before)
    ways.frontier = []
  }

  /** A named place of a path that is drawn with arrows. */
  function visit(draft: StepDraft, opens: boolean): void {
    const known = history.find(({ key }) => likeness(graph.drafts.get(key)!.stems, draft.stems) === 1)?.key
    if (known === undefined) {
      place(draft)
      return
    }
    if (!opens) graph.connect(ways.frontier.filter((exit) => exit.from !== known), known)
    else if (!ways.frontier.some((exit) => exit.from === known)) ways.dead = unite(ways.dead, ways.frontier.filter((exit) => exit.from !== start && !graph.edges.some((edge) => edge.from === exit.from)))
    ways.frontier = [{ from: known }]
  }

  function makeLastOptional(): void {
    const last = history[history.length - 1]
    if (last === undefined) return
    const title = graph.node(last.key)!.title
    const node = graph.addNode({ type: 'decision', title: `${title}?`, span: graph.node(last.key)!.span })
    for (const edge of graph.edges) if (edge.to === last.key) edge.to = node
    graph.connect([{ from: node, label: labels.yes, kind: 'yes' }], last.key)
    ways.frontier = unite(ways.frontier, [{ from: node, label: labels.no, kind: 'no' }])
  }

  function take(draft: StepDraft | undefined): Exit[] {
    const arrived = waiting.filter((entry) => (draft === undefined ? entry.number !== undefined && entry.number === pendingNumber : isAwaited(entry, draft)))
    waiting = waiting.filter((entry) => !arrived.includes(entry))
    return unite(...arrived.map((entry) => entry.exits))
  }

  function number(key: string): void {
    if (pendingNumber === undefined) return
    if (!numbered.has(pendingNumber)) numbered.set(pendingNumber, key)
    pendingNumber = undefined
  }

  return {
    addJump, addUntil, repeatUntil, visit, makeLastOptional, flowForward, take, number,
    wait: (entry) => { waiting.push(entry) },
    rest: () => waiting,
    announce: (value) => { pendingNumber = value },
  }
}
