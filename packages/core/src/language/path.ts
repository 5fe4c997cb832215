import { capitalize, elementType, namedStep } from './describeStep.ts'
import { stemsOf, type Item } from './discourse.ts'
import { describeCondition } from './condition.ts'
import type { Clause } from './clause.ts'
import { itemize, type SentenceContext } from './itemize.ts'
import type { ReadLanguage } from './reading.ts'
import { type Stretch, trim } from './segment.ts'
import { isWord } from './words.ts'

const ARROW = /\s*(?:-{1,2}>|→|=>|⇒)\s*/g
const GUARD = /[[(]\s*(?:if|when|only if|falls|wenn|sofern|bei)\s+([^\])]{1,80})[\])]/i
const ELSE_TAIL = /[,;]?\s*(?:otherwise|else|or else|if not|sonst|andernfalls)\s*$/i
const END = /^(?:end|done|finish(?:ed)?|exit|ende|fertig|schluss)\.?$/i

/**
 * The moves of a path drawn with arrows ("A -> B [if x] -> C"), or undefined when a part is a whole sentence.
 * Named places that occur again are the same place.
 */
export function readPath(context: SentenceContext, clausesOf: (stretch: Stretch) => Clause[], start: number, end: number): Item[] | undefined {
  const { language, text } = context
  const source = text.slice(start, end)
  const parts: { start: number; end: number }[] = []
  let from = 0
  for (const found of source.matchAll(ARROW)) {
    parts.push({ start: start + from, end: start + found.index })
    from = found.index + found[0].length
  }
  parts.push({ start: start + from, end })
  if (parts.length < 2) return undefined
  const items: Item[] = []
  let elseNext = false
  for (const [index, raw] of parts.entries()) {
    const stretch = trim(text, raw.start, raw.end)
    if (stretch === undefined) continue
    let label = text.slice(stretch.start, stretch.end).replace(/[.;,]+$/, '')
    const guard = GUARD.exec(label)
    const tail = ELSE_TAIL.exec(label)
    label = label.replace(GUARD, '').replace(ELSE_TAIL, '').replace(/\s+/g, ' ').trim()
    if (elseNext) items.push({ kind: 'else', again: false })
    elseNext = tail !== null
    if (guard !== null) {
      const at = stretch.start + guard.index + guard[0].indexOf(guard[1]!)
      items.push({ kind: 'if', condition: guardCondition(language, text, at, at + guard[1]!.length), opensSentence: false })
    }
    if (label === '' || /^(?:start|begin|anfang|beginn)$/i.test(label)) continue
    if (END.test(label)) {
      items.push({ kind: 'end', span: [stretch.start, stretch.end] })
      continue
    }
    const clauses = clausesOf(stretch)
    if (index === 0 && isTest(language, clauses)) {
      const condition = describeCondition(language, text, clauses, false)
      items.push({ kind: 'if', condition, opensSentence: true })
      continue
    }
    if (clauses.some((clause) => clause.cues.some((cue) => cue.role === 'if' || cue.role === 'else')) && guard === null && tail === null) return undefined
    if (clauses.some(isTold) || clauses.length > 1 && clauses.every((clause) => clause.verb !== undefined)) {
      items.push(...itemize(context, clauses))
      continue
    }
    if (label.split(' ').length > 6 || /[.!?]\s/.test(label)) return undefined
    const aside = /\s*\(([^)]{2,120})\)\s*/.exec(label)
    const clean = label.replace(/\s*\([^)]*\)/g, '').replace(/^["“„«]|["”“»]$/g, '')
    if (clean === '') continue
    const step = namedStep(language, { text: clean, head: clean.split(' ').at(-1)!.toLowerCase(), pronoun: false, start: stretch.start, end: stretch.end }, [stretch.start, stretch.end])
    if (step.type === 'action' && !/^\p{Ll}/u.test(label)) step.type = 'screen'
    if (aside !== null && step.elements === undefined) step.elements = aside[1]!.split(/\s*(?:,|\/|\+)\s*/).filter((name) => name !== '' && name.split(' ').length <= 4).map((name) => ({ type: elementType(name, true), label: capitalize(name.replace(/["“”„]/g, '')) }))
    items.push({ kind: 'visit', step, opens: index === 0 })
    if (guard !== null && !elseNext && index + 1 < parts.length) items.push({ kind: 'merge' })
  }
  return items
}

/** "Payment fails -> ...": a state or an outcome that the arrow answers. */
function isTest(language: ReadLanguage, clauses: Clause[]): boolean {
  const clause = clauses[0]
  const verb = clause?.verb
  if (clause === undefined || verb === undefined || clauses.length > 1 || clause.cues.length > 0 || clause.subject === undefined) return false
  return verb.copula || verb.negated || isWord(language, 'outcome', verb.base) && clause.object === undefined
}

/** A part that is a clause of its own and no name: it has a subject, an article or an object. */
function isTold(clause: Clause): boolean {
  const verb = clause.verb
  if (verb === undefined) return false
  if (clause.subject === undefined && verb.form !== 'imperative' && clause.object !== undefined && clause.tokens[0]?.tag === 'verb' && /s$/.test(clause.tokens[0].lower)) return true
  return clause.subject !== undefined && (clause.object !== undefined || verb.passive) || clause.complement !== undefined || clause.tokens.some((token) => token.tag === 'determiner')
}

function guardCondition(language: ReadLanguage, text: string, start: number, end: number): ReturnType<typeof describeCondition> {
  const words = text.slice(start, end)
  const clause: Clause = { start, end, link: 'none', cues: [], tokens: [{ text: words, lower: words.toLowerCase(), start, end, tag: 'noun' }], inherited: false, question: false }
  const condition = describeCondition(language, text, [clause], false)
  return { ...condition, stems: stemsOf(language, words) }
}
