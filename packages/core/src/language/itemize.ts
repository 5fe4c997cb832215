import type { Clause } from './clause.ts'
import { describeCondition, describeLimit, isLimit } from './condition.ts'
import { describeStep, type Mentions, namedStep, screenType, surfaceTarget } from './describeStep.ts'
import { type Condition, hasCue, type Item, stemsOf, type StepDraft } from './discourse.ts'
import { STATE_VERBS } from './englishWords.ts'
import { nameIt, readMain, step } from './mainClause.ts'
import type { LineMarker } from './segment.ts'
import type { ReadLanguage } from './reading.ts'
import { isWord, LABELS, oppositeOf } from './words.ts'

/** What the sentence reader needs to know beside the clauses. */
export interface SentenceContext {
  language: ReadLanguage
  text: string
  marker: LineMarker
  mentions: Mentions
  /** The sentence is a list item or an arrow chain, where a bare noun phrase is a step. */
  terse: boolean
  /** The sentence before announced several ways ("there are two options"). */
  announced: boolean
  /** The first sentence of the text. */
  first: boolean
}

/** The discourse moves of one sentence, in the order in which they happen. */
export function itemize(context: SentenceContext, clauses: Clause[]): Item[] {
  const { language } = context
  if (isStoryPreface(language, context.text, clauses)) return []
  passOptional(clauses)
  inherit(clauses)
  const sometimes = clauses.filter((clause) => hasCue(clause, 'sometimes'))
  if (sometimes.length > 1) return sometimesAlternatives(context, clauses)
  const items: Item[] = []
  let index = 0
  while (index < clauses.length) {
    const taken = readClause(context, clauses, index, items)
    index += Math.max(1, taken)
  }
  return items
}

/** "As a visitor I want to ...": says who wants what and no step. */
function isStoryPreface(language: ReadLanguage, text: string, clauses: Clause[]): boolean {
  const first = clauses[0]
  if (first === undefined) return false
  const source = text.slice(first.start, first.start + 120)
  return language === 'en' ? /^as an? [^.]{2,60}?,? i (?:want|would like|need|can)\b/i.test(source) : /^als [^.]{2,60}? (?:möchte|will|kann) ich\b/i.test(source)
}

/** "Optional: product tour": the mark belongs to what stands behind the colon. */
function passOptional(clauses: Clause[]): void {
  const first = clauses[0]
  const second = clauses[1]
  if (first === undefined || second === undefined || first.verb !== undefined || first.object !== undefined) return
  const cue = first.cues.find((found) => found.role === 'optional')
  if (cue === undefined) return
  second.cues.push(cue)
  clauses.shift()
}

/** "sometimes A, sometimes B": alternatives. */
function sometimesAlternatives(context: SentenceContext, clauses: Clause[]): Item[] {
  const options: Item[][] = []
  for (const [index, clause] of clauses.entries()) {
    if (hasCue(clause, 'sometimes')) options.push([])
    else if (clause.link === 'relative' || clause.link === 'restrictive') continue
    const option = options[options.length - 1]
    if (option !== undefined) readMain(context, clause, clauses[index + 1], option)
  }
  const filled = options.filter((option) => option.length > 0)
  return filled.length > 1 ? [{ kind: 'alternatives', options: filled, sharesSubject: false, duty: false }] : filled.flat()
}

const CONTENT = new Set(['if', 'onlyIf', 'unless', 'when', 'after', 'before', 'until', 'ifNot', 'else', 'reason'])

