import type { Condition, StepDraft } from './discourse.ts'
import type { Exit } from './graph.ts'

/** A decision whose arms are still being told. */
export interface Open {
  node: string
  /** Exits of arms that are told to their end. */
  done: Exit[]
  elseOpen: boolean
  elseExit: Exit
  condition: Condition
  arms: number
  kind: 'if' | 'first' | 'limit' | 'choice' | 'pick'
  /** The condition of the arm that is told as the opposite, in the text's own words. */
  second?: string
  /** Pass exits of tests inside the arms of a choice: they join its "otherwise". */
  passes: Exit[]
}

/** Steps that exclude one another, with where each of them leads on. */
export interface Alternatives {
  node: string
  options: { exits: Exit[]; steps: StepDraft[]; negative: boolean }[]
}

/** Where the telling stands: the open ends and the decisions around them. Changed in place while a text is read. */
export interface Ways {
  /** What the next step joins. */
  frontier: Exit[]
  /** Ends of parallel ways that wait for the end of the sentence. */
  hold: Exit[]
  /** Ends that go nowhere but to the end of the process. */
  dead: Exit[]
  open: Open[]
  alternatives: Alternatives | undefined
  /** "In the latter case" is still to come. */
  casesLater: boolean
  /** Count of sentences so far. */
  sentence: number
  /** Lowest index of an open decision that may be closed: those below surround what is told. */
  base: number
  /** The decision that was opened or continued last. */
  lastTest: Open | undefined
  /** The first node of the sentence. */
  sentenceFirst: string | undefined
}
