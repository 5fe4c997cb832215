import { createBranches } from './branches.ts'
import type { Condition, Item, StepDraft } from './discourse.ts'
import { createGraph, type Exit, type Graph, tidyGraph, unite } from './graph.ts'
import type { ReadAssumption, ReadEdge, ReadLanguage, ReadNode } from './reading.ts'
import { createAlternatives, lower } from './alternatives.ts'
import { createCorrection } from './correction.ts'
import { createDetours } from './detours.ts'
import { createMemory } from './memory.ts'
import { createJumps, type Jumps } from './jumps.ts'
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
  const ways: Ways = { frontier: [{ from: start }], hold: [], dead: [], open: [], alternatives: undefined, casesLater: false, sentence: 0, base: 0, lastTest: undefined, sentenceFirst: undefined }
  let lastEnded: Exit[] = []
  const bases: number[] = []
  const memory = createMemory(graph)
  const { history, findTold, findAkin } = memory
  const correction = createCorrection(language, graph, memory)
  const { pickOf, optionOf, ownerOf, pick, settleAlternatives, collapseAlternatives } = createAlternatives(language, graph, ways, () => popOpen())
  const decided = new Map<string, number>()
  const alternativeNodes = new Set<string>()
  const { addParallel, addAgain, askAgain } = createSideways(language, graph, memory, ways, { start, base: () => ways.base, popOpen: () => popOpen(), place, decided, alternativeNodes })
  const detours = createDetours(language, graph, memory, ways, {
    correction,
    decide,
    place,
    addItem: (item) => addItem(item, []),
    apart(tell) {
      bases.push(ways.base)
      ways.base = ways.open.length
      tell()
      closeAll()
      ways.base = bases.pop()!
    },
    takeWaiting: (draft) => jumps.take(draft),
    wait: (draft, exits) => jumps.wait({ stems: draft.stems, exact: true, exits, fallback: draft, span: draft.span }),
  })
  const { openIf, popOpen, returnErrors, findSibling, addIf, addElse, addLimit, restatesTest } = createBranches(language, graph, memory, ways, { correction, decide, place, end, pickOf: (condition) => pickOf(condition), pick: (index) => pick(index) })
  const jumps: Jumps = createJumps(language, graph, memory, ways, { start, correction, place, decide, tellsLater })
  const { addJump, addUntil, repeatUntil, visit, makeLastOptional, flowForward } = jumps

  function place(draft: StepDraft): string {
    ways.frontier = unite(ways.frontier, jumps.take(draft))
    revive()
    const key = graph.addNode({ type: draft.type, title: draft.title, ...(draft.description === undefined ? {} : { description: draft.description }), ...(draft.actor === undefined ? {} : { actor: draft.actor }), ...(draft.elements === undefined ? {} : { elements: draft.elements }), span: draft.span })
    graph.drafts.set(key, draft)
    history.push({ key, entry: ways.frontier, sentence: ways.sentence })
    graph.connect(ways.frontier, key)
    ways.frontier = [{ from: key }]
    ways.sentenceFirst ??= key
    jumps.number(key)
    return key
  }

  /** The text goes on although every branch ended: what ended last was only an end of its branch. */
  function revive(): void {
    if (ways.frontier.length > 0 || ways.open.length > ways.base && ways.hold.length > 0) return
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
    ways.frontier = unite(ways.frontier, jumps.take(undefined))
    revive()
    const key = graph.addNode({ type: 'decision', title: question.endsWith('?') ? question : `${question}?`, span })
    graph.connect(ways.frontier, key)
    decided.set(key, ways.sentence)
    jumps.number(key)
    ways.sentenceFirst ??= key
    return key
  }

  /** Everything that is open flows together. */
  function closeAll(): void {
    while (ways.open.length > ways.base && !(ways.casesLater && ways.open[ways.open.length - 1]!.kind === 'pick')) popOpen()
    ways.frontier = unite(ways.frontier, ways.hold)
    ways.hold = []
    flowForward()
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
    ways.sentenceFirst = undefined
    if (move.number !== undefined) jumps.announce(move.number)
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
    if (ways.open.length <= ways.base) {
      settleAlternatives(lead)
      return
    }
    if (lead.kind === 'else' || lead.kind === 'given' || lead.kind === 'until' && lead.repeat || lead.kind === 'case' || lead.kind === 'so' || lead.kind === 'limit' || lead.kind === 'until' || lead.kind === 'optionalLast') return
    if (lead.kind === 'if') {
      if (findSibling(lead.condition) >= ways.base) return
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
      if (lead.kind === 'if') return findSibling(lead.condition) >= ways.base
      if (lead.kind === 'firstTime' || lead.kind === 'case') return false
    }
    return false
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
        if (ways.open.length > ways.base && findTold(item.step) !== undefined) return
        return visit(item.step, true)
      }
      case 'firstTime': return openIf(item.condition, 'first')
      case 'else': return addElse()
      case 'so': return
      case 'case': {
        if (ways.alternatives !== undefined && ways.alternatives.options[item.which] !== undefined) pick(item.which)
        else if (item.which === 1 && ways.open.length > ways.base) addElse()
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
        if (sibling >= ways.base) addIf(item.condition, true)
        else if (ways.open.length > ways.base && ways.open[ways.open.length - 1]!.elseOpen) addElse()
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
      bases.push(ways.base)
      ways.base = ways.open.length
    },
    leave() {
      closeAll()
      settleAlternatives({ kind: 'pass' })
      ways.base = bases.pop()!
    },
    openChoice(question, span) {
      closeAll()
      const node = decide(question, span)
      const condition: Condition = { question, negative: false, label: question, stems: new Set(), subjectHead: '', subjectIsPerson: false, stative: true, verb: '', cue: 'choice', negated: false, span }
      const choice: Open = { node, done: [], elseOpen: false, elseExit: { from: node, label: labels.otherwise }, condition, arms: 0, kind: 'choice', passes: [] }
      ways.frontier = []
      ways.open.push(choice)
      bases.push(ways.base)
      ways.base = ways.open.length
    },
    beginArm(label, isElse, condition = label) {
      const choice = ways.open[ways.base - 1]!
      if (choice.arms > 0) endArm(choice)
      choice.arms++
      ways.frontier = [{ from: choice.node, label, ...(isElse ? { kind: 'no' as const } : {}) }]
      if (isElse) {
        ways.frontier = unite(ways.frontier, choice.passes)
        choice.passes = []
      }
      lastEnded = []
      choice.condition = { ...choice.condition, label: condition }
      ways.lastTest = choice
      if (!isElse) choice.elseOpen = true
      else choice.elseOpen = false
    },
    closeChoice() {
      const choice = ways.open[ways.base - 1]!
      if (choice.arms > 0) endArm(choice)
      ways.base = bases.pop()!
      ways.open.pop()
      ways.frontier = unite(choice.done, choice.passes, choice.elseOpen && choice.arms < 2 ? [choice.elseExit] : [])
      choice.elseOpen = false
    },
    finish() {
      while (bases.length > 0) this.closeChoice()
      closeAll()
      ways.frontier = unite(ways.frontier, detours.rest())
      for (const entry of jumps.rest()) {
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
