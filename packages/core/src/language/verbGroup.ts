import type { Predicate } from './clause.ts'
import { CARRIERS, CARRIER_NOUNS, STATE_ADJECTIVES, verbBase } from './englishWords.ts'
import type { Token } from './token.ts'

/** The words of one predicate: token indexes [start, end) and what they say. */
export interface VerbGroup {
  start: number
  end: number
  predicate: Predicate
  /** A participle or gerund alone, which may only describe a noun. */
  weak: boolean
}

/** The predicates of a tagged English sentence in their order; a carrier ("has to") is one with its verb. */
export function verbGroups(tokens: Token[]): VerbGroup[] {
  const groups: VerbGroup[] = []
  let index = 0
  while (index < tokens.length) {
    const group = readGroup(tokens, index)
    if (group === undefined) {
      index++
      continue
    }
    const carried = carriedGroup(tokens, group)
    if (carried !== undefined) {
      carried.predicate.carrier = group.predicate.base
      carried.predicate.negated ||= group.predicate.negated
      carried.predicate.modal ??= group.predicate.modal
      carried.predicate.form = 'finite'
      if (group.predicate.passive) carried.predicate.carrierPassive = true
      groups.push({ start: group.start, end: carried.end, predicate: carried.predicate, weak: false })
      index = carried.end
    } else {
      groups.push(group)
      index = group.end
    }
  }
  return groups.filter((group) => !(group.predicate.form === 'infinitive' && !isCoordinatedInfinitive(tokens, group)))
}

function isCoordinatedInfinitive(tokens: Token[], group: VerbGroup): boolean {
  const before = tokens[group.start - 1]
  return before?.tag === 'coordinator'
}

const BE_FORMS = new Set(['is', 'are', 'be', 'been', 'being', 'was', 'were', 'am', "isn't", "aren't", 'get', 'gets'])

const NEGATED_FORM = /n't$|^cannot$/

function readGroup(tokens: Token[], start: number): VerbGroup | undefined {
  const first = tokens[start]!
  if (!['modal', 'aux', 'verb', 'past', 'gerund', 'to'].includes(first.tag)) return undefined
  let at = start
  let main: Token | undefined
  let lastAux = ''
  const predicate: Predicate = { base: '', negated: false, passive: false, perfect: false, form: 'finite', copula: false }
  if (first.tag === 'to') {
    while (tokens[at + 1]?.tag === 'adverb') at++
    if (!['infinitive', 'aux'].includes(tokens[at + 1]?.tag ?? '')) return undefined
    predicate.form = 'infinitive'
    at++
  }
  let end = at
  while (at < tokens.length) {
    const token = tokens[at]!
    if (token.tag === 'modal') {
      if (main !== undefined || lastAux !== '') break
      predicate.modal = token.lower
      if (NEGATED_FORM.test(token.lower)) predicate.negated = true
    } else if (token.tag === 'aux') {
      if (main !== undefined) break
      lastAux = token.lower
      if (/^(?:ha[sd]|have)$/.test(token.lower)) predicate.perfect = true
      if (NEGATED_FORM.test(token.lower)) predicate.negated = true
    } else if (token.tag === 'negation') {
      if (main !== undefined) break
      predicate.negated = true
    } else if (token.tag === 'adverb' || token.lower === 'yet') {
      if (main !== undefined) break
      if (!leadsToVerb(tokens, at)) break
    } else if (token.tag === 'verb' || token.tag === 'past' || token.tag === 'gerund' || token.tag === 'infinitive') {
      if (main !== undefined) break
      if (token.tag === 'verb' && lastAux !== '' && BE_FORMS.has(lastAux)) break
      main = token
      predicate.passive = token.tag === 'past' && BE_FORMS.has(lastAux)
    } else break
    at++
    if (token.tag !== 'adverb') end = at
    if (main !== undefined) break
  }
  if (main === undefined && lastAux === '' && predicate.modal === undefined) return undefined
  if (main === undefined && predicate.modal !== undefined && lastAux === '') return undefined
  if (main === undefined) {
    predicate.base = BE_FORMS.has(lastAux) ? 'be' : /^ha/.test(lastAux) ? 'have' : 'do'
    predicate.copula = predicate.base === 'be'
    predicate.perfect = false
  } else {
    predicate.base = verbBase(main.lower)
    const settled = STATE_ADJECTIVES.has(main.lower) || /^(?:signed|logged)$/.test(main.lower) && tokens[end]?.tag === 'particle'
    if (predicate.passive && predicate.modal === undefined && settled) predicate.copula = true
    if (tokens[end]?.tag === 'particle') {
      predicate.particle = tokens[end]!.lower
      end++
    }
  }
  const weak = main !== undefined && lastAux === '' && predicate.modal === undefined && (main.tag === 'past' || main.tag === 'gerund')
  if (weak && main!.tag === 'gerund') predicate.form = 'gerund'
  return { start, end, predicate, weak }
}

function leadsToVerb(tokens: Token[], at: number): boolean {
  for (let index = at; index < tokens.length && index < at + 4; index++) {
    const tag = tokens[index]!.tag
    if (tag === 'verb' || tag === 'past' || tag === 'gerund' || tag === 'aux' || tag === 'infinitive') return true
    if (tag !== 'adverb' && tag !== 'negation') return false
  }
  return false
}

/** The real verb behind "has to", "is able to", "has the chance to", "lets them", "starts". */
function carriedGroup(tokens: Token[], group: VerbGroup): VerbGroup | undefined {
  const base = group.predicate.base
  if (group.weak && group.predicate.form === 'gerund') return undefined
  if (!CARRIERS.has(base)) return undefined
  let at = group.end
  let sawNoun = false
  let carrierNoun = false
  while (at < tokens.length && at < group.end + 7) {
    const token = tokens[at]!
    if (token.tag === 'to') {
      const allowed = !sawNoun || carrierNoun || ['ask', 'let', 'allow', 'invite', 'prompt', 'urge', 'remind', 'require', 'enable', 'help', 'want', 'expect', 'force'].includes(base)
      if (!allowed) return undefined
      const next = readGroup(tokens, at)
      if (next === undefined) return undefined
      return carriedGroup(tokens, next) ?? next
    }
    if (token.tag === 'gerund' && !sawNoun && base !== 'be' && base !== 'have' && base !== 'use') return readGroup(tokens, at)
    if ((base === 'let' || base === 'help') && sawNoun && (token.tag === 'verb' || token.tag === 'noun' && /^(?:retry|try)$/.test(token.lower))) {
      token.tag = 'verb'
      return readGroup(tokens, at)
    }
    if (base === 'be' && (token.tag === 'adjective' || token.tag === 'past') && /^(?:able|allowed|required|asked|responsible|supposed|invited|ready|free|prompted)$/.test(token.lower)) { at++; continue }
    if (base === 'be' && (token.lower === 'in' || token.lower === 'charge' || token.lower === 'of' || token.lower === 'for')) { at++; if (tokens[at]?.tag === 'gerund') return readGroup(tokens, at); continue }
    if (token.tag === 'pronoun' || token.tag === 'noun' || token.tag === 'determiner' || token.tag === 'adjective') {
      if (base === 'be' || base === 'try' || base === 'decide' && token.tag !== 'determiner') return undefined
      sawNoun = true
      if (CARRIER_NOUNS.has(token.lower)) carrierNoun = true
      else if (token.tag === 'noun' && base === 'have') carrierNoun = false
      at++
      continue
    }
    if (token.tag === 'adverb' || token.lower === 'either' || token.lower === 'whether' || token.tag === 'negation') { at++; continue }
    return undefined
  }
  return undefined
}
