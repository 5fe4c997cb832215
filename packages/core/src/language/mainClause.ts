import type { Clause } from './clause.ts'
import { describeStep, isOptional, namedStep, screenType, splitNames, surfaceTarget } from './describeStep.ts'
import { hasCue, type Item, stemsOf, type StepDraft } from './discourse.ts'
import { STATE_VERBS } from './englishWords.ts'
import { GERMAN_STATE_VERBS } from './germanWords.ts'
import type { SentenceContext } from './itemize.ts'
import { jumpOf } from './jump.ts'
import type { ReadLanguage } from './reading.ts'
import { isWord } from './words.ts'

/** Adds what a main clause tells: a step, a jump, an end, a mark on the step before, or nothing. */
export function readMain(context: SentenceContext, clause: Clause, next: Clause | undefined, items: Item[]): void {
  const { language } = context
  const verb = clause.verb
  if (verb === undefined) {
    readFragment(context, clause, items)
    return
  }
  if (isEnd(language, clause)) {
    items.push({ kind: 'end', span: [clause.start, clause.end] })
    return
  }
  if (isWaived(clause)) {
    items.push({ kind: 'optionalLast' })
    return
  }
  if (isMeta(context, clause, items)) return
  if (isSurfaceDescription(context, clause, items)) return
  const jump = jumpOf(context, clause)
  if (jump !== undefined) {
    items.push({ kind: 'jump', target: jump })
    return
  }
  if (verb.form === 'gerund' && clause.link !== 'and' && next === undefined && /\boptional\b/i.test(context.text.slice(clause.start, clause.end))) {
    items.push({ kind: 'step', step: describeStep(language, clause, context.mentions), parallel: '', optional: true, relative: false, passive: false })
    return
  }
  if (verb.negated) {
    items.push({ kind: 'pass' })
    return
  }
  const draft = describeStep(language, clause, context.mentions)
  if (/\b(?:again|once more|anew|erneut|noch ?(?:ein)?mal|nochmals)\b/i.test(context.text.slice(clause.start, clause.end))) draft.again = true
  items.push(step(draft, clause))
}

