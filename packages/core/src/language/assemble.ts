import { type Condition, type Item, type JumpTarget, likeness, type StepDraft } from './discourse.ts'
import { createGraph, type Exit, type Graph, tidyGraph, unite } from './graph.ts'
import type { ReadAssumption, ReadEdge, ReadLanguage, ReadNode } from './reading.ts'
import { createAlternatives, lower } from './alternatives.ts'
import { createCorrection } from './correction.ts'
import { createDetours } from './detours.ts'
import { createMemory } from './memory.ts'
import { areSiblings, isOpposite } from './siblings.ts'
import { tellsFailure } from './testFragment.ts'
import { createSideways } from './sideways.ts'
import type { Alternatives, Open, Ways } from './ways.ts'
import { isWord, LABELS } from './words.ts'

/** One sentence's moves. */
export interface Move {
  items: Item[]
  /** The number of the numbered list item that it opens. */
  number?: number
  /** A test of something that was told before, behind the main line. */
  late?: boolean
}

/** Builds the graph of a text sentence by sentence. */
export interface Assembler {
  /** Adds a run of sentences; each may look at the ones behind it. */
  addMoves(moves: Move[]): void
  /** Opens a decision whose arms are list items. */
  openChoice(question: string, span: [number, number]): void
  /** Begins an arm of the innermost choice; `condition` is what holds in it, in the text's own words, where the label says less. */
  beginArm(label: string, isElse: boolean, condition?: string): void
  /** Closes the innermost choice: its open arms flow together. */
  closeChoice(): void
  /** Begins what is told below the last step: its tests stay within the open arm. */
  enter(): void
  /** Ends what `enter` began. */
  leave(): void
  /** The graph as read so far, closed by its end. */
  finish(): { nodes: ReadNode[]; edges: ReadEdge[]; assumptions: ReadAssumption[] }
}

