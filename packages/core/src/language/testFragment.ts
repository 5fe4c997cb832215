import type { Clause } from './clause.ts'
import { screenType } from './describeStep.ts'
import { hasCue } from './discourse.ts'
import type { NoteMark } from './noteMarks.ts'
import type { ReadLanguage } from './reading.ts'
import type { Stretch } from './segment.ts'
import { isWord } from './words.ts'

/** Words that say that something is not as it should be. */
const FAILING: Record<ReadLanguage, RegExp> = {
  en: /\b(?:not|never|no longer|no|none|without|nothing|un(?:known|available|verified|readable|reachable|successful|confirmed|paid)|wrong|invalid|incorrect|bad|missing|empty|blank|expired|outdated|duplicate|fail(?:s|ed|ure|ures|ing)?|declined|rejected|refused|denied|blocked|locked|suspended|taken|gone|full|sold out|out of stock|offline|error|errors|timeout|timed out|mismatch|too (?:many|few|short|long|large|big|small|weak|late|old|early|far)|less than|more than|fewer than|older than|below|above|exceed(?:s|ed)?|already|cannot|can't|cancel(?:s|led|ed)?|lost|broken|insufficient|n't|dont|doesnt|isnt|wont)\b|n['’]t\b/i,
  de: /(?:^|[^\p{L}])(?:nicht|nie|kein\p{L}*|nichts|niemand|ohne|falsch\p{L}*|ungültig\p{L}*|unbekannt\p{L}*|unvollständig\p{L}*|fehl(?:t|en|end\p{L}*|er|geschlagen|schlägt)|leer\p{L}*|abgelaufen\p{L}*|abgelehnt\p{L}*|abgebrochen|vergeben|belegt|besetzt|gesperrt|vergriffen|ausverkauft|ausgebucht|schon|bereits|offline|timeout|zu (?:kurz|lang|spät|früh|alt|wenig\p{L}*|viel\p{L}*|groß|klein|schwach|weit)|weniger als|mehr als|älter als|unter|über|nicht mehr|defekt|kaputt|verloren|überschritten|voll)(?=$|[^\p{L}])/iu,
}

const STATE_END: Record<ReadLanguage, RegExp> = {
  en: /^(?:[\p{L}-]+ ){1,4}(?:available|valid|correct|known|unknown|present|complete|required|needed|enabled|disabled|active|inactive|empty|open|closed|ok|okay|on|off|ready|possible|true|false|found|set)$/iu,
  de: /^(?:[\p{L}-]+ ){1,4}(?:verfügbar|gültig|ungültig|richtig|falsch|bekannt|unbekannt|vorhanden|vollständig|nötig|aktiv|inaktiv|leer|offen|möglich|korrekt|ok|gefunden|gesetzt)$/iu,
}

const ANSWER = /^(?:found|ok|okay|success|successful|valid|invalid|correct|wrong|failed|failure|fail|error|match|mismatch|available|unavailable|approved|rejected|accepted|declined|expired|gefunden|erfolg|erfolgreich|gültig|ungültig|richtig|falsch|genehmigt|abgelehnt|angenommen|fehler|abgelaufen)$/i

/** Whether words before an arrow or a colon ask something: "unknown email", "link expired", "New device?", "if no slot is free". */
export function isTestFragment(language: ReadLanguage, text: string, head: Stretch, clauses: Clause[], mark: NoteMark['kind']): boolean {
  const said = text.slice(head.start, head.end).trim()
  const words = said.split(/\s+/)
  if (words.length > 10 || /^["“„«][^"”“»]*["”“»]$/.test(said) || /^(?:yes|no|ja|nein)$/i.test(said)) return false
  const first = clauses[0]
  if (first !== undefined && hasCue(first, 'optional', 'else', 'ifNot', 'ifSo', 'until', 'firstTime', 'then')) return false
  if (first !== undefined && hasCue(first, 'if', 'onlyIf', 'unless')) return first.verb !== undefined || first.object !== undefined
  if (clauses.length > 1) return false
  if (said.endsWith('?')) return true
  if (words.length === 1 && mark === 'arrow' && ANSWER.test(said)) return true
  const verb = first?.verb
  if (verb !== undefined && verb.form === 'imperative' && first!.subject === undefined && first!.object !== undefined && !isNegative(language, words[0]!)) return false
  if (names(language, said)) return false
  if (FAILING[language].test(said)) return verb === undefined || verb.form !== 'imperative' || first!.object === undefined || isNegative(language, words[0]!)
  if (words.length > 1 && STATE_END[language].test(said)) return true
  if (verb === undefined || first === undefined) return false
  if (verb.copula || verb.negated) return first.subject !== undefined || mark === 'arrow'
  const last = first.tokens[first.tokens.length - 1]
  if (last?.tag === 'past' && words.length > 1 && (verb.form === 'finite' || verb.passive) && mark === 'arrow') return first.object === undefined && first.complement === undefined
  return first.subject !== undefined && isWord(language, 'outcome', verb.base) && first.object === undefined
}

/** Whether a text says that something went wrong: a reason to go back and correct it. */
export function tellsFailure(language: ReadLanguage, said: string): boolean {
  return FAILING[language].test(said)
}

function isNegative(language: ReadLanguage, word: string): boolean {
  return FAILING[language].test(word)
}

/** "Error page", "Missing items list": a surface by name, unless it says that there is none of it. */
function names(language: ReadLanguage, said: string): boolean {
  if (screenType(language, said) === undefined) return false
  return !/^(?:no|not|without|unknown|wrong|invalid|empty|kein\p{L}*|ohne|leer\p{L}*|falsch\p{L}*)\b/iu.test(said)
}
