import type { Clause } from './clause.ts'
import { hasCue, type Condition, stemsOf } from './discourse.ts'
import { capitalize } from './describeStep.ts'
import type { ReadLanguage } from './reading.ts'
import { writeOut } from './token.ts'
import { isWord, LABELS, oppositeOf } from './words.ts'

const ARTICLE: Record<ReadLanguage, RegExp> = {
  en: /^(?:the|a|an|his|her|their|its|our|my|your|this|that|these|those|any|some|there (?:is|are)|it (?:is|turns out that))\s+/i,
  de: /^(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|ihre?|seine?|es gibt)\s+/i,
}
const BE: Record<ReadLanguage, RegExp> = { en: /\b(?:is|are|was|were|has been|have been|does|do|did)\b\s*/i, de: /\b(?:ist|bist|bin|seid|sind|war|waren|wird|werden|wurde|wurden)\b\s*/i }
const NOT: Record<ReadLanguage, RegExp> = { en: /\b(?:not|no longer|never)\b\s*|n't\b\s*/i, de: /\b(?:nicht|niemals)\b\s*/i }
const NO: Record<ReadLanguage, RegExp> = { en: /\b(?:no|none|nobody|nothing|without)\b/i, de: /\b(?:kein(?:e[nrsm]?)?|niemand|nichts|ohne)\b/i }

/** The condition that the clauses ask, from the source text between them; connectors are left out. */
export function describeCondition(language: ReadLanguage, text: string, clauses: Clause[], unless: boolean): Condition {
  const first = clauses[0]!
  const last = clauses[clauses.length - 1]!
  const from = first.tokens[0]?.start ?? first.start
  const to = (last.tokens[last.tokens.length - 1]?.end ?? last.end)
  const raw = writeOut(text.slice(Math.min(from, to), Math.max(from, to))).replace(/\s+/g, ' ').replace(/[,;:.?!]+$/, '').trim()
  const verb = first.verb
  const negated = verb?.negated === true || NO[language].test(raw) || NOT[language].test(raw)
  const asked = askQuestion(language, raw, clauses.length === 1, verb === undefined)
  const head = first.subject?.pronoun === true ? '' : first.subject?.head ?? first.object?.head ?? ''
  return {
    question: asked.question,
    negative: unless ? !asked.negative : asked.negative,
    label: capitalize(raw),
    stems: stemsOf(language, raw.replace(NOT[language], '')),
    subjectHead: head,
    subjectIsPerson: first.subject !== undefined && isWord(language, 'person', first.subject.head),
    stative: verb === undefined || verb.copula || verb.passive || verb.carrierPassive === true || verb.negated || verb.base === 'have' || isWord(language, 'outcome', verb.base),
    verb: verb?.base ?? '',
    cue: first.cues.find((cue) => ['if', 'onlyIf', 'unless', 'when'].includes(cue.role))?.phrase ?? '',
    negated,
    span: [first.start, last.end],
  }
}

/** "the password is wrong" -> "Password correct", told as its "no". */
function askQuestion(language: ReadLanguage, raw: string, single: boolean, verbless: boolean): { question: string; negative: boolean } {
  let question = raw.replace(/\b(?:cannot|can't)\b/i, 'can not').replace(/^(?:ist|sind|war|waren|wird|werden)\s+/i, '').replace(ARTICLE[language], '').replace(ARTICLE[language], '')
  let negative = false
  if (single) {
    const words = question.split(' ')
    const positive = (word: string): string | undefined => oppositeOf(language, word.toLowerCase()) ?? (language === 'de' ? oppositeOf(language, word.toLowerCase().replace(/e[nrsm]?$/, '')) : undefined)
    const at = words.findIndex((word) => positive(word) !== undefined)
    if (at >= 0 && !NOT[language].test(question) && !NO[language].test(raw)) {
      words[at] = positive(words[at]!)!
      // "unknown email" asks "Email known?".
      if (at === 0 && words.length > 1 && words.length <= 4 && verbless) words.push(words.shift()!)
      question = words.join(' ')
      negative = true
    } else if (NOT[language].test(question)) {
      question = question.replace(NOT[language], '')
      negative = true
    } else if (/^(?:no|kein(?:e[nrsm]?)?)\s/i.test(raw)) {
      question = raw.replace(/^\S+\s+/, '')
      negative = true
    }
    question = question.replace(/\s+(?:state|zustand)$/i, '').replace(BE[language], '')
  }
  question = question.replace(/^(?:(?:it|they|she|he|es|sie|er|ihn|du|man|wir|ihr|ich)\s+)+(?=\S)/i, (found) => (question.length - found.length > 3 ? '' : found))
  const words = question.trim().split(' ')
  if (words.length > 12) question = `${words.slice(0, 12).join(' ')} …`
  return { question: capitalize(question.trim() || raw || LABELS[language].next), negative }
}

const LIMIT: Record<ReadLanguage, RegExp> = {
  en: /^\d+\s?(?:x|×)\s+(?:wrong|failed|declined|invalid|incorrect)\b|(?:\bafter|\bat|\bon|\bupon|^|,)\s*(?:the\s+)?(?:a\s+)?(?:more than\s+)?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|several|too many|first|second|third|fourth|fifth|sixth|multiple|max(?:imum)?)\s+(?:[\p{L}-]+\s+){0,3}?(?:attempts?|tries|try|failures?|retries|retry|reminders?|times)\b|\bafter\s+the\s+(?:second|third|fourth|fifth|sixth|last)\s+\p{L}+(?=,|\s+(?:the|a|an|we|it)\b)|\bafter\s+(?:\d+|one|two|three|four|five|six|ten|several|too many|multiple)\s+(?:wrong|failed|declined|incorrect|unsuccessful|invalid|rejected|unanswered)\s+\p{L}+/iu,
  de: /^\d+\s?(?:x|×|mal)\s+(?:falsch|fehlgeschlagen|abgelehnt|ungültig)\b|(?:\bnach|\bbeim|\bbei|^|,)\s*(?:dem\s+|der\s+|mehr als\s+)?(?:\d+|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|dreimaliger|zweimaliger|mehreren|zu vielen|ersten|zweiten|dritten|vierten|fünften)\s*(?:[\p{L}-]+\s+){0,3}?(?:fehl|eingabe)?(?:versuch(?:e|en|s)?|mal(?:en)?|fehleingaben?|fehlversuch(?:e|en)?|erinnerungen|wiederholungen)\b|\bnach\s+de[rm]\s+(?:zweiten|dritten|vierten|fünften|letzten)\s+\p{L}+|\bnach\s+(?:\d+|zwei|drei|vier|fünf|mehreren|zu vielen)\s+(?:falschen|fehlgeschlagenen|erfolglosen|ungültigen|abgelehnten|vergeblichen)\s+\p{L}+/iu,
}

/** Whether a clause names a limit such as "after three failed attempts". */
export function isLimit(language: ReadLanguage, text: string, clause: Clause): boolean {
  if (hasCue(clause, 'until')) return false
  return LIMIT[language].test(text.slice(clause.start, clause.tokens[Math.min(clause.tokens.length, 9) - 1]?.end ?? clause.end))
}

/** The limit's own words, as the question of its decision. */
export function describeLimit(language: ReadLanguage, text: string, clause: Clause): Condition {
  const found = LIMIT[language].exec(text.slice(clause.start, clause.end))
  const words = (found?.[0] ?? '').replace(/^(?:,|\s|after|at|on|upon|nach|beim|bei)+\s/i, '').replace(/^(?:the|dem|der)\s+/i, '').trim()
  const counted = /^(?:more than )?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|several|too many|multiple|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|mehreren|zu vielen)\b/i.test(words)
  const after = language === 'en' ? counted && !/times$/i.test(words) : counted && /^[\s,]*nach\b/i.test(found?.[0] ?? '')
  const question = words === '' ? LABELS[language].limit : after ? `${language === 'en' ? 'After' : 'Nach'} ${words.slice(0, 1).toLowerCase()}${words.slice(1)}` : capitalize(words)
  return { question, negative: false, label: capitalize(words === '' ? question : words), stems: stemsOf(language, question), subjectHead: '', subjectIsPerson: false, stative: true, verb: '', cue: 'limit', negated: false, span: [clause.start, clause.end] }
}