/** A clause without a subject of its own goes on with the one before; a bare participle after a passive is passive, too. */
function inherit(clauses: Clause[]): void {
  for (let index = 1; index < clauses.length; index++) {
    const clause = clauses[index]!
    const before = clauses[index - 1]!
    if (clause.verb === undefined || before.verb === undefined || clause.subject !== undefined) continue
    if (!['and', 'or', 'comma', 'but'].includes(clause.link) && clause.link !== 'relative') continue
    if (clause.cues.some((cue) => CONTENT.has(cue.role))) continue
    if (clause.link === 'relative') {
      if (before.complement !== undefined && !before.complement.phrase.pronoun) clause.subject = before.complement.phrase
      else if (before.object !== undefined && !before.object.pronoun) clause.subject = before.object
      clause.inherited = true
      continue
    }
    if (clause.verb.form === 'imperative' && clause.link === 'comma' && before.verb.modal !== undefined && before.subject !== undefined && before.object === undefined && before.complement === undefined) clause.verb.form = 'finite'
    if (clause.verb.form === 'imperative' && (clause.link === 'comma' || before.cues.some((cue) => CONTENT.has(cue.role)))) continue
    clause.subject = before.subject
    clause.inherited = true
    const word = clause.tokens.find((token) => token.tag === 'past' || token.tag === 'verb' || token.tag === 'gerund')
    if (before.verb.passive && word?.tag === 'past' && clause.object === undefined) clause.verb.passive = true
    if (clause.link === 'or' && before.object === undefined && !before.verb.passive && before.complement === undefined) {
      for (let back = index - 1; back >= 0 && clauses[back]!.object === undefined && clauses[back]!.verb !== undefined && clauses[back]!.complement === undefined; back--) {
        clauses[back]!.object = clause.object
        if (clauses[back]!.link !== 'comma') break
      }
    }
    else if (clause.link === 'and' && before.object === undefined && !before.verb.passive && before.complement === undefined && clause.object !== undefined && before.tokens[before.tokens.length - 1]?.tag !== 'particle' && before.end - before.start < 60 && endsWithVerb(before)) before.object = clause.object
  }
}

function endsWithVerb(clause: Clause): boolean {
  const last = clause.tokens[clause.tokens.length - 1]
  return last !== undefined && ['verb', 'infinitive', 'past'].includes(last.tag)
}

function readClause(context: SentenceContext, clauses: Clause[], index: number, items: Item[]): number {
  const { language, text } = context
  const clause = clauses[index]!
  if (hasCue(clause, 'reason') || clause.link === 'restrictive') return 1
  if (hasCue(clause, 'former')) items.push({ kind: 'case', which: 0 })
  if (hasCue(clause, 'latter')) items.push({ kind: 'case', which: 1 })
  if (hasCue(clause, 'firstTime')) {
    items.push({ kind: 'firstTime', condition: firstTimeCondition(context, clause) })
    if (clause.verb === undefined && clause.object === undefined) return 1
  }
  if (hasCue(clause, 'else', 'ifNot')) {
    items.push({ kind: 'else', again: false })
    if (context.mentions.topic !== undefined) context.mentions.thing = context.mentions.topic
    if (clause.verb === undefined) {
      if (clause.object !== undefined && !clause.object.pronoun) items.push(step(nameIt(context, clause)))
      return 1
    }
  } else if (hasCue(clause, 'ifSo')) items.push({ kind: 'so' })
  if (!hasCue(clause, 'firstTime') && isLimit(language, text, clause)) return readLimit(context, clauses, index, items)
  if (hasCue(clause, 'until')) {
    const before = items[items.length - 1]
    if (before?.kind === 'step' && (before.step.verb === 'wait' || before.step.verb === 'warten' || before.passive)) return 1
    const repeat = before?.kind === 'repeatEach' || before?.kind === 'jump' && before.target.again && before.target.step === undefined
    if (repeat) items.pop()
    items.push({ kind: 'until', condition: describeCondition(language, text, [clause], false), repeat })
    return 1
  }
  if (context.marker === 'given' && clause.verb === undefined) {
    const place = givenPlace(context, clause)
    if (place !== undefined) items.push({ kind: 'at', step: place })
    return 1
  }
  if (context.marker === 'given' && clause.cues.length === 0 && clause.verb !== undefined && !(clause.verb.copula && !clause.verb.negated && surfaceTarget(language, clause) !== undefined)) {
    items.push({ kind: 'given', condition: describeCondition(language, text, [clause], false) })
    return 1
  }
  const opener = clauses[index - 1]
  if (opener?.verb !== undefined && opener.subject !== undefined && isWord(language, 'process', opener.subject.head) && isWord(language, 'begin', opener.verb.base) && hasCue(clause, 'if', 'when')) return readTemporal(context, clauses, index, items)
  if (hasCue(clause, 'if', 'onlyIf', 'unless') || isConditionalWhen(context, clause)) return readCondition(context, clauses, index, items)
  if (hasCue(clause, 'sometimes') && clause.verb !== undefined && (clause.verb.copula || clause.verb.negated || STATE_VERBS.has(clause.verb.base) || clause.cues.some((cue) => / (?:that|dass)$/.test(cue.phrase))) ) {
    items.push({ kind: 'if', condition: describeCondition(language, text, [clause], false), opensSentence: items.length === 0 })
    return 1
  }
  if (hasCue(clause, 'when', 'after', 'before')) return readTemporal(context, clauses, index, items)
  if (clause.restriction !== undefined && quantified(language, clause)) {
    items.push({ kind: 'if', condition: restrictionCondition(context, clause), opensSentence: true })
  }
  if (context.marker === 'given' && clause.verb !== undefined && clause.cues.length === 0) {
    const target = surfaceTarget(language, clause)
    if (target !== undefined) {
      items.push({ kind: 'at', step: describeStep(language, clause, context.mentions) })
      return 1
    }
  }
  const tried = context.marker === 'when' ? trialOf(context, clause) : undefined
  if (tried !== undefined) {
    items.push(tried)
    return 1
  }
  const lack = lackOf(context, clause)
  if (lack !== undefined) items.push({ kind: 'if', condition: lack, opensSentence: true })
  if (clause.question && clause.link === 'none') {
    items.push({ kind: 'if', condition: describeCondition(language, text, clauses, false), opensSentence: true })
    return clauses.length
  }
  if (hasCue(clause, 'while') && clause.link === 'none' && clauses[index + 1]?.verb !== undefined && clauses[index + 1]!.link === 'comma') {
    readMain(context, clause, undefined, items)
    clauses[index + 1]!.cues.push({ role: 'parallel', length: 0, phrase: 'while' })
    return 1
  }
  const or = orGroup(clauses, index, context.announced || clauses.slice(0, index).some(announcesWays))
  if (or > 1) return readAlternatives(context, clauses, index, or, items)
  readMain(context, clause, clauses[index + 1], items)
  return 1
}

