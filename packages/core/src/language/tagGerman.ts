import { ADVERBS, BE, BECOME, DETERMINERS, GERMAN_VERBS, HAVE, INSEPARABLE, MODALS, PREPOSITIONS, PRONOUNS, SEPARABLE, STRONG_FINITE, STRONG_PARTICIPLE, SUBORDINATORS } from './germanWords.ts'
import type { Token } from './token.ts'

/** What a German word form may be as a verb. */
export interface VerbForm {
  base: string
  finite: boolean
  participle: boolean
  infinitive: boolean
}

/** Tags the tokens of one German sentence in place: nouns by their capital, verbs by their endings, the rest by lists. */
export function tagGerman(tokens: Token[]): void {
  for (const [index, token] of tokens.entries()) {
    if (token.tag === 'punctuation') continue
    token.tag = closedTag(token, tokens, index)
  }
  for (const [index, token] of tokens.entries()) {
    if (token.tag !== 'adjective' || token.quoted === true) continue
    token.tag = openTag(tokens, index)
  }
}

/** The verb that a word form may belong to, or undefined. Separable prefixes stay in front: "angezeigt" -> "anzeigen". */
export function verbForm(word: string): VerbForm | undefined {
  const w = word.toLowerCase()
  if (w.length < 3 || !/^[a-zäöüß]+$/.test(w)) return undefined
  const second = secondPerson(w)
  if (second !== undefined) return second
  const strong = finiteOf(w)
  if (strong !== undefined) return { base: strong, finite: true, participle: false, infinitive: false }
  const third = /t$/.test(w) ? infinitiveOfThird(w) : ''
  if (GERMAN_VERBS.has(third)) return { base: third, finite: true, participle: /^(?:be|er|ver|ent|zer|über|unter|ge)|iert$/.test(w), infinitive: false }
  const participle = participleOf(w)
  if (participle !== undefined) return { base: participle, finite: !/^ge|[a-z]ge[a-z]+(?:t|en)$/.test(w) && w.endsWith('t'), participle: true, infinitive: /en$/.test(w) && GERMAN_VERBS.has(w) }
  const zu = /^(.+?)zu(.+n)$/.exec(w)
  if (zu !== null && SEPARABLE.has(zu[1]!) && zu[2]!.length > 3) return { base: zu[1]! + zu[2]!, finite: false, participle: false, infinitive: true }
  if (GERMAN_VERBS.has(w) || /(?:en|ern|eln)$/.test(w) && w.length > 4) return { base: w, finite: true, participle: false, infinitive: true }
  if (/t$/.test(w) && !/(?:keit|heit|schaft|ität|icht)$/.test(w)) return { base: infinitiveOfThird(w), finite: true, participle: false, infinitive: false }
  if (/e$/.test(w) && (GERMAN_VERBS.has(`${w}n`) )) return { base: `${w}n`, finite: true, participle: false, infinitive: false }
  return undefined
}

/** "öffnest", "gibst": the second person, by its third. */
function secondPerson(word: string): VerbForm | undefined {
  if (!/[^s]st$/.test(word) || word.length < 5 || finiteOf(word) !== undefined) return undefined
  const third = `${word.slice(0, -2)}t`
  const base = finiteOf(third) ?? infinitiveOfThird(third)
  return finiteOf(third) !== undefined || GERMAN_VERBS.has(base) || hasKnownPart(base) ? { base, finite: true, participle: false, infinitive: false } : undefined
}

function closedTag(token: Token, tokens: Token[], index: number): Token['tag'] {
  const word = token.lower
  if (token.quoted === true) return 'noun'
  if (word === 'nicht') return 'negation'
  if (MODALS.has(word)) return 'modal'
  if (BE.has(word) && !(word === 'sei' && false) || BECOME.has(word) || HAVE.has(word)) return 'aux'
  if (word === 'und' || word === 'oder' || word === 'sowie' || word === '&' || word === 'aber' || word === 'sondern') return 'coordinator'
  if (SUBORDINATORS.has(word) && !(word === 'während' && /^(?:der|des|eines|einer)$/.test(tokens[index + 1]?.lower ?? '')) && word !== 'da') return 'subordinator'
  if (word === 'da') return tokens[index - 1] === undefined || tokens[index - 1]!.tag === 'punctuation' ? 'subordinator' : 'adverb'
  if (word === 'sie' || word === 'Sie') return 'pronoun'
  if (PRONOUNS.has(word) && !DETERMINERS.has(word)) return 'pronoun'
  if (SEPARABLE.has(word) && endsClause(tokens, index) && index > 0) return 'particle'
  if (PREPOSITIONS.has(word)) return word === 'zu' && isInfinitive(tokens[index + 1]) ? 'to' : 'preposition'
  if (DETERMINERS.has(word)) return 'determiner'
  if (ADVERBS.has(word)) return 'adverb'
  if (/^\d/.test(word) || /^(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn)$/.test(word)) return 'number'
  const capital = /^\p{Lu}/u.test(token.text)
  const opens = index === 0 || tokens[index - 1]!.tag === 'punctuation' && /[.:!?–—>→-]/.test(tokens[index - 1]!.text)
  if (capital && !opens) return 'noun'
  if (capital && opens) {
    const form = verbForm(token.text)
    const next = tokens[index + 1]
    const third = form !== undefined && form.finite && /[^e]t$|[dtn]et$/.test(word) && next !== undefined && (DETERMINERS.has(next.lower) || PRONOUNS.has(next.lower))
    const known = third || form !== undefined && (GERMAN_VERBS.has(form.base) || STRONG_FINITE.has(word) || hasKnownPart(form.base))
    if (known && form?.finite === true && (!/en$/.test(word) || next !== undefined && (DETERMINERS.has(next.lower) || PRONOUNS.has(next.lower))) && next !== undefined && next.tag !== 'punctuation') return 'adjective'
    if (/^(?:[a-zäöü]+(?:e[nrsm]?))$/.test(word) && next !== undefined && /^\p{Lu}/u.test(next.text) && /(?:ige|iche|ische|bare|same|lose|ene|ete|ute|eue|ste|lle)[nrsm]?$/.test(word)) return 'adjective'
    return 'noun'
  }
  return 'adjective'
}