/** A bare noun phrase where a step is due: what it names is shown. */
export function nameIt(context: SentenceContext, clause: Clause): StepDraft {
  const draft = namedStep(context.language, clause.object!, [clause.start, clause.end])
  context.mentions.thing = clause.object!
  if (draft.type !== 'action') return draft
  // 'banner "Try again"', 'illustration + "Start"': the kind of surface stands before its words.
  const kind = /^(?:an?\s+|the\s+|eine?n?\s+)?([\p{L}-]+(?:\s[\p{L}-]+)?)\s+["“„]/u.exec(context.text.slice(clause.object!.start, clause.end))
  const type = kind === null ? undefined : screenType(context.language, kind[1]!)
  return type === undefined ? draft : { ...draft, type }
}

/** The item of a step, with what its clause says about its place. */
export function step(draft: StepDraft, clause?: Clause): Item {
  return { kind: 'step', step: draft, parallel: clause === undefined ? '' : parallelOf(clause), optional: clause !== undefined && isOptional(clause), relative: clause?.link === 'relative', passive: clause?.verb?.passive === true }
}

function parallelOf(clause: Clause): '' | 'beside' | 'run' {
  const cue = clause.cues.find((found) => found.role === 'parallel')
  if (cue !== undefined) return /mean|zwischen|unterdessen|inzwischen/.test(cue.phrase) ? 'run' : 'beside'
  return hasCue(clause, 'while') && clause.link !== 'none' ? 'beside' : ''
}

function readFragment(context: SentenceContext, clause: Clause, items: Item[]): void {
  const { language } = context
  const words = clause.tokens.filter((token) => token.tag !== 'punctuation')
  const text = words.map((token) => token.lower).join(' ')
  if (/^(?:done|end|finished|the end|finish|fertig|ende|schluss)$/.test(text)) {
    items.push({ kind: 'end', span: [clause.start, clause.end] })
    return
  }
  const back = /\b(?:back to|zurück (?:zu[mr]?|auf))\s+(.+)$/.exec(text)
  if (back !== null) {
    const number = /\b(?:step|schritt|point|punkt)\s+(\d{1,3})\b/.exec(text)
    items.push({ kind: 'jump', target: { ...(number === null ? {} : { step: Number(number[1]) }), stems: stemsOf(language, back[1]!), direct: false, again: false, span: [clause.start, clause.end] } })
    return
  }
  if (clause.object === undefined || clause.object.pronoun || words.length > 14) return
  const due = context.terse || clause.link === 'arrow' || clause.link === 'colon' && items.length > 0 || items.some((item) => item.kind === 'if' || item.kind === 'firstTime' || item.kind === 'limit') && !items.some((item) => item.kind === 'step') || clause.link === 'none' && screenType(language, clause.object.text) !== undefined
  const front = clause.object.text !== '' && clause.tokens[0] !== undefined && clause.tokens[0].tag === 'preposition'
  if (due && !front) items.push(step(nameIt(context, clause), clause))
}

/** "the home screen shows her balance": the screen is the step, what it shows its content. */
function isSurfaceDescription(context: SentenceContext, clause: Clause, items: Item[]): boolean {
  const { language } = context
  const { subject, object, verb } = clause
  if (subject === undefined || object === undefined || verb === undefined || verb.passive || object.pronoun || subject.pronoun) return false
  if (!/^(?:show|display|list|present|offer|contain|zeigen|anzeigen|enthalten|auflisten)$/.test(verb.base)) return false
  if (screenType(language, subject.text) === undefined || screenType(language, object.text) !== undefined) return false
  const draft = namedStep(language, subject, [clause.start, clause.end])
  draft.elements = splitNames(object.text).map((label) => ({ type: 'text', label: label.slice(0, 1).toUpperCase() + label.slice(1) }))
  items.push(step(draft, clause))
  return true
}

/** "but they don't have to", "which I can skip": what was told before is optional. */
function isWaived(clause: Clause): boolean {
  const verb = clause.verb!
  if (clause.object !== undefined && !clause.object.pronoun) return false
  if (clause.link === 'but' && verb.negated && /^(?:have|need|müssen|brauchen)$/.test(verb.base) || verb.negated && verb.modal === 'müssen' && clause.link === 'but') return true
  return /^(?:skip|überspringen)$/.test(verb.base) && verb.modal !== undefined
}

/** "the process ends", "nothing more happens", "the request is closed for good". */
function isEnd(language: ReadLanguage, clause: Clause): boolean {
  const verb = clause.verb!
  const subject = clause.subject
  if (subject !== undefined && /^that$/i.test(subject.text) && verb.copula && clause.object?.text === 'it') return true
  if (subject !== undefined && /^(?:nothing|nichts)\b/i.test(subject.text) && /^(?:happen|passieren|geschehen)$/.test(verb.base)) return true
  const ends = isWord(language, 'end', verb.base) || verb.copula && clause.object !== undefined && isWord(language, 'end', clause.object.head)
  if (!ends) return false
  const about = verb.passive || clause.object === undefined || verb.copula ? subject : clause.object
  return about !== undefined && isWord(language, 'process', about.head.replace(/^this$/, 'process')) || about !== undefined && /\b(?:process|flow|ablauf|prozess)\b/i.test(about.text) && !/request|report/i.test(about.text)
}

/** Clauses that tell about the process itself or state a fact, and no step. May still mark or add something. */
function isMeta(context: SentenceContext, clause: Clause, items: Item[]): boolean {
  const { language } = context
  const verb = clause.verb!
  const subject = clause.subject
  if (verb.copula && verb.base === 'be' || verb.copula && verb.passive) return readCopula(context, clause, items)
  if ((language === 'en' ? STATE_VERBS : GERMAN_STATE_VERBS).has(verb.base) && verb.carrier === undefined && !verb.passive) return true
  if (context.first && isHabit(clause)) return true
  if ((verb.base === 'repeat' || verb.base === 'wiederholen') && verb.passive && (subject === undefined || subject.pronoun || isWord(language, 'process', subject.head))) {
    items.push({ kind: 'repeatEach', text: context.text.slice(clause.start, clause.end) })
    return true
  }
  if (subject !== undefined && isWord(language, 'process', subject.head) && (isWord(language, 'begin', verb.base) || isWord(language, 'continue', verb.base) || isWord(language, 'end', verb.base) || verb.passive)) {
    if (isWord(language, 'continue', verb.base)) items.push({ kind: 'pass' })
    return true
  }
  if ((subject === undefined || /^(?:it|es)$/i.test(subject.text)) && /^(?:continue|proceed|go on|carry|weitergehen|weiterlaufen|fortfahren|weitermachen)$/.test(verb.base) && clause.object === undefined && clause.complement === undefined) {
    items.push({ kind: 'pass' })
    return true
  }
  if (subject !== undefined && /^(?:this|that|it|these|dies|das|es)$/i.test(subject.text) && isWord(language, 'vague', verb.base)) return true
  if (subject !== undefined && /^it$|^es$/i.test(subject.text) && verb.passive && clause.object === undefined && /^(?:determine|decide|note|assume|describe|ensure)$/.test(verb.base)) return true
  if (subject !== undefined && /\b(?:ways?|paths?|options|possibilities|activities)$/i.test(subject.text) && verb.passive) return true
  return false
}

/** "A small company makes toys": what somebody does in general, as a background. */
function isHabit(clause: Clause): boolean {
  const { subject, object } = clause
  if (subject === undefined || object === undefined || clause.verb?.modal !== undefined || clause.cues.length > 0) return false
  const indefinite = /^(?:an?|eine?)$/.test(clause.tokens[0]?.lower ?? '')
  const source = clause.tokens.findIndex((token) => token.start === object.start)
  const bare = clause.tokens[source - 1]?.tag !== 'determiner' && /s$/.test(object.head) && clause.tokens[source]?.tag !== 'number'
  return indefinite && bare && /^(?:company|firm|organi[sz]ation|business|agency|shop|store|manufacturer|provider|firma|unternehmen|betrieb)$/.test(subject.head)
}

function readCopula(context: SentenceContext, clause: Clause, items: Item[]): boolean {
  const { language } = context
  const verb = clause.verb!
  const place = surfaceTarget(language, clause)
  if (place !== undefined && !verb.negated) {
    items.push(step(describeStep(language, clause, context.mentions), clause))
    return true
  }
  const state = clause.object?.text.toLowerCase() ?? ''
  if (/\boptional\b|\bfreiwillig\b/.test(state)) {
    items.push({ kind: 'optionalLast' })
    return true
  }
  if (clause.subject !== undefined && isWord(language, 'stepNoun', clause.subject.head) && clause.object !== undefined && !clause.object.pronoun) {
    items.push(step(namedStep(language, clause.object, [clause.start, clause.end]), clause))
    context.mentions.thing = clause.object
    return true
  }
  if (clause.subject === undefined && clause.tokens[0]?.tag === 'preposition') {
    const front = frontPlace(clause)
    if (front !== undefined && screenType(language, front) !== undefined) {
      const stems = stemsOf(language, front)
      items.push(step({ type: screenType(language, front)!, title: front.slice(0, 1).toUpperCase() + front.slice(1), span: [clause.start, clause.end], verb: '', stems, objectStems: stems }))
    }
  }
  return true
}

/** The place that a fronted phrase names: "On the payment screen there are ..." -> "payment screen". */
function frontPlace(clause: Clause): string | undefined {
  const words: string[] = []
  for (const token of clause.tokens.slice(1)) {
    if (token.tag === 'determiner' && words.length === 0) continue
    if (token.tag !== 'noun' && token.tag !== 'adjective') break
    words.push(token.text)
  }
  return words.length === 0 ? undefined : words.join(' ')
}