/** How many clauses from here are joined as alternatives: one, when none. */
function orGroup(clauses: Clause[], index: number, announced: boolean): number {
  let count = 1
  let found = false
  while (index + count < clauses.length) {
    const next = clauses[index + count]!
    const listed = next.link === 'comma' && next.inherited && next.verb !== undefined && clauses.slice(index + count + 1).find((later) => later.link !== 'comma' || !later.inherited)?.link === 'or'
    const contrast = listed || next.link === 'or' || hasCue(next, 'whereas') || announced && hasCue(next, 'while')
    if (contrast && next.verb !== undefined && !next.cues.some((cue) => CONTENT.has(cue.role))) found = true
    else if (!(next.link === 'relative' || next.link === 'restrictive' || (found || announced) && next.link === 'and' && next.inherited)) break
    else if (!found && next.link !== 'restrictive') {
      if (!announced) break
    }
    count++
  }
  if (!found || clauses[index]!.verb === undefined) return 1
  return count
}

/** "there are two ways to go" */
export function announcesWays(clause: Clause): boolean {
  return clause.verb?.copula === true && /\b(?:ways?|options?|possibilit(?:y|ies)|choices|alternatives|möglichkeiten|wege|optionen)\b/i.test(`${clause.object?.text ?? ''} ${clause.subject?.text ?? ''}`)
}

