import type { Correction } from './correction.ts'
import type { Condition, StepDraft } from './discourse.ts'
import { type Exit, type Graph, unite } from './graph.ts'
import type { Memory } from './memory.ts'
import type { ReadEdge, ReadLanguage } from './reading.ts'
import { areSiblings, isOpposite } from './siblings.ts'
import { tellsFailure } from './testFragment.ts'
import type { Open, Ways } from './ways.ts'
import { LABELS } from './words.ts'

/** Decisions by conditions: their arms, siblings, limits and ends. */
export interface Branches {
  openIf(condition: Condition, kind: Open['kind']): void
  popOpen(): void
  /** The open ends of an arm; an error that it showed leads back to where the person can correct what was wrong. */
  returnErrors(test: Open, contrast?: boolean): Exit[]
  /** The index of an open decision that tests the same, or -1. */
  findSibling(condition: Condition): number
  addIf(condition: Condition, opensSentence: boolean, tested?: StepDraft): void
  addElse(): void
  addLimit(condition: Condition): void
  restatesTest(event: StepDraft): boolean
}

/** What branches need from the assembler. */
export interface BranchTools {
  correction: Correction
  decide(question: string, span: [number, number]): string
  place(draft: StepDraft): string
  end(): void
  pickOf(condition: Condition): number | undefined
  pick(index: number): void
}

/** The branches of one text. */
export function createBranches(language: ReadLanguage, graph: Graph, memory: Memory, ways: Ways, tools: BranchTools): Branches {
  const labels = LABELS[language]
  const { isEarlier, findTold, loopsBack } = memory
  const { correction, decide, place, end, pickOf, pick } = tools

  function openIf(condition: Condition, kind: Open['kind']): void {
    const node = decide(condition.question, condition.span)
    const yes: Exit = { from: node, label: labels.yes, kind: 'yes' }
    const no: Exit = { from: node, label: labels.no, kind: 'no' }
    ways.frontier = [condition.negative ? no : yes]
    const opened: Open = { node, done: [], elseOpen: true, elseExit: condition.negative ? yes : no, condition, arms: 1, kind, passes: [] }
    ways.open.push(opened)
    ways.lastTest = opened
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

  function findSibling(condition: Condition): number {
    for (let index = ways.open.length - 1; index >= ways.base; index--) {
      const candidate = ways.open[index]!
      if (candidate.kind === 'if' && (candidate.elseOpen || candidate.arms > 1) && areSiblings(language, candidate.condition, condition)) return index
    }
    return -1
  }

  function addIf(condition: Condition, opensSentence: boolean, tested?: StepDraft): void {
    const picked = pickOf(condition)
    if (picked !== undefined && opensSentence) {
      pick(picked)
      return
    }
    const sibling = opensSentence ? findSibling(condition) : -1
    if (sibling >= ways.base) {
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
    ways.lastTest = top
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
    while (ways.open.length > ways.base && !ways.open[ways.open.length - 1]!.elseOpen) popOpen()
    const top = ways.open[ways.open.length - 1]
    if (top === undefined || ways.open.length <= ways.base) return
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
    const test = ways.lastTest
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

  /** "once the code has been verified" behind "if it is wrong": the decision's own pass. */
  function restatesTest(event: StepDraft): boolean {
    if (ways.lastTest === undefined || ways.lastTest.kind === 'choice' || !/^(?:verify|confirm|check|validate|accept|authenticate|pass|prüfen|bestätigen|verifizieren|überprüfen)$/.test(event.verb)) return false
    return ways.frontier.some((exit) => exit.from === ways.lastTest!.node)
  }

  return { openIf, popOpen, returnErrors, findSibling, addIf, addElse, addLimit, restatesTest }
}
