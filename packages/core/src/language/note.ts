import type { Clause } from './clause.ts'
import { describeCondition, describeLimit, isLimit } from './condition.ts'
import { controlsIn } from './controls.ts'
import { namedStep, screenType } from './describeStep.ts'
import { hasCue, type Item } from './discourse.ts'
import { jumpFragment } from './fragment.ts'
import { firstTimeCondition, itemize, type SentenceContext } from './itemize.ts'
import { nameIt, step } from './mainClause.ts'
import { marksOf, type NoteMark } from './noteMarks.ts'
import { isTestFragment } from './testFragment.ts'
import { type Stretch, trim } from './segment.ts'
import { isWord } from './words.ts'

/**
 * The moves of a note in telegram style, or undefined when it is read like any other sentence: "unknown email -> banner, stay",
 * "wrong code: inline error", "Success screen, then sign in", "Basket screen (items, total), "Order" button".
 */
export function readNote(context: SentenceContext, clausesOf: (stretch: Stretch) => Clause[], start: number, end: number): Item[] | undefined {
  const { language, text } = context
  const marks = marksOf(text, start, end)
  const lead = marks.find((mark) => mark.kind === 'arrow' || mark.kind === 'colon')
  if (lead !== undefined && !marks.some((mark) => mark.kind === 'semicolon' && mark.start < lead.start)) {
    const head = trim(text, start, lead.start)
    const body = trim(text, lead.end, end)
    const answer = head === undefined ? null : /^(?:(yes|ja|y|j)|(?:no|nein|n))$/i.exec(text.slice(head.start, head.end))
    if (answer !== null && body !== undefined) return [answer[1] === undefined ? { kind: 'else', again: false } : { kind: 'so' }, ...sequence(context, clausesOf, body, marks)]
    if (head !== undefined && body !== undefined && lead.kind === 'arrow' && EVENT.test(text.slice(head.start, head.end))) {
      return [...itemize({ ...context, terse: false }, clausesOf(head)), ...sequence(context, clausesOf, body, marks)]
    }
    const opener = head === undefined ? undefined : clausesOf(head)[0]
    if (opener !== undefined && body !== undefined && opener.verb === undefined) {
      if (isLimit(language, text, opener)) return [{ kind: 'limit', condition: describeLimit(language, text, opener) }, ...sequence(context, clausesOf, body, marks)]
      if (opener.object === undefined && hasCue(opener, 'firstTime')) return [{ kind: 'firstTime', condition: firstTimeCondition(context, opener) }, ...sequence(context, clausesOf, body, marks)]
      if (opener.object === undefined && hasCue(opener, 'else', 'ifNot')) return [{ kind: 'else', again: false }, ...sequence(context, clausesOf, body, marks)]
    }
    if (head !== undefined && body !== undefined && isTestFragment(language, text, head, clausesOf(head), lead.kind)) {
      const clauses = clausesOf(head)
      const condition = describeCondition(language, text, clauses.length === 0 ? [bareClause(text, head)] : clauses, false)
      return [{ kind: 'if', condition, opensSentence: true }, ...sequence(context, clausesOf, body, marks)]
    }
  }
  const whole = controlsIn(language, text.slice(start, end))
  if (whole !== undefined) {
    const draft = namedStep(language, { text: whole.surface, head: whole.surface.split(/\s+/).at(-1)!.toLowerCase(), pronoun: false, start, end }, [start, end])
    draft.elements = [...(draft.elements ?? []), ...whole.elements]
    return [{ kind: 'visit', step: draft, opens: true }]
  }
  if (lead?.kind === 'colon') {
    const told = readColon(context, clausesOf, { start, end }, lead)
    if (told !== undefined) return told
  }
  if (lead !== undefined) return undefined
  const quote = /^["“„«]([^"”“»]{2,80})["”“»][.!]?$/.exec(text.slice(start, end))
  if (quote !== null) return partItems(context, clausesOf, { start, end })
  const parts = partsOf(context, clausesOf, { start, end }, marks)
  if (parts.length < 2) return undefined
  return parts.flatMap((part) => partItems(context, clausesOf, part))
}

const EVENT = /^(?:after|upon|once|when|whenever|as soon as|nach|sobald|nachdem)\b/i
const FORM = /^(?:form|formular|screen|dialog|popup|modal|page|seite|maske)$/i