function readAlternatives(context: SentenceContext, clauses: Clause[], index: number, count: number, items: Item[]): number {
  const options: Item[][] = []
  for (let at = index; at < index + count; at++) {
    const clause = clauses[at]!
    if (at === index || clause.link === 'or' || clause.link === 'comma' && clause.inherited || hasCue(clause, 'whereas', 'while')) options.push([])
    readMain(context, clause, clauses[at + 1], options[options.length - 1]!)
  }
  const filled = options.filter((option) => option.some((item) => item.kind === 'step' || item.kind === 'jump' || item.kind === 'end'))
  if (!filled.some((option) => option.some((item) => item.kind !== 'end'))) items.push({ kind: 'pass' })
  else if (filled.length > 1) items.push({ kind: 'alternatives', options: filled, sharesSubject: !clauses.slice(index, index + count).some((clause) => hasCue(clause, 'either')) && clauses.slice(index + 1, index + count).every((clause) => clause.inherited || clause.link === 'relative' || clause.link === 'restrictive'), duty: /^(?:must|shall|should|müssen|sollen)$/.test(clauses[index]!.verb?.modal ?? '') || /^(?:have|müssen)$/.test(clauses[index]!.verb?.carrier ?? '') })
  else items.push(...filled.flat())
  return count
}

function readLimit(context: SentenceContext, clauses: Clause[], index: number, items: Item[]): number {
  const clause = clauses[index]!
  const condition = describeLimit(context.language, context.text, clause)
  items.push({ kind: 'limit', condition })
  // "after 3 wrong codes": nothing beside the limit is told.
  const said = context.text.slice(clause.start, clause.end).replace(/^(?:after|at|on|upon|nach|beim|bei)\s+/i, '')
  if (clause.verb !== undefined && said.length > condition.label.length + 2) {
    const subject = clause.subject
    if (subject !== undefined && /\b(?:and|und)\b/.test(subject.text)) clause.subject = { ...subject, text: subject.text.replace(/^.*\b(?:and|und)\s+(?:the |die |der |das )?/, '') }
    readMain(context, clause, clauses[index + 1], items)
  }
  return 1
}

/** A fronted or trailing condition with what belongs to it; a trailing one moves before the step that it governs. */
function readCondition(context: SentenceContext, clauses: Clause[], index: number, items: Item[]): number {
  const clause = clauses[index]!
  if (clause.cues.some((cue) => cue.phrase === 'whether' || cue.phrase === 'ob')) return 1 + followers(clauses, index)
  const laterComma = clauses.slice(index + 1).some((next) => ['comma', 'colon', 'arrow', 'dash'].includes(next.link) && !hasCue(next, 'else', 'ifNot', 'if', 'unless'))
  let count = 1
  while (index + count < clauses.length) {
    const next = clauses[index + count]!
    const joins = (next.link === 'and' || next.link === 'or' || next.link === 'but') && laterComma && !hasCue(next, 'else') && clauses.slice(index + count + 1).some((later) => ['comma', 'colon', 'arrow', 'dash'].includes(later.link))
    if (joins || next.link === 'restrictive' || clause.verb === undefined && clause.object === undefined && count === 1 && next.link !== 'colon') count++
    else break
  }
  const rest = clauses.slice(index + count)
  const stepsBefore = lastStepIndex(items)
  const trailing = stepsBefore >= 0 && !rest.some((next) => next.verb !== undefined && next.link !== 'restrictive' && !hasCue(next, 'else', 'ifNot', 'reason') && next.link !== 'or' && !(next.link === 'and' && !laterComma))
  if (trailing) {
    while (index + count < clauses.length && ['or', 'and', 'restrictive'].includes(clauses[index + count]!.link) && !hasCue(clauses[index + count]!, 'else')) count++
  }
  const unless = hasCue(clause, 'unless')
  let parts = clauses.slice(index, index + count)
  if (clause.verb === undefined && clause.object === undefined && parts.length > 1) parts = parts.slice(1)
  const condition = describeCondition(context.language, context.text, parts, unless)
  const topic = parts[0]?.subject
  if (topic !== undefined && !topic.pronoun && !isWord(context.language, 'person', topic.head) && parts[0]!.verb !== undefined) context.mentions.thing = context.mentions.topic = topic
  condition.cue = clause.cues.find((cue) => ['if', 'onlyIf', 'unless', 'when'].includes(cue.role))?.phrase ?? condition.cue
  const item: Item = { kind: 'if', condition, opensSentence: items.length === 0 }
  if (trailing) items.splice(stepsBefore, 0, item)
  else items.push(item)
  return count
}