function hasKnownPart(base: string): boolean {
  for (let cut = 2; cut < base.length - 3; cut++) if (SEPARABLE.has(base.slice(0, cut)) && GERMAN_VERBS.has(base.slice(cut))) return true
  return false
}

function isInfinitive(token: Token | undefined): boolean {
  return token !== undefined && /^[a-zäöüß]+(?:en|ern|eln)$/.test(token.text) && !DETERMINERS.has(token.lower)
}

function endsClause(tokens: Token[], index: number): boolean {
  const next = tokens[index + 1]
  return next === undefined || next.tag === 'punctuation' || /^[,.;:!?)–—]$/.test(next.text) || /^(?:und|oder|aber)$/.test(next.lower) || /^(?:->|→|=>)$/.test(next.text)
}

/** A lower-case word of no list: an adjective in front of a noun, else a verb when its form allows it. */
function openTag(tokens: Token[], index: number): Token['tag'] {
  const token = tokens[index]!
  const form = verbForm(token.text)
  if (form === undefined) return 'adjective'
  const next = tokens[index + 1]
  const previous = tokens[index - 1]
  const inflected = /(?:e|en|er|es|em)$/.test(token.lower)
  if (inflected && (next?.tag === 'noun' || next?.tag === 'adjective') && (previous?.tag === 'determiner' || previous?.tag === 'preposition' || previous?.tag === 'number' || previous?.tag === 'adjective' || !(GERMAN_VERBS.has(form.base) || hasKnownPart(form.base)))) return 'adjective'
  if (form.participle && !form.finite) return 'past'
  return 'verb'
}

function finiteOf(word: string): string | undefined {
  const direct = STRONG_FINITE.get(word)
  if (direct !== undefined) return direct
  for (const prefix of INSEPARABLE) {
    if (word.startsWith(prefix)) {
      const rest = STRONG_FINITE.get(word.slice(prefix.length))
      if (rest !== undefined) return prefix + rest
    }
  }
  for (let cut = 2; cut < word.length - 2 && cut < 9; cut++) {
    if (!SEPARABLE.has(word.slice(0, cut))) continue
    const rest = STRONG_FINITE.get(word.slice(cut))
    if (rest !== undefined) return word.slice(0, cut) + rest
  }
  return undefined
}

function participleOf(word: string): string | undefined {
  const direct = STRONG_PARTICIPLE.get(word)
  if (direct !== undefined) return direct
  for (let cut = 2; cut < word.length - 3 && cut < 9; cut++) {
    const prefix = word.slice(0, cut)
    if (!SEPARABLE.has(prefix)) continue
    const rest = word.slice(cut)
    const strong = STRONG_PARTICIPLE.get(rest)
    if (strong !== undefined) return prefix + strong
    const weak = weakParticiple(rest)
    if (weak !== undefined) return prefix + weak
    if (INSEPARABLE.some((other) => rest.startsWith(other)) && /[^a]t$/.test(rest) && rest.length > 5) return prefix + infinitiveOfThird(rest)
  }
  for (const prefix of INSEPARABLE) {
    if (!word.startsWith(prefix) || word.length < prefix.length + 4) continue
    const strong = STRONG_PARTICIPLE.get(`ge${word.slice(prefix.length)}`)
    if (strong !== undefined) return prefix + strong
    if (/t$/.test(word)) return infinitiveOfThird(word)
  }
  if (/iert$/.test(word)) return `${word.slice(0, -1)}en`
  return weakParticiple(word)
}

function weakParticiple(word: string): string | undefined {
  return /^ge[a-zäöüß]{2,}t$/.test(word) ? infinitiveOfThird(word.slice(2)) : undefined
}

/** "öffnet" -> "öffnen", "ändert" -> "ändern", "prüft" -> "prüfen". */
function infinitiveOfThird(word: string): string {
  const stem = /(?:[dt]|[^aeiouäöülr][mn])et$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
  if (/(?:[^i]er|el)$/.test(stem) && stem.length > 3 && !/ier$/.test(stem)) return `${stem}n`
  return `${stem}en`
}
