import { type Condition, type Item, type JumpTarget, likeness, stemsOf, type StepDraft } from './discourse.ts'
import { createGraph, type Exit, type Graph, tidyGraph, unite } from './graph.ts'
import type { ReadAssumption, ReadEdge, ReadLanguage, ReadNode } from './reading.ts'
import { createMemory } from './memory.ts'
import { areSiblings, isOpposite } from './siblings.ts'
import { isWord, LABELS } from './words.ts'

/** One sentence's moves. */
export interface Move {
  items: Item[]
  /** The number of the numbered list item that it opens. */
  number?: number
}

/** Builds the graph of a text sentence by sentence. */
export interface Assembler {
  /** Adds a run of sentences; each may look at the ones behind it. */
  addMoves(moves: Move[]): void
  /** Opens a decision whose arms are list items. */
  openChoice(question: string, span: [number, number]): void
  /** Begins an arm of the innermost choice. */
  beginArm(label: string, isElse: boolean): void
  /** Closes the innermost choice: its open arms flow together. */
  closeChoice(): void
  /** The graph as read so far, closed by its end. */
  finish(): { nodes: ReadNode[]; edges: ReadEdge[]; assumptions: ReadAssumption[] }
}

interface Open {
  node: string
  /** Exits of arms that are told to their end. */
  done: Exit[]
  elseOpen: boolean
  elseExit: Exit
  condition: Condition
  arms: number
  kind: 'if' | 'first' | 'limit' | 'choice' | 'pick'
  /** Pass exits of tests inside the arms of a choice: they join its "otherwise". */
  passes: Exit[]
}

interface Alternatives {
  node: string
  options: { exits: Exit[]; steps: StepDraft[]; negative: boolean }[]
}