function followers(clauses: Clause[], index: number): number {
  let count = 0
  while (index + count + 1 < clauses.length && clauses[index + count + 1]!.link === 'or') count++
  return count
}

function lastStepIndex(items: Item[]): number {
  return items.findLastIndex((item) => item.kind === 'step' || item.kind === 'jump' || item.kind === 'end' || item.kind === 'alternatives')
}

/** "when the ticket is urgent", "when the payment goes through": a state or an outcome, so a condition. */
function isConditionalWhen(context: SentenceContext, clause: Clause): boolean {
  if (context.marker === 'when') {
    return clause.cues.length === 0 && clause.verb !== undefined && (clause.verb.negated || clause.object === undefined && clause.subject !== undefined && !isWord(context.language, 'person', clause.subject.head) && isWord(context.language, 'outcome', clause.verb.base) || clause.verb.copula && surfaceTarget(context.language, clause) === undefined)
  }
  const when = clause.cues.find((cue) => cue.role === 'when')
  if (when === undefined || clause.verb === undefined || !/^(?:when|whenever|sobald|wenn)$/.test(when.phrase)) return false
  const outcome = isWord(context.language, 'outcome', clause.verb.base)
  if (when.phrase === 'sobald') return false
  if (/^(?:approve|reject|accept|decline|deny|refuse|genehmigen|ablehnen|annehmen|akzeptieren)$/.test(clause.verb.base) && !clause.verb.passive) return true
  return clause.verb.copula && surfaceTarget(context.language, clause) === undefined || clause.verb.negated || outcome && (clause.verb.passive || clause.object === undefined)
}

const TRIVIAL_EVENT = new Set(['complete', 'finish', 'end', 'do', 'begin', 'start', 'pass', 'elapse', 'have', 'be', 'regard', 'count', 'abschließen', 'beenden', 'enden', 'vergehen', 'beginnen', 'sein', 'haben', 'fertigstellen'])

function readTemporal(context: SentenceContext, clauses: Clause[], index: number, items: Item[]): number {
  const clause = clauses[index]!
  let count = 1
  while (index + count < clauses.length && (clauses[index + count]!.link === 'and' || clauses[index + count]!.link === 'or' || clauses[index + count]!.link === 'restrictive') && clauses.slice(index + count + 1).some((later) => later.link === 'comma')) count++
  if (!hasCue(clause, 'before')) {
    for (const part of clauses.slice(index, index + count)) {
      const topic = part.subject
      if (part.verb?.copula === true && topic !== undefined && !topic.pronoun && !isWord(context.language, 'person', topic.head)) context.mentions.thing = topic
      if (part.verb === undefined || part.verb.negated || TRIVIAL_EVENT.has(part.verb.base) || part.verb.copula || part.link === 'restrictive') continue
      if (part.object === undefined && part.subject === undefined) continue
      if (context.language === 'en' && STATE_VERBS.has(part.verb.base)) continue
      const draft = describeStep(context.language, part, context.mentions)
      items.push({ kind: 'event', step: draft })
    }
  }
  return count
}

/** "a signed-in customer on the cart page": who stands where before it begins; only the place is a step. */
function givenPlace(context: SentenceContext, clause: Clause): StepDraft | undefined {
  const at = clause.tokens.findIndex((token) => token.tag === 'preposition' && /^(?:on|in|at|auf|im|in|am|bei)$/.test(token.lower))
  if (at < 0) return undefined
  const rest = clause.tokens.slice(at + 1).filter((token) => token.tag !== 'determiner')
  const name = rest.map((token) => token.text).join(' ')
  if (name === '' || screenType(context.language, name) === undefined) return undefined
  return namedStep(context.language, { text: name, head: rest.at(-1)!.lower, pronoun: false, start: rest[0]!.start, end: clause.end }, [clause.start, clause.end])
}

