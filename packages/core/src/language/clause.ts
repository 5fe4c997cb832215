import type { FoundCue } from './cues.ts'
import type { Token } from './token.ts'

/** A noun phrase of the source, without its leading articles. */
export interface Phrase {
  text: string
  /** The last word of the phrase's first noun group, lower case. */
  head: string
  pronoun: boolean
  start: number
  end: number
}

/** What a clause does: its verb in base form and how it stands. */
export interface Predicate {
  base: string
  /** Separable or phrasal particle: "out" of "send out", "aus" of "auswählen" (German bases include it already). */
  particle?: string
  negated: boolean
  passive: boolean
  perfect: boolean
  modal?: string
  /** The verb that carried the real one: "decide" of "decides to leave". */
  carrier?: string
  /** The carrier stood in the passive: "is asked to pay". */
  carrierPassive?: boolean
  form: 'finite' | 'imperative' | 'infinitive' | 'gerund'
  /** "is" without another verb: a state. */
  copula: boolean
}

/** How a clause hangs on the one before. */
export type ClauseLink = 'none' | 'and' | 'or' | 'but' | 'comma' | 'relative' | 'restrictive' | 'colon' | 'arrow' | 'dash'

/** One clause with its connectors and its parts; parts that the text leaves out are undefined. */
export interface Clause {
  start: number
  end: number
  link: ClauseLink
  cues: FoundCue[]
  tokens: Token[]
  subject?: Phrase
  /** The subject's own words were inherited from the clause before. */
  inherited: boolean
  verb?: Predicate
  object?: Phrase
  /** First prepositional phrase behind the verb. */
  complement?: { preposition: string; phrase: Phrase }
  /** Who acts in a passive clause: "by the clerk". */
  agent?: Phrase
  /** A relative clause that restricts the subject: "anyone who is signed in". */
  restriction?: Token[]
  question: boolean
}
