import type { Clause, Phrase } from './clause.ts'
import type { CueRole } from './cues.ts'
import type { ReadElement, ReadLanguage, ReadNodeType } from './reading.ts'

/** A step that a clause tells, before it has a place in the graph. */
export interface StepDraft {
  type: ReadNodeType
  title: string
  actor?: string
  description?: string
  elements?: ReadElement[]
  span: [number, number]
  /** Verb in base form, '' for a named screen. */
  verb: string
  /** The text says that it is done once more. */
  again?: boolean
  /** Stems of the title, for finding the step again by name. */
  stems: ReadonlySet<string>
  /** Stems of what the step acts on. */
  objectStems: ReadonlySet<string>
}

/** What a conditional clause asks. */
export interface Condition {
  /** Without its question mark, in the text's own words. */
  question: string
  /** True when the arm that the text tells is the "no" of the question. */
  negative: boolean
  /** The condition as the text puts it, for a branch label. */
  label: string
  stems: ReadonlySet<string>
  subjectHead: string
  subjectIsPerson: boolean
  /** Whether the condition tests a state or an outcome and no action. */
  stative: boolean
  verb: string
  cue: string
  /** "no", "not", "without". */
  negated: boolean
  span: [number, number]
}

/** Where a jump leads. */
export interface JumpTarget {
  /** The number of a numbered step. */
  step?: number
  phrase?: Phrase
  stems: ReadonlySet<string>
  /** "straight to", "directly to": the way forward, not back. */
  direct: boolean
  again: boolean
  /** What to do when no step of that name exists. */
  fallback?: StepDraft
  span: [number, number]
}

/** One move of the discourse, in the order in which the graph is built. */
export type Item =
  | { kind: 'step'; step: StepDraft; parallel: '' | 'beside' | 'run'; optional: boolean; relative: boolean; passive: boolean }
  | { kind: 'event'; step: StepDraft }
  | { kind: 'if'; condition: Condition; opensSentence: boolean; tested?: StepDraft }
  /** Where somebody stands before a scenario begins. */
  | { kind: 'at'; step: StepDraft }
  | { kind: 'else'; again: boolean }
  | { kind: 'so' }
  | { kind: 'case'; which: 0 | 1 }
  | { kind: 'firstTime'; condition: Condition }
  | { kind: 'limit'; condition: Condition }
  | { kind: 'jump'; target: JumpTarget }
  | { kind: 'end'; span: [number, number] }
  | { kind: 'until'; condition: Condition; repeat: boolean }
  /** A named place of a drawn path: reached again when it exists. `opens`: the path begins here. */
  | { kind: 'visit'; step: StepDraft; opens: boolean }
  /** A precondition that a scenario states. */
  | { kind: 'given'; condition: Condition }
  | { kind: 'optionalLast' }
  | { kind: 'alternatives'; options: Item[][]; question?: string; sharesSubject: boolean; duty: boolean }
  | { kind: 'repeatEach'; text: string }
  /** A control or an action on a screen that leads elsewhere; the telling goes on at the screen. */
  | { kind: 'way'; label: string; items: Item[]; span: [number, number] }
  /** The name of a screen above what is told of it. */
  | { kind: 'section'; step: StepDraft }
  /** The way leads to a screen whose section comes later or came before. */
  | { kind: 'lead'; step: StepDraft }
  | { kind: 'pass' }
  /** The open arms flow together here. */
  | { kind: 'merge' }

/** Whether a clause opens with one of these roles. */
export function hasCue(clause: Clause, ...roles: CueRole[]): boolean {
  return clause.cues.some((cue) => roles.includes(cue.role))
}

const STOP: Record<ReadLanguage, ReadonlySet<string>> = {
  en: new Set('a an the of to in on at for by with from into it its this that these those is are be been was were has have had his her their he she they i we our my you your and or as then also not all any so if when which who will can may must should do does no each every'.split(' ')),
  de: new Set('der die das den dem des ein eine einen einem einer eines und oder in im ins zu zum zur mit von vom auf für ist sind wird werden dann auch nicht an am sich sie er es ihr ihre ihren seine seinen nach bei beim über'.split(' ')),
}

/** The stems of the content words of a text: two texts that share them speak of the same thing. */
export function stemsOf(language: ReadLanguage, text: string): ReadonlySet<string> {
  const stems = new Set<string>()
  for (const found of text.toLowerCase().matchAll(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)) {
    if (!STOP[language].has(found[0])) stems.add(stemOf(language, found[0].slice(0, LONGEST_WORD)))
  }
  return stems
}

/** Longest word that is cut to its stem, letters: the time for it grows with the square. */
const LONGEST_WORD = 60

/** A crude stem: enough to match "reviews" with "review" and "Termine" with "Termin". */
export function stemOf(language: ReadLanguage, word: string): string {
  if (language === 'de') return word.replace(/^ge(?=.{5,})/, '').replace(/(?:erin|innen|in)$/, '').replace(/(?:ern|em|en|er|es|e|n|s|t)$/, '') || word
  return word.replace(/'s$/, '').replace(/ies$/, 'y').replace(/(ss|sh|ch|x)es$/, '$1').replace(/([^s])s$/, '$1').replace(/(.{3,})ing$/, '$1').replace(/(.{3,})ed$/, '$1').replace(/(.)\1$/, '$1').replace(/e$/, '').replace(/i$/, 'y')
}

/** Shared stems as the Dice coefficient, 0 to 1. */
export function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  let shared = 0
  for (const stem of a) if (b.has(stem)) shared++
  return 2 * shared / (a.size + b.size)
}