/** "When I enter a wrong code": the code is entered, then tested; another scenario tells the other outcome. */
function trialOf(context: SentenceContext, clause: Clause): Item | undefined {
  const { language, text } = context
  const { verb, object } = clause
  if (verb === undefined || object === undefined || object.pronoun || verb.negated || clause.cues.length > 0 || !isWord(language, 'input', verb.base) && !/^(?:scan|submit|upload|use|scannen|hochladen|absenden)$/.test(verb.base)) return undefined
  const judged = clause.tokens.filter((token) => token.start >= object.start && token.end <= object.end).find((token) => /^(?:correct|right|wrong|valid|invalid|incorrect|known|unknown|expired)$|^(?:richtig|falsch|korrekt|gültig|ungültig|bekannt|unbekannt)e?[nrms]?$/.test(token.lower))
  if (judged === undefined) return undefined
  const thing = object.text.split(' ').filter((word) => word.toLowerCase() !== judged.lower).join(' ')
  if (thing === '') return undefined
  const word = judged.lower.replace(/e?[nrms]?$/, language === 'de' ? '' : '$&')
  const kept = oppositeOf(language, word)
  const plain = { ...object, text: thing }
  const tested = describeStep(language, { ...clause, object: plain }, context.mentions)
  const name = thing.slice(0, 1).toUpperCase() + thing.slice(1)
  const label = `${name} ${word}`
  return { kind: 'if', tested, opensSentence: true, condition: { question: `${name} ${kept ?? word}`, negative: kept !== undefined, label, stems: stemsOf(language, label), subjectHead: plain.head, subjectIsPerson: false, stative: true, verb: 'be', cue: '', negated: false, span: [clause.start, Math.min(clause.end, text.length)] } }
}

/** "Drivers without a saved card must add one": who lacks something is asked first. */
function lackOf(context: SentenceContext, clause: Clause): Condition | undefined {
  const subject = clause.subject
  if (subject === undefined || subject.pronoun || clause.verb === undefined || clause.verb.copula) return undefined
  const found = /^(.+?)\s+(?:without|ohne)\s+(?:an?\s+|any\s+|eine?[nrs]?\s+)?(.+)$/i.exec(subject.text)
  if (found === null || !isPersonPhrase(context.language, found[1]!)) return undefined
  const { start } = subject
  const tokens = clause.tokens.filter((token) => token.start >= start && token.end <= subject.end)
  const lacks = tokens.findIndex((token) => /^(?:without|ohne)$/.test(token.lower))
  const part: Clause = { start, end: subject.end, link: 'none', cues: [], tokens: tokens.slice(lacks), inherited: false, question: false }
  const condition = describeCondition(context.language, context.text, [part], false)
  const thing = found[2]!
  context.mentions.thing = { text: thing, head: thing.split(' ').at(-1)!.toLowerCase(), pronoun: false, start, end: subject.end }
  clause.subject = { ...subject, text: found[1]!, head: found[1]!.split(' ').at(-1)!.toLowerCase() }
  return { ...condition, question: thing.slice(0, 1).toUpperCase() + thing.slice(1), negative: true, negated: true }
}

function isPersonPhrase(language: ReadLanguage, said: string): boolean {
  return isWord(language, 'person', said.split(' ').at(-1)!)
}

function quantified(language: ReadLanguage, clause: Clause): boolean {
  const subject = clause.subject?.text ?? clause.tokens[0]?.text ?? ''
  return language === 'en' ? /^(?:anyone|everyone|everybody|those|users|customers|people|whoever|all)\b/i.test(subject) || clause.subject?.pronoun === true : /^(?:wer|alle|jeder|diejenigen)\b/i.test(subject)
}

function restrictionCondition(context: SentenceContext, clause: Clause): Condition {
  const tokens = (clause.restriction ?? []).filter((token) => token.tag !== 'relative')
  const part: Clause = { start: tokens[0]?.start ?? clause.start, end: tokens[tokens.length - 1]?.end ?? clause.end, link: 'none', cues: [], tokens, inherited: false, question: false }
  return describeCondition(context.language, context.text, [part], false)
}

/** The test of a first use, as the question of its decision. */
export function firstTimeCondition(context: SentenceContext, clause: Clause): Condition {
  const question = LABELS[context.language].firstTime
  return { question, negative: false, label: question, stems: stemsOf(context.language, question), subjectHead: '', subjectIsPerson: false, stative: true, verb: '', cue: 'first', negated: false, span: [clause.start, clause.end] }
}