/** An assembler for one text. `tellsLater` says whether the text behind an offset still names these stems. */
export function createAssembler(language: ReadLanguage, text: string, tellsLater: (stems: ReadonlySet<string>, after: number) => boolean): Assembler {
  const labels = LABELS[language]
  const graph: Graph = createGraph()
  const assumptions: ReadAssumption[] = []
  const start = graph.addNode({ type: 'start', title: labels.start, span: [0, 0] })
  const ways: Ways = { frontier: [{ from: start }], hold: [], dead: [], open: [], alternatives: undefined, casesLater: false, sentence: 0 }
  let lastEnded: Exit[] = []
  let base = 0
  const bases: number[] = []
  let waiting: { stems: ReadonlySet<string>; number?: number; exact?: boolean; exits: Exit[]; fallback?: StepDraft; span: [number, number] }[] = []
  let lastTest: Open | undefined
  const memory = createMemory(graph)
  const { history, isEarlier, findNamed, names, findTold, findAkin, stepBefore, loopsBack } = memory
  const correction = createCorrection(language, graph, memory)
  const { pickOf, optionOf, ownerOf, pick, settleAlternatives, collapseAlternatives } = createAlternatives(language, graph, ways, popOpen)
  const decided = new Map<string, number>()
  const alternativeNodes = new Set<string>()
  const { addParallel, addAgain, askAgain } = createSideways(language, graph, memory, ways, { start, base: () => base, popOpen, place, decided, alternativeNodes })
  const detours = createDetours(language, graph, memory, ways, {
    correction,
    decide,
    place,
    addItem: (item) => addItem(item, []),
    apart(tell) {
      bases.push(base)
      base = ways.open.length
      tell()
      closeAll()
      base = bases.pop()!
    },
    takeWaiting(draft) {
      const arrived = waiting.filter((entry) => isAwaited(entry, draft))
      waiting = waiting.filter((entry) => !arrived.includes(entry))
      return unite(...arrived.map((entry) => entry.exits))
    },
    wait: (draft, exits) => waiting.push({ stems: draft.stems, exact: true, exits, fallback: draft, span: draft.span }),
  })
  const numbered = new Map<number, string>()
  let pendingNumber: number | undefined
  let sentenceFirst: string | undefined

  function place(draft: StepDraft): string {
    const arrived = waiting.filter((entry) => isAwaited(entry, draft))
    waiting = waiting.filter((entry) => !arrived.includes(entry))
    for (const entry of arrived) ways.frontier = unite(ways.frontier, entry.exits)
    revive()
    const key = graph.addNode({ type: draft.type, title: draft.title, ...(draft.description === undefined ? {} : { description: draft.description }), ...(draft.actor === undefined ? {} : { actor: draft.actor }), ...(draft.elements === undefined ? {} : { elements: draft.elements }), span: draft.span })
    graph.drafts.set(key, draft)
    history.push({ key, entry: ways.frontier, sentence: ways.sentence })
    graph.connect(ways.frontier, key)
    ways.frontier = [{ from: key }]
    sentenceFirst ??= key
    number(key)
    return key
  }

  function isAwaited(entry: (typeof waiting)[number], draft: StepDraft): boolean {
    if (entry.number !== undefined) return entry.number === pendingNumber
    return entry.exact === true ? likeness(entry.stems, draft.stems) === 1 : names(entry.stems, draft)
  }

  function number(key: string): void {
    if (pendingNumber === undefined) return
    if (!numbered.has(pendingNumber)) numbered.set(pendingNumber, key)
    pendingNumber = undefined
  }

  /** The text goes on although every branch ended: what ended last was only an end of its branch. */
  function revive(): void {
    if (ways.frontier.length > 0 || ways.open.length > base && ways.hold.length > 0) return
    if (lastEnded.length > 0) {
      ways.frontier = lastEnded
      ways.dead = ways.dead.filter((exit) => !lastEnded.includes(exit))
      lastEnded = []
      return
    }
    const last = history[history.length - 1]
    if (last !== undefined) ways.frontier = [{ from: last.key }]
  }

  function decide(question: string, span: [number, number]): string {
    const called = waiting.filter((entry) => entry.number !== undefined && entry.number === pendingNumber)
    waiting = waiting.filter((entry) => !called.includes(entry))
    for (const entry of called) ways.frontier = unite(ways.frontier, entry.exits)
    revive()
    const key = graph.addNode({ type: 'decision', title: question.endsWith('?') ? question : `${question}?`, span })
    graph.connect(ways.frontier, key)
    decided.set(key, ways.sentence)
    number(key)
    sentenceFirst ??= key
    return key
  }

  function openIf(condition: Condition, kind: Open['kind']): void {
    const node = decide(condition.question, condition.span)
    const yes: Exit = { from: node, label: labels.yes, kind: 'yes' }
    const no: Exit = { from: node, label: labels.no, kind: 'no' }
    ways.frontier = [condition.negative ? no : yes]
    const opened: Open = { node, done: [], elseOpen: true, elseExit: condition.negative ? yes : no, condition, arms: 1, kind, passes: [] }
    ways.open.push(opened)
    lastTest = opened
  }

  /** Everything that is open flows together. */
  function closeAll(): void {
    while (ways.open.length > base && !(ways.casesLater && ways.open[ways.open.length - 1]!.kind === 'pick')) popOpen()
    ways.frontier = unite(ways.frontier, ways.hold)
    ways.hold = []
    flowForward()
  }

  function popOpen(): void {
    const top = ways.open.pop()!
    if (top.kind === 'limit') {
      if (ways.frontier.length > 0) end()
      ways.frontier = []
    }
    ways.frontier = unite(returnErrors(top), top.done, top.elseOpen ? [top.elseExit] : [])
  }

  /** Ends of an arm; an error that it showed leads back to where the person can correct what was wrong. */
  function returnErrors(test: Open, contrast = false): Exit[] {
    if (test.kind === 'first' || test.kind === 'pick') return ways.frontier
    return ways.frontier.filter((exit) => {
      const draft = graph.drafts.get(exit.from)
      if (draft === undefined || !correction.showsError(draft, test.condition, contrast) || !isEarlier(test.node, exit.from)) return true
      const form = correction.formBefore(test.node)
      if (form === undefined) return true
      graph.connect([{ ...exit, kind: 'loop' }], form)
      return false
    })
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

  function end(): void {
    ways.dead = unite(ways.dead, ways.frontier)
    lastEnded = ways.frontier
    ways.frontier = []
  }

  function addMoves(moves: Move[]): void {
    const lastCase = moves.findLastIndex((move) => move.items.some((item) => item.kind === 'case'))
    for (const [index, move] of moves.entries()) {
      ways.casesLater = index <= lastCase && lastCase > 0 && moves.slice(index).some((later) => later.items.some((item) => item.kind === 'case'))
      addMove(move, moves.slice(index + 1, index + 5))
    }
    ways.casesLater = false
  }

  function addMove(move: Move, ahead: Move[]): void {
    ways.sentence++
    sentenceFirst = undefined
    if (move.number !== undefined) pendingNumber = move.number
    if (move.items.length === 0) return
    if (move.late === true) {
      closeAll()
      if (detours.addLate(move.items)) return
    }
    const items = collapseAlternatives(move.items, ahead)
    prepare(items[0]!, ahead)
    for (const item of items) addItem(item, ahead)
    if (ways.hold.length > 0) {
      ways.frontier = unite(ways.hold, ways.frontier)
      ways.hold = []
    }
  }

  /** Before a sentence: does it go on in the open arm, open another one, or let the arms flow together? */
  function prepare(lead: Item, ahead: Move[]): void {
    if (ways.open.length <= base) {
      settleAlternatives(lead)
      return
    }
    if (lead.kind === 'else' || lead.kind === 'given' || lead.kind === 'until' && lead.repeat || lead.kind === 'case' || lead.kind === 'so' || lead.kind === 'limit' || lead.kind === 'until' || lead.kind === 'optionalLast') return
    if (lead.kind === 'if') {
      if (findSibling(lead.condition) >= base) return
      if (pickOf(lead.condition) !== undefined) return
    } else if (lead.kind === 'at' && findTold(lead.step) !== undefined) return
    else if (lead.kind === 'event' && optionOf(lead.step) !== undefined) return
    else if (lead.kind === 'event' && findTold(lead.step) !== undefined && ways.frontier.some((exit) => exit.from === findTold(lead.step))) return
    else if (armGoesOn(ahead)) return
    closeAll()
    if (!ways.casesLater) settleAlternatives(lead)
  }

  /** Whether a sentence soon tells another arm of an open decision, so that what comes before belongs to this arm. */
  function armGoesOn(ahead: Move[]): boolean {
    if (ways.frontier.length === 0) return false
    const top = ways.open[ways.open.length - 1]!
    if (top.kind === 'if' && (top.arms === 1 || !top.elseOpen) && ways.frontier.length === 1 && ways.frontier[0]!.from === top.node) return true
    for (const move of ahead) {
      const lead = move.items[0]
      if (lead === undefined) continue
      if (lead.kind === 'else') return top.elseOpen
      if (lead.kind === 'if') return findSibling(lead.condition) >= base
      if (lead.kind === 'firstTime' || lead.kind === 'case') return false
    }
    return false
  }

  function findSibling(condition: Condition): number {
    for (let index = ways.open.length - 1; index >= base; index--) {
      const candidate = ways.open[index]!
      if (candidate.kind === 'if' && (candidate.elseOpen || candidate.arms > 1) && areSiblings(language, candidate.condition, condition)) return index
    }
    return -1
  }

  function addItem(item: Item, ahead: Move[]): void {
    switch (item.kind) {
      case 'step': return addStep(item)
      case 'event': {
        const option = optionOf(item.step)
        if (option !== undefined) return pick(option)
        if (findTold(item.step) === undefined && !restatesTest(item.step)) place(item.step)
        return
      }
      case 'if': return addIf(item.condition, item.opensSentence, item.tested)
      case 'at': {
        if (ways.open.length > base && findTold(item.step) !== undefined) return
        return visit(item.step, true)
      }
      case 'firstTime': return openIf(item.condition, 'first')
      case 'else': return addElse()
      case 'so': return
      case 'case': {
        if (ways.alternatives !== undefined && ways.alternatives.options[item.which] !== undefined) pick(item.which)
        else if (item.which === 1 && ways.open.length > base) addElse()
        return
      }
      case 'limit': return addLimit(item.condition)
      case 'jump': return addJump(item.target)
      case 'end': {
        if (ways.frontier.length > 0) end()
        return
      }
      case 'until': return item.repeat ? repeatUntil(item.condition) : addUntil(item.condition)
      case 'visit': return visit(item.step, item.opens)
      case 'given': {
        const sibling = findSibling(item.condition)
        if (sibling >= base) addIf(item.condition, true)
        else if (ways.open.length > base && ways.open[ways.open.length - 1]!.elseOpen) addElse()
        return
      }
      case 'optionalLast': return makeLastOptional()
      case 'alternatives': return addAlternatives(item.options, ahead, item.question)
      case 'repeatEach': {
        assumptions.push({ code: 'REPEAT_FOR_EACH', params: { text: item.text.slice(0, 200) } })
        return
      }
      case 'way': return detours.addWay(item.label, item.items, item.span)
      case 'lead': return detours.lead(item.step)
      case 'section': return detours.openSection(item.step)
      case 'pass': return
      case 'merge': return closeAll()
    }
  }

  function addStep(item: Extract<Item, { kind: 'step' }>): void {
    const owner = ownerOf(item.step)
    if (owner !== undefined && ways.frontier.length > 1) pick(owner)
    if ((item.step.verb === 'do' || item.step.verb === 'durchführen') && item.step.again !== true && item.passive && findAkin(item.step) !== undefined) return
    if (item.step.again === true && addAgain(item.step)) return
    if (item.parallel !== '' && addParallel(item.step, item.parallel)) return
    if (!item.optional) {
      place(item.step)
      if (item.step.again === true) askAgain(item.step)
      return
    }
    const node = decide(item.step.title, item.step.span)
    ways.frontier = [{ from: node, label: labels.yes, kind: 'yes' }]
    place(item.step)
    ways.frontier.push({ from: node, label: labels.no, kind: 'no' })
  }

  function addIf(condition: Condition, opensSentence: boolean, tested?: StepDraft): void {
    const picked = pickOf(condition)
    if (picked !== undefined && opensSentence) {
      pick(picked)
      return
    }
    const sibling = opensSentence ? findSibling(condition) : -1
    if (sibling >= base) {
      while (ways.open.length > sibling + 1) popOpen()
      addSibling(ways.open[sibling]!, condition)
      return
    }
    if (tested !== undefined && findTold(tested) === undefined) place(tested)
    openIf(condition, 'if')
  }

  function addSibling(top: Open, condition: Condition): void {
    top.done = unite(top.done, returnErrors(top, true))
    const contrast = top.arms === 1 && tellsFailure(language, condition.label) !== tellsFailure(language, top.condition.label)
    const opposite = contrast || condition.negative !== top.condition.negative && condition.question === top.condition.question || top.arms === 1 && isOpposite(language, top.condition, condition)
    if (opposite) {
      ways.frontier = [top.elseExit]
      top.second = condition.label
    } else {
      relabel(top)
      ways.frontier = [{ from: top.node, label: condition.label }]
    }
    top.arms++
    top.elseOpen = false
    lastTest = top
  }

  /** With a third arm "yes" and "no" no longer say which is which. */
  function relabel(top: Open): void {
    for (const edge of graph.edges) {
      if (edge.from === top.node && (edge.kind === 'yes' || edge.kind === 'no')) {
        edge.label = labelIn(top, edge)
        delete edge.kind
      }
    }
    for (const list of [top.done, ways.dead]) for (const exit of list) if (exit.from === top.node && (exit.kind === 'yes' || exit.kind === 'no')) { exit.label = labelIn(top, exit); delete exit.kind }
  }

  /** The condition in the text's own words on the arm that holds it. */
  function labelIn(top: Open, arm: { kind?: ReadEdge['kind'] }): string {
    const isSecond = arm.kind === top.elseExit.kind
    return isSecond ? top.second ?? labels.otherwise : top.condition.label
  }

  function addElse(): void {
    while (ways.open.length > base && !ways.open[ways.open.length - 1]!.elseOpen) popOpen()
    const top = ways.open[ways.open.length - 1]
    if (top === undefined || ways.open.length <= base) return
    if (top.kind === 'first') {
      ways.frontier = unite(ways.frontier, [top.elseExit])
    } else {
      top.done = unite(top.done, returnErrors(top, true))
      ways.frontier = [top.elseExit]
    }
    top.elseOpen = false
    top.arms++
  }

  /** A limit stands behind the test that it limits, on the arm that tries again. */
  function addLimit(condition: Condition): void {
    const test = lastTest
    const arm = test === undefined ? undefined : retryArm(test)
    if (test === undefined || arm === undefined) {
      openIf(condition, 'limit')
      return
    }
    const saved = ways.frontier
    const node = graph.addNode({ type: 'decision', title: `${condition.question}?`, span: condition.span })
    const target = arm.to
    arm.to = node
    graph.connect([{ from: node, label: labels.no, kind: 'no' }], target)
    ways.frontier = [{ from: node, label: labels.yes, kind: 'yes' }]
    ways.open.push({ node, done: saved, elseOpen: false, elseExit: { from: node, label: labels.no, kind: 'no' }, condition, arms: 2, kind: 'limit', passes: [] })
  }

  function retryArm(test: Open): ReadEdge | undefined {
    const arms = graph.edges.filter((edge) => edge.from === test.node)
    return arms.find((edge) => loopsBack(edge)) ?? arms[arms.length - 1]
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
      if (ways.open.length > base || tellsLater(target.stems, target.span[1])) {
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

  /** "once the code has been verified" behind "if it is wrong": the decision's own pass. */
  function restatesTest(event: StepDraft): boolean {
    if (lastTest === undefined || lastTest.kind === 'choice' || !/^(?:verify|confirm|check|validate|accept|authenticate|pass|prüfen|bestätigen|verifizieren|überprüfen)$/.test(event.verb)) return false
    return ways.frontier.some((exit) => exit.from === lastTest!.node)
  }

  function addUntil(condition: Condition): void {
    const target = sentenceFirst ?? history[history.length - 1]?.key
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

  function addAlternatives(options: Item[][], ahead: Move[], question?: string): void {
    const titles = options.map((option) => {
      const first = option.find((item) => item.kind === 'step' || item.kind === 'jump')
      return first?.kind === 'step' ? first.step.title : first?.kind === 'jump' ? first.target.fallback?.title ?? labels.again : labels.done
    })
    const from = options[0]![0]
    const span: [number, number] = from?.kind === 'step' ? from.step.span : [0, 0]
    const node = decide(question ?? titles.map((title, index) => (index === 0 || language === 'de' ? title : lower(title))).join(` ${labels.or} `), span)
    alternativeNodes.add(node)
    const made: Alternatives = { node, options: [] }
    const all: Exit[] = []
    for (const [index, option] of options.entries()) {
      ways.frontier = [{ from: node, label: titles[index]! }]
      const before = history.length
      for (const item of option) addItem(item, ahead)
      const steps = history.slice(before).map((entry) => graph.drafts.get(entry.key)!)
      made.options.push({ exits: ways.frontier, steps, negative: steps.some((step) => isWord(language, 'negative', step.verb) || /\b(?:failure|rejection|error|fehler|ablehnung)\b/i.test(step.title)) })
      all.push(...ways.frontier)
    }
    ways.frontier = unite(all)
    ways.alternatives = made
  }

  return {
    addMoves,
    enter() {
      bases.push(base)
      base = ways.open.length
    },
    leave() {
      closeAll()
      settleAlternatives({ kind: 'pass' })
      base = bases.pop()!
    },
    openChoice(question, span) {
      closeAll()
      const node = decide(question, span)
      const condition: Condition = { question, negative: false, label: question, stems: new Set(), subjectHead: '', subjectIsPerson: false, stative: true, verb: '', cue: 'choice', negated: false, span }
      const choice: Open = { node, done: [], elseOpen: false, elseExit: { from: node, label: labels.otherwise }, condition, arms: 0, kind: 'choice', passes: [] }
      ways.frontier = []
      ways.open.push(choice)
      bases.push(base)
      base = ways.open.length
    },
    beginArm(label, isElse, condition = label) {
      const choice = ways.open[base - 1]!
      if (choice.arms > 0) endArm(choice)
      choice.arms++
      ways.frontier = [{ from: choice.node, label, ...(isElse ? { kind: 'no' as const } : {}) }]
      if (isElse) {
        ways.frontier = unite(ways.frontier, choice.passes)
        choice.passes = []
      }
      lastEnded = []
      choice.condition = { ...choice.condition, label: condition }
      lastTest = choice
      if (!isElse) choice.elseOpen = true
      else choice.elseOpen = false
    },
    closeChoice() {
      const choice = ways.open[base - 1]!
      if (choice.arms > 0) endArm(choice)
      base = bases.pop()!
      ways.open.pop()
      ways.frontier = unite(choice.done, choice.passes, choice.elseOpen && choice.arms < 2 ? [choice.elseExit] : [])
      choice.elseOpen = false
    },
    finish() {
      while (bases.length > 0) this.closeChoice()
      closeAll()
      ways.frontier = unite(ways.frontier, detours.rest())
      for (const entry of waiting) {
        if (entry.fallback !== undefined) {
          const saved = ways.frontier
          ways.frontier = entry.exits
          place(entry.fallback)
          ways.frontier = unite(saved, ways.frontier)
        } else ways.frontier = unite(ways.frontier, entry.exits)
      }
      if (graph.drafts.size === 0) return { nodes: [], edges: [], assumptions }
      const last = graph.addNode({ type: 'end', title: labels.end, span: [text.length, text.length] })
      graph.connect(unite(ways.frontier, ways.dead), last)
      const leaves = graph.nodes.filter((node) => node.type !== 'end' && !graph.edges.some((edge) => edge.from === node.key))
      graph.connect(leaves.map((node) => ({ from: node.key })), last)
      return { ...tidyGraph(graph.nodes, graph.edges), assumptions }
    },
  }

  /** An arm of a choice is told; a test's implicit pass waits for the "otherwise" arm. */
  function endArm(choice: Open): void {
    closeAll()
    for (const exit of returnErrors(choice)) {
      if (graph.node(exit.from)?.type === 'decision' && exit.from !== choice.node) choice.passes.push(exit)
      else choice.done.push(exit)
    }
    ways.frontier = []
  }
}