/** "Sign up: form (name, email)" and "Paywall: subscribe or "Later"": what a step or screen offers behind its colon. */
function readColon(context: SentenceContext, clausesOf: (stretch: Stretch) => Clause[], whole: Stretch, colon: NoteMark): Item[] | undefined {
  const { language, text } = context
  const head = trim(text, whole.start, colon.start)
  const body = trim(text, colon.end, whole.end)
  if (head === undefined || body === undefined || head.end - head.start > 50) return undefined
  const name = text.slice(head.start, head.end)
  const said = text.slice(body.start, body.end).replace(/[.]$/, '')
  const clause = clausesOf(head)[0]
  if (clause === undefined || clause.cues.length > 0 || name.split(/\s+/).length > 5) return undefined
  const form = controlsIn(language, said)
  if (form !== undefined && FORM.test(form.surface)) {
    const draft = namedStep(language, { text: name, head: '', pronoun: false, start: head.start, end: head.end }, [whole.start, whole.end])
    return [{ kind: 'visit', step: { ...draft, type: 'screen', elements: form.elements }, opens: true }]
  }
  const options = said.split(/\s*,?\s+(?:or|oder)\s+|\s*,\s*|\s+\/\s+/i)
  if (options.length < 2 || !/\b(?:or|oder)\b|\s\/\s/i.test(said) || options.some((option) => option.split(/\s+/).length > 6)) return undefined
  const chooses = clause.verb !== undefined && isWord(language, 'choose', clause.verb.base)
  const surface = screenType(language, name) !== undefined
  if (!chooses && !surface) return undefined
  const items: Item[] = surface && !chooses ? [{ kind: 'visit', step: namedStep(language, { text: name, head: '', pronoun: false, start: head.start, end: head.end }, [head.start, head.end]), opens: true }] : itemize({ ...context, terse: true }, clausesOf(head))
  let from = body.start
  const told: Item[][] = []
  for (const option of options) {
    const at = text.indexOf(option, from)
    from = at + option.length
    if (at < 0 || /^["“„«]/.test(option) || DISMISS.test(option)) continue
    const clauses = clausesOf({ start: at, end: at + option.length })
    if (clauses.some((part) => part.verb !== undefined)) told.push(itemize({ ...context, terse: true }, clauses))
  }
  const filled = told.filter((option) => option.length > 0)
  if (filled.length > 1) return [...items, { kind: 'alternatives', options: filled, sharesSubject: false, duty: false }]
  const only = filled[0]?.[0]
  return only?.kind === 'step' ? [...items, { ...only, optional: true }, ...filled[0]!.slice(1)] : items
}

const DISMISS = /^["“„]?(?:later|skip|cancel|not now|maybe later|dismiss|close|später|überspringen|abbrechen|nicht jetzt|schließen|nein danke)["”“]?$/i

/** What follows a test or stands in a row: each part is a step, a jump or an end. */
function sequence(context: SentenceContext, clausesOf: (stretch: Stretch) => Clause[], body: Stretch, marks: NoteMark[]): Item[] {
  return partsOf(context, clausesOf, body, marks).flatMap((part) => partItems(context, clausesOf, part))
}

function partsOf(context: SentenceContext, clausesOf: (stretch: Stretch) => Clause[], body: Stretch, marks: NoteMark[]): Stretch[] {
  const { language, text } = context
  const cuts: NoteMark[] = []
  const inside = marks.filter((mark) => mark.start >= body.start && mark.end <= body.end)
  for (const [index, mark] of inside.entries()) {
    const next = inside[index + 1]?.start ?? body.end
    const right = trim(text, mark.end, next)
    const left = trim(text, cuts.at(-1)?.end ?? body.start, mark.start)
    if (right === undefined || left === undefined) continue
    if (mark.kind === 'arrow' || mark.kind === 'semicolon') cuts.push(mark)
    else if (mark.kind === 'and' && jumpFragment(language, text.slice(right.start, right.end), [right.start, right.end]) !== undefined) cuts.push(mark)
    else if (mark.kind === 'comma' && standsAlone(language, text, left, right, clausesOf)) cuts.push(mark)
  }
  const parts: Stretch[] = []
  let from = body.start
  for (const cut of [...cuts, undefined]) {
    const part = trim(text, from, cut?.start ?? body.end)
    if (part !== undefined) parts.push(part)
    from = cut?.end ?? body.end
  }
  return parts
}

const THEN = /^(?:and |und )?(?:then|next|afterwards|dann|danach|anschließend)\b/i

/** Whether a comma ends one move and begins another: what follows leads elsewhere, or both sides are told without a verb of their own. */
function standsAlone(language: SentenceContext['language'], text: string, left: Stretch, right: Stretch, clausesOf: (stretch: Stretch) => Clause[]): boolean {
  const said = text.slice(right.start, right.end)
  if (jumpFragment(language, said.replace(THEN, '').trim(), [right.start, right.end]) !== undefined) return true
  if (THEN.test(said)) return true
  const before = text.slice(left.start, left.end)
  const named = screenType(language, before) !== undefined || /^["“„«][^"”“»]+["”“»]$/.test(before)
  if (!named) return false
  const clauses = clausesOf(right)
  return screenType(language, said) !== undefined || clauses[0]?.verb !== undefined && clauses[0].link === 'none'
}

function partItems(context: SentenceContext, clausesOf: (stretch: Stretch) => Clause[], part: Stretch): Item[] {
  const { language, text } = context
  const skip = THEN.exec(text.slice(part.start, part.end))?.[0].length ?? 0
  const stretch = trim(text, part.start + skip, part.end)
  if (stretch === undefined) return []
  stretch.end -= /\s+(?:first|zuerst|instead|stattdessen)[.!]?$/i.exec(text.slice(stretch.start, stretch.end))?.[0].length ?? 0
  const said = text.slice(stretch.start, stretch.end).replace(/[.!]+$/, '')
  const jump = jumpFragment(language, said, [stretch.start, stretch.end])
  if (jump !== undefined) return [jump]
  const whole = controlsIn(language, said)
  if (whole !== undefined) {
    const draft = namedStep(language, { text: whole.surface, head: '', pronoun: false, start: stretch.start, end: stretch.end }, [stretch.start, stretch.end])
    draft.elements = [...(draft.elements ?? []), ...whole.elements]
    return [{ kind: 'step', step: draft, parallel: '', optional: false, relative: false, passive: false }]
  }
  const clauses = clausesOf(stretch)
  if (clauses.length === 1 && clauses[0]!.verb === undefined && clauses[0]!.object !== undefined && !clauses[0]!.object.pronoun) return [step(nameIt(context, clauses[0]!), clauses[0]!)]
  return itemize({ ...context, marker: 'none', terse: true }, clauses)
}

function bareClause(text: string, head: Stretch): Clause {
  const words = text.slice(head.start, head.end)
  return { ...head, link: 'none', cues: [], tokens: [{ text: words, lower: words.toLowerCase(), start: head.start, end: head.end, tag: 'noun' }], inherited: false, question: false }
}