/** An assembler for one text. `tellsLater` says whether the text behind an offset still names these stems. */
export function createAssembler(language: ReadLanguage, text: string, tellsLater: (stems: ReadonlySet<string>, after: number) => boolean): Assembler {
  const labels = LABELS[language]
  const graph: Graph = createGraph()
  const assumptions: ReadAssumption[] = []
  const start = graph.addNode({ type: 'start', title: labels.start, span: [0, 0] })
  let frontier: Exit[] = [{ from: start }]
  let hold: Exit[] = []
  let dead: Exit[] = []
  let lastEnded: Exit[] = []
  const open: Open[] = []
  let base = 0
  const bases: number[] = []
  let waiting: { stems: ReadonlySet<string>; exits: Exit[]; fallback?: StepDraft; span: [number, number] }[] = []
  let alternatives: Alternatives | undefined
  let lastTest: Open | undefined
  const { history, isEarlier, findNamed, names, findTold, findAkin, stepBefore, loopsBack } = createMemory(graph)
  const decided = new Map<string, number>()
  const alternativeNodes = new Set<string>()
  const numbered = new Map<number, string>()
  let pendingNumber: number | undefined
  let sentence = 0
  let casesLater = false
  let sentenceFirst: string | undefined

  function place(draft: StepDraft): string {
    revive()
    const key = graph.addNode({ type: draft.type, title: draft.title, ...(draft.description === undefined ? {} : { description: draft.description }), ...(draft.actor === undefined ? {} : { actor: draft.actor }), ...(draft.elements === undefined ? {} : { elements: draft.elements }), span: draft.span })
    graph.drafts.set(key, draft)
    const arrived = waiting.filter((entry) => names(entry.stems, draft))
    waiting = waiting.filter((entry) => !arrived.includes(entry))
    for (const entry of arrived) frontier = unite(frontier, entry.exits)
    history.push({ key, entry: frontier, sentence })
    graph.connect(frontier, key)
    frontier = [{ from: key }]
    sentenceFirst ??= key
    number(key)
    return key
  }

  function number(key: string): void {
    if (pendingNumber === undefined) return
    if (!numbered.has(pendingNumber)) numbered.set(pendingNumber, key)
    pendingNumber = undefined
  }

  /** The text goes on although every branch ended: what ended last was only an end of its branch. */
  function revive(): void {
    if (frontier.length > 0 || open.length > base && hold.length > 0) return
    if (lastEnded.length > 0) {
      frontier = lastEnded
      dead = dead.filter((exit) => !lastEnded.includes(exit))
      lastEnded = []
      return
    }
    const last = history[history.length - 1]
    if (last !== undefined) frontier = [{ from: last.key }]
  }

  function decide(question: string, span: [number, number]): string {
    revive()
    const key = graph.addNode({ type: 'decision', title: question.endsWith('?') ? question : `${question}?`, span })
    graph.connect(frontier, key)
    decided.set(key, sentence)
    number(key)
    sentenceFirst ??= key
    return key
  }

  function openIf(condition: Condition, kind: Open['kind']): void {
    const node = decide(condition.question, condition.span)
    const yes: Exit = { from: node, label: labels.yes, kind: 'yes' }
    const no: Exit = { from: node, label: labels.no, kind: 'no' }
    frontier = [condition.negative ? no : yes]
    const opened: Open = { node, done: [], elseOpen: true, elseExit: condition.negative ? yes : no, condition, arms: 1, kind, passes: [] }
    open.push(opened)
    lastTest = opened
  }

  /** Everything that is open flows together. */
  function closeAll(): void {
    while (open.length > base && !(casesLater && open[open.length - 1]!.kind === 'pick')) popOpen()
    frontier = unite(frontier, hold)
    hold = []
    flowForward()
  }

  function popOpen(): void {
    const top = open.pop()!
    if (top.kind === 'limit') {
      if (frontier.length > 0) end()
      frontier = []
    }
    frontier = unite(frontier, top.done, top.elseOpen ? [top.elseExit] : [])
  }

  /** Ways that lead straight to something which the text never tells again: it is told now. */
  function flowForward(): void {
    for (const entry of [...waiting]) {
      if (entry.fallback === undefined || tellsLater(entry.stems, entry.span[1])) continue
      waiting = waiting.filter((other) => other !== entry)
      frontier = unite(entry.exits, frontier)
      const fallback = entry.fallback
      place(fallback)
    }
  }

  function end(): void {
    dead = unite(dead, frontier)
    lastEnded = frontier
    frontier = []
  }

  function addMoves(moves: Move[]): void {
    const lastCase = moves.findLastIndex((move) => move.items.some((item) => item.kind === 'case'))
    for (const [index, move] of moves.entries()) {
      casesLater = index <= lastCase && lastCase > 0 && moves.slice(index).some((later) => later.items.some((item) => item.kind === 'case'))
      addMove(move, moves.slice(index + 1, index + 5))
    }
    casesLater = false
  }

  function addMove(move: Move, ahead: Move[]): void {
    sentence++
    sentenceFirst = undefined
    if (move.number !== undefined) pendingNumber = move.number
    if (move.items.length === 0) return
    const items = collapseAlternatives(move.items, ahead)
    prepare(items[0]!, ahead)
    for (const item of items) addItem(item, ahead)
    if (hold.length > 0) {
      frontier = unite(hold, frontier)
      hold = []
    }
  }

  /** Before a sentence: does it go on in the open arm, open another one, or let the arms flow together? */
  function prepare(lead: Item, ahead: Move[]): void {
    if (open.length <= base) {
      settleAlternatives(lead)
      return
    }
    if (lead.kind === 'else' || lead.kind === 'given' || lead.kind === 'until' && lead.repeat || lead.kind === 'case' || lead.kind === 'so' || lead.kind === 'limit' || lead.kind === 'until' || lead.kind === 'optionalLast') return
    if (lead.kind === 'if') {
      if (findSibling(lead.condition) >= base) return
      if (pickOf(lead.condition) !== undefined) return
    } else if (lead.kind === 'event' && optionOf(lead.step) !== undefined) return
    else if (lead.kind === 'event' && findTold(lead.step) !== undefined && frontier.some((exit) => exit.from === findTold(lead.step))) return
    else if (armGoesOn(ahead)) return
    closeAll()
    if (!casesLater) settleAlternatives(lead)
  }

  /** Whether a sentence soon tells another arm of an open decision, so that what comes before belongs to this arm. */
  function armGoesOn(ahead: Move[]): boolean {
    if (frontier.length === 0) return false
    const top = open[open.length - 1]!
    if (top.kind === 'if' && top.arms === 1 && frontier.length === 1 && frontier[0]!.from === top.node) return true
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
    for (let index = open.length - 1; index >= base; index--) {
      const candidate = open[index]!
      if (candidate.kind === 'if' && (candidate.elseOpen || candidate.arms > 1) && areSiblings(language, candidate.condition, condition)) return index
    }
    return -1
  }

  /** The alternative that a condition takes up: "A or B. If A, ...". */
  function pickOf(condition: Condition): number | undefined {
    if (alternatives === undefined || condition.verb === '') return undefined
    const found = alternatives.options.findIndex((option) => option.steps.some((step) => step.verb === condition.verb))
    return found < 0 || alternatives.options.every((option) => option.steps.some((step) => step.verb === condition.verb)) ? undefined : found
  }

  function optionOf(event: StepDraft): number | undefined {
    if (alternatives === undefined) return undefined
    const found = alternatives.options.map((option) => option.steps.some((step) => step.verb !== '' && step.verb === event.verb))
    return found.filter(Boolean).length === 1 ? found.indexOf(true) : undefined
  }

  /** Behind alternatives the text goes on with those that did not refuse. */
  function settleAlternatives(lead: Item): void {
    if (alternatives === undefined || casesLater) return
    if (lead.kind === 'case' || lead.kind === 'if' && pickOf(lead.condition) !== undefined || lead.kind === 'event' && optionOf(lead.step) !== undefined) return
    if (lead.kind === 'step' && ownerOf(lead.step) !== undefined) return
    const refusing = alternatives.options.filter((option) => option.negative)
    if (refusing.length > 0 && refusing.length < alternatives.options.length) {
      const exits = refusing.flatMap((option) => option.exits)
      const rest = frontier.filter((exit) => !exits.some((other) => other.from === exit.from))
      if (rest.length > 0) {
        dead = unite(dead, frontier.filter((exit) => exits.some((other) => other.from === exit.from)))
        frontier = rest
      }
    }
    alternatives = undefined
  }

  function ownerOf(draft: StepDraft): number | undefined {
    if (alternatives === undefined || draft.actor === undefined) return undefined
    const actor = draft.actor
    if ([...graph.drafts.values()].some((other) => other.actor === actor)) return undefined
    const stems = stemsOf(language, actor)
    if (stems.size === 0 || [...stems].length > 2) return undefined
    const owners = alternatives.options.map((option) => option.steps.some((step) => [...stems].every((stem) => step.stems.has(stem))))
    return owners.filter(Boolean).length === 1 ? owners.indexOf(true) : undefined
  }

  function pick(index: number): void {
    const current = alternatives!
    const chosen = current.options[index]!
    const mine = (exit: Exit): boolean => chosen.exits.some((other) => other.from === exit.from)
    const others = current.options.flatMap((option) => (option === chosen ? [] : option.exits))
    const already = open.findIndex((entry) => entry.kind === 'pick' && entry.node === current.node)
    if (already >= 0) {
      while (open.length > already + 1) popOpen()
      const entry = open[already]!
      entry.done = unite(entry.done.filter((exit) => !mine(exit)), frontier.filter((exit) => !mine(exit)))
    } else {
      const refused = current.options.filter((option) => option !== chosen && option.negative).flatMap((option) => option.exits)
      dead = unite(dead, refused)
      const condition: Condition = { question: '', negative: false, label: '', stems: new Set(), subjectHead: '', subjectIsPerson: false, stative: false, verb: '', cue: '', negated: false, span: [0, 0] }
      const kept = frontier.filter((exit) => !mine(exit) && !refused.some((other) => other.from === exit.from))
      open.push({ node: current.node, done: unite(kept, others.filter((exit) => !refused.includes(exit))), elseOpen: false, elseExit: { from: current.node }, condition, arms: 1, kind: 'pick', passes: [] })
    }
    dead = dead.filter((exit) => !mine(exit))
    frontier = chosen.exits
  }

  /** "must approve or reject it. If it is approved ...": deciding is one step, its outcome the decision. */
  function collapseAlternatives(items: Item[], ahead: Move[]): Item[] {
    const next = ahead.find((move) => move.items.length > 0)?.items[0]
    if (next?.kind !== 'if' || next.condition.verb === '') return items
    return items.map((item) => {
      if (item.kind !== 'alternatives') return item
      const steps = item.options.map((option) => (option.length === 1 && option[0]!.kind === 'step' ? option[0] : undefined))
      const first = steps[0]
      if (first === undefined || steps.some((step) => step === undefined || step.step.actor !== first.step.actor && step.step.actor !== undefined)) return item
      const drafts = steps.map((step) => step!.step)
      if (!drafts.some((draft) => draft.verb === next.condition.verb) || !item.sharesSubject || !item.duty) return item
      const german = `${drafts[0]!.title} ${labels.or} ${drafts.slice(1).map((draft) => draft.verb).join(` ${labels.or} `)}`
      const title = language === 'de' ? german : `${drafts.map((draft, index) => (index === 0 ? bare(draft, drafts) : index === drafts.length - 1 ? lower(draft.title) : lower(bare(draft, drafts)))).join(` ${labels.or} `)}`
      return { ...first, step: { ...first.step, title, stems: stemsOf(language, title), verb: '' } }
    })
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
      case 'if': return addIf(item.condition, item.opensSentence)
      case 'firstTime': return openIf(item.condition, 'first')
      case 'else': return addElse()
      case 'so': return
      case 'case': {
        if (alternatives !== undefined && alternatives.options[item.which] !== undefined) pick(item.which)
        else if (item.which === 1 && open.length > base) addElse()
        return
      }
      case 'limit': return addLimit(item.condition)
      case 'jump': return addJump(item.target)
      case 'end': {
        if (frontier.length > 0) end()
        return
      }
      case 'until': return item.repeat ? repeatUntil(item.condition) : addUntil(item.condition)
      case 'visit': return visit(item.step, item.opens)
      case 'given': {
        const sibling = findSibling(item.condition)
        if (sibling >= base) addIf(item.condition, true)
        else if (open.length > base && open[open.length - 1]!.elseOpen) addElse()
        return
      }
      case 'optionalLast': return makeLastOptional()
      case 'alternatives': return addAlternatives(item.options, ahead, item.question)
      case 'repeatEach': {
        assumptions.push({ code: 'REPEAT_FOR_EACH', params: { text: item.text.slice(0, 200) } })
        return
      }
      case 'pass': return
      case 'merge': return closeAll()
    }
  }

  function addStep(item: Extract<Item, { kind: 'step' }>): void {
    const owner = ownerOf(item.step)
    if (owner !== undefined && frontier.length > 1) pick(owner)
    if ((item.step.verb === 'do' || item.step.verb === 'durchführen') && item.step.again !== true && item.passive && findAkin(item.step) !== undefined) return
    if (item.step.again === true && addAgain(item.step)) return
    if (item.parallel !== '' && addParallel(item.step, item.parallel)) return
    if (!item.optional) {
      place(item.step)
      if (item.step.again === true) askAgain(item.step)
      return
    }
    const node = decide(item.step.title, item.step.span)
    frontier = [{ from: node, label: labels.yes, kind: 'yes' }]
    place(item.step)
    frontier.push({ from: node, label: labels.no, kind: 'no' })
  }

  /** A step beside the one before: it begins where the run of the other actor began. */
  function addParallel(draft: StepDraft, reach: 'beside' | 'run'): boolean {
    const last = history[history.length - 1]
    if (last === undefined || frontier.length === 0) return false
    let from = history.length - 1
    if (last.sentence !== sentence && reach === 'beside') while (from > 0 && history[from - 1]!.sentence === last.sentence && graph.drafts.get(history[from - 1]!.key)?.actor !== draft.actor && graph.nodes.find((node) => node.key === history[from]!.entry[0]?.from)?.type === 'decision') from--
    if (last.sentence !== sentence && reach === 'run') {
      const run = history.findLastIndex((entry) => graph.drafts.get(entry.key)?.actor !== undefined && graph.drafts.get(entry.key)!.type !== 'screen')
      const actor = run < 0 ? undefined : graph.drafts.get(history[run]!.key)!.actor
      if (actor !== undefined && actor !== draft.actor && history.length - run <= 4) {
        from = run
        while (from > 0 && graph.drafts.get(history[from - 1]!.key)?.actor === actor) from--
      }
    }
    const entry = last.sentence === sentence ? history[from]!.entry : beforeDecisions(history[from]!.entry, last.sentence)
    if (entry.length === 0 || entry.every((exit) => exit.from === start)) {
      if (from + 1 >= history.length && last.sentence !== sentence) return false
    }
    while (open.length > base && last.sentence !== sentence) popOpen()
    hold = unite(hold, frontier)
    frontier = entry
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
    const top = open[open.length - 1]
    if (top === undefined || top.kind !== 'if' && top.kind !== 'limit' || frontier.length === 0) return false
    const atOnce = frontier.length === 1 && frontier[0]!.from === top.node
    const told = findTold(draft) ?? findAkin(draft)
    if (told === undefined || !atOnce && likeness(graph.drafts.get(told)!.stems, draft.stems) < 0.9) return false
    graph.connect(frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), told)
    frontier = []
    return true
  }

  /** "asks for the code again" behind a failed test: back to where the code is entered. */
  function askAgain(draft: StepDraft): void {
    const top = open[open.length - 1]
    if (top === undefined || !/^(?:ask|prompt|request|fragen|bitten|auffordern)$/.test(draft.verb)) return
    const entered = history.findLast(({ key }) => {
      const told = graph.drafts.get(key)!
      return told !== draft && isWord(language, 'input', told.verb) && likeness(told.objectStems, draft.objectStems) >= 0.5
    })
    if (entered === undefined) return
    graph.connect(frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), entered.key)
    frontier = []
  }

  function addIf(condition: Condition, opensSentence: boolean): void {
    const picked = pickOf(condition)
    if (picked !== undefined && opensSentence) {
      pick(picked)
      return
    }
    const sibling = opensSentence ? findSibling(condition) : -1
    if (sibling >= base) {
      while (open.length > sibling + 1) popOpen()
      addSibling(open[sibling]!, condition)
      return
    }
    openIf(condition, 'if')
  }

  function addSibling(top: Open, condition: Condition): void {
    top.done = unite(top.done, frontier)
    const opposite = condition.negative !== top.condition.negative && condition.question === top.condition.question || top.arms === 1 && isOpposite(language, top.condition, condition)
    if (opposite) frontier = [top.elseExit]
    else {
      if (top.arms === 1) relabel(top)
      frontier = [{ from: top.node, label: condition.label }]
    }
    top.arms++
    top.elseOpen = false
    lastTest = top
  }

  /** With a third arm "yes" and "no" no longer say which is which. */
  function relabel(top: Open): void {
    for (const edge of graph.edges) {
      if (edge.from === top.node && (edge.kind === 'yes' || edge.kind === 'no')) {
        edge.label = top.condition.label
        delete edge.kind
      }
    }
    for (const list of [top.done, dead]) for (const exit of list) if (exit.from === top.node) { exit.label = top.condition.label; delete exit.kind }
  }

  function addElse(): void {
    while (open.length > base && !open[open.length - 1]!.elseOpen) popOpen()
    const top = open[open.length - 1]
    if (top === undefined || open.length <= base) return
    if (top.kind === 'first') {
      frontier = unite(frontier, [top.elseExit])
    } else {
      top.done = unite(top.done, frontier)
      frontier = [top.elseExit]
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
    const saved = frontier
    const node = graph.addNode({ type: 'decision', title: `${condition.question}?`, span: condition.span })
    const target = arm.to
    arm.to = node
    graph.connect([{ from: node, label: labels.no, kind: 'no' }], target)
    frontier = [{ from: node, label: labels.yes, kind: 'yes' }]
    open.push({ node, done: saved, elseOpen: false, elseExit: { from: node, label: labels.no, kind: 'no' }, condition, arms: 2, kind: 'limit', passes: [] })
  }

  function retryArm(test: Open): ReadEdge | undefined {
    const arms = graph.edges.filter((edge) => edge.from === test.node)
    return arms.find((edge) => loopsBack(edge)) ?? arms[arms.length - 1]
  }

  function addJump(target: JumpTarget): void {
    if (frontier.length === 0 && open.length === 0) return
    const key = resolveJump(target)
    if (key !== undefined) {
      graph.connect(frontier.map((exit) => ({ ...exit, kind: isEarlier(key, exit.from) ? 'loop' as const : exit.kind })), key)
      frontier = []
      return
    }
    if (target.direct && target.fallback !== undefined) {
      if (open.length > base || tellsLater(target.stems, target.span[1])) {
        waiting.push({ stems: target.stems, exits: frontier, fallback: target.fallback, span: target.span })
        frontier = []
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
    const test = open.findLast((entry) => entry.kind === 'if' || entry.kind === 'limit') ?? undefined
    if (test === undefined) return undefined
    return stepBefore(test.node)
  }

  /** "once the code has been verified" behind "if it is wrong": the decision's own pass. */
  function restatesTest(event: StepDraft): boolean {
    if (lastTest === undefined || lastTest.kind === 'choice' || !/^(?:verify|confirm|check|validate|accept|authenticate|pass|prüfen|bestätigen|verifizieren|überprüfen)$/.test(event.verb)) return false
    return frontier.some((exit) => exit.from === lastTest!.node)
  }

  function addUntil(condition: Condition): void {
    const target = sentenceFirst ?? history[history.length - 1]?.key
    if (target === undefined || frontier.length === 0) return
    const node = decide(condition.question, condition.span)
    const yes: Exit = { from: node, label: labels.yes, kind: 'yes' }
    const no: Exit = { from: node, label: labels.no, kind: 'no' }
    graph.connect([{ ...(condition.negative ? yes : no), kind: 'loop' }], target)
    frontier = [condition.negative ? no : yes]
  }

  /** "this is repeated until X": the open correction leads back to the step that it corrects. */
  function repeatUntil(condition: Condition): void {
    const test = open.findLast((entry) => entry.kind === 'if')
    const before = test === undefined ? undefined : stepBefore(test.node)
    if (before === undefined) {
      addUntil(condition)
      return
    }
    graph.connect(frontier.map((exit) => ({ ...exit, kind: 'loop' as const })), before)
    frontier = []
  }

  /** A named place of a path that is drawn with arrows. */
  function visit(draft: StepDraft, opens: boolean): void {
    const known = history.find(({ key }) => likeness(graph.drafts.get(key)!.stems, draft.stems) === 1)?.key
    if (known === undefined) {
      place(draft)
      return
    }
    if (!opens) graph.connect(frontier.filter((exit) => exit.from !== known), known)
    else if (!frontier.some((exit) => exit.from === known)) dead = unite(dead, frontier.filter((exit) => exit.from !== start && !graph.edges.some((edge) => edge.from === exit.from)))
    frontier = [{ from: known }]
  }

  function makeLastOptional(): void {
    const last = history[history.length - 1]
    if (last === undefined) return
    const title = graph.node(last.key)!.title
    const node = graph.addNode({ type: 'decision', title: `${title}?`, span: graph.node(last.key)!.span })
    for (const edge of graph.edges) if (edge.to === last.key) edge.to = node
    graph.connect([{ from: node, label: labels.yes, kind: 'yes' }], last.key)
    frontier = unite(frontier, [{ from: node, label: labels.no, kind: 'no' }])
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
      frontier = [{ from: node, label: titles[index]! }]
      const before = history.length
      for (const item of option) addItem(item, ahead)
      const steps = history.slice(before).map((entry) => graph.drafts.get(entry.key)!)
      made.options.push({ exits: frontier, steps, negative: steps.some((step) => isWord(language, 'negative', step.verb) || /\b(?:failure|rejection|error|fehler|ablehnung)\b/i.test(step.title)) })
      all.push(...frontier)
    }
    frontier = unite(all)
    alternatives = made
  }

  return {
    addMoves,
    openChoice(question, span) {
      closeAll()
      const node = decide(question, span)
      const condition: Condition = { question, negative: false, label: question, stems: new Set(), subjectHead: '', subjectIsPerson: false, stative: true, verb: '', cue: 'choice', negated: false, span }
      const choice: Open = { node, done: [], elseOpen: false, elseExit: { from: node, label: labels.otherwise }, condition, arms: 0, kind: 'choice', passes: [] }
      frontier = []
      open.push(choice)
      bases.push(base)
      base = open.length
    },
    beginArm(label, isElse) {
      const choice = open[base - 1]!
      if (choice.arms > 0) endArm(choice)
      choice.arms++
      frontier = [{ from: choice.node, label, ...(isElse ? { kind: 'no' as const } : {}) }]
      if (isElse) {
        frontier = unite(frontier, choice.passes)
        choice.passes = []
      }
      lastEnded = []
      lastTest = choice
      if (!isElse) choice.elseOpen = true
      else choice.elseOpen = false
    },
    closeChoice() {
      const choice = open[base - 1]!
      if (choice.arms > 0) endArm(choice)
      base = bases.pop()!
      open.pop()
      frontier = unite(choice.done, choice.passes, choice.elseOpen && choice.arms < 2 ? [choice.elseExit] : [])
      choice.elseOpen = false
    },
    finish() {
      while (bases.length > 0) this.closeChoice()
      closeAll()
      for (const entry of waiting) {
        if (entry.fallback !== undefined) {
          const saved = frontier
          frontier = entry.exits
          place(entry.fallback)
          frontier = unite(saved, frontier)
        } else frontier = unite(frontier, entry.exits)
      }
      if (graph.drafts.size === 0) return { nodes: [], edges: [], assumptions }
      const last = graph.addNode({ type: 'end', title: labels.end, span: [text.length, text.length] })
      graph.connect(unite(frontier, dead), last)
      const leaves = graph.nodes.filter((node) => node.type !== 'end' && !graph.edges.some((edge) => edge.from === node.key))
      graph.connect(leaves.map((node) => ({ from: node.key })), last)
      return { ...tidyGraph(graph.nodes, graph.edges), assumptions }
    },
  }

  /** An arm of a choice is told; a test's implicit pass waits for the "otherwise" arm. */
  function endArm(choice: Open): void {
    closeAll()
    for (const exit of frontier) {
      if (graph.node(exit.from)?.type === 'decision' && exit.from !== choice.node) choice.passes.push(exit)
      else choice.done.push(exit)
    }
    frontier = []
  }
}

function bare(draft: StepDraft, all: StepDraft[]): string {
  const shared = all.every((other) => likeness(other.objectStems, draft.objectStems) > 0.9)
  return shared && draft.verb !== '' ? draft.title.split(' ').slice(0, draft.verb.split(' ').length).join(' ') : draft.title
}

function lower(title: string): string {
  return /^\p{Lu}\p{Ll}/u.test(title) ? title.slice(0, 1).toLowerCase() + title.slice(1) : title
}
