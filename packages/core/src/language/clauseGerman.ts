import type { Clause, ClauseLink, Phrase } from './clause.ts'
import { type FoundCue, findCue } from './cues.ts'
import { GERMAN_STATE_VERBS } from './germanWords.ts'
import { fillParts, phraseOf } from './phraseGerman.ts'
import { readPredicate, VERBAL } from './predicateGerman.ts'
import { tagGerman, verbForm } from './tagGerman.ts'
import { isMark, type Token, tokenize } from './token.ts'

/** The clauses of one German sentence, offsets into the whole text. */
export function germanClauses(text: string, start: number, end: number): Clause[] {
  const tokens = tokenize(text, start, end)
  tagGerman(tokens)
  const question = isMark(tokens[tokens.length - 1], '?')
  const pieces = splitFrontedPhrase(pullOutInsertions(splitPieces(tokens)))
  const clauses = pieces.map(buildClause).filter((clause) => clause.tokens.length > 0 || clause.cues.length > 0)
  frontedVerbConditions(clauses, question)
  joinInfinitives(clauses)
  continuePassive(clauses)
  for (const clause of clauses) if (question) clause.question = true
  return clauses
}

interface Piece {
  tokens: Token[]
  link: ClauseLink
}

function splitPieces(tokens: Token[]): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  let link: ClauseLink = 'none'
  const push = (to: number, next: ClauseLink): void => {
    const part = tokens.slice(from, to)
    if (part.some((token) => token.tag !== 'punctuation')) pieces.push({ tokens: part, link })
    from = to
    link = next
  }
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!
    if (token.tag === 'punctuation') {
      if (/^(?:->|-->|→|=>|⇒)$/.test(token.text)) push(index, 'arrow')
      else if (token.text === ':') push(index, 'colon')
      else if (/^[;–—]$/.test(token.text) || token.text === '-') push(index, 'dash')
      else if (token.text === ',' && !isListComma(tokens, index, from)) push(index, linkBehind(tokens, index + 1))
    } else if (token.tag === 'coordinator' && index > from && splitsClause(tokens, index, from)) {
      push(index, token.lower === 'oder' ? 'or' : token.lower === 'aber' || token.lower === 'sondern' ? 'but' : 'and')
    }
  }
  push(tokens.length, 'none')
  return pieces
}

function linkBehind(tokens: Token[], at: number): ClauseLink {
  const word = tokens[at]?.lower
  return word === 'und' ? 'and' : word === 'oder' ? 'or' : word === 'aber' || word === 'sondern' ? 'but' : 'comma'
}

/** A comma between nouns of one list: "Name, Adresse und Telefonnummer". */
function isListComma(tokens: Token[], comma: number, from: number): boolean {
  const before = tokens[comma - 1]
  if (before?.tag !== 'noun') return false
  for (let index = comma + 1; index < tokens.length; index++) {
    const token = tokens[index]!
    if (token.tag === 'coordinator') return isNounPhraseEnd(tokens, index + 1)
    if (isMark(token, ',')) return index > comma + 1 && isListComma(tokens, index, from)
    if (!['noun', 'determiner', 'adjective', 'number'].includes(token.tag)) return false
  }
  return false
}

function isNounPhraseEnd(tokens: Token[], at: number): boolean {
  let index = at
  while (index < tokens.length && ['determiner', 'adjective', 'number'].includes(tokens[index]!.tag)) index++
  if (tokens[index]?.tag !== 'noun') return false
  const next = tokens[index + 1]
  return next === undefined || next.tag === 'punctuation' || next.tag === 'particle' || next.tag === 'preposition' || next.tag === 'verb' || next.tag === 'past'
}

/** A coordinator splits when verbs stand on both sides, or the verb of the first part is already complete. */
function splitsClause(tokens: Token[], at: number, from: number): boolean {
  const before = tokens.slice(from, at)
  const stop = tokens.findIndex((token, index) => index > at && token.tag === 'punctuation' && /[,;:.!?–—]/.test(token.text))
  const after = tokens.slice(at + 1, stop < 0 ? tokens.length : stop)
  if (!before.some((token) => VERBAL.has(token.tag) || token.tag === 'to')) return false
  const first = after.findIndex((token) => VERBAL.has(token.tag))
  if (first < 0) return false
  // "Name und Adresse ein": only a particle follows; "Name und Adresse geprüft": both names belong to one verb.
  const bracket = before.some((token) => token.tag === 'aux' || token.tag === 'modal')
  const closed = before.some((token) => token.tag === 'past') || before.filter((token) => VERBAL.has(token.tag)).length > 1
  const onlyNouns = after.slice(0, first).every((token) => ['noun', 'determiner', 'adjective', 'number'].includes(token.tag)) && after.slice(first + 1).every((token) => !VERBAL.has(token.tag))
  if (bracket && !closed && onlyNouns && first > 0 && (after[first]!.tag === 'past' || /en$/.test(after[first]!.lower))) return false
  if (isSubordinate(before) && !before.some((token) => token.tag === 'verb' || token.tag === 'aux' || token.tag === 'past' || token.tag === 'modal')) return false
  return true
}

function isSubordinate(tokens: Token[]): boolean {
  return tokens.some((token) => token.tag === 'subordinator')
}

/** "lädt, sofern vorhanden, eine Überweisung hoch": the insertion goes before, the clause around it is whole again. */
function pullOutInsertions(pieces: Piece[]): Piece[] {
  const result: Piece[] = []
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index]!
    const inserted = pieces[index + 1]
    const rest = pieces[index + 2]
    const words = inserted?.tokens.filter((token) => token.tag !== 'punctuation') ?? []
    const insertion = rest !== undefined && words[0]?.tag === 'subordinator' && words.length <= 4 && rest.link === 'comma' && !rest.tokens.some((token) => VERBAL.has(token.tag)) && piece.tokens.some((token) => VERBAL.has(token.tag))
    if (!insertion) {
      result.push(piece)
      continue
    }
    result.push({ tokens: inserted!.tokens, link: piece.link === 'none' ? 'none' : 'comma' })
    result.push({ tokens: [...piece.tokens.filter((token, at) => !(at === 0 && token.tag === 'coordinator')), ...rest.tokens.filter((token) => !isMark(token, ','))], link: 'comma' })
    index += 2
  }
  return result
}

/** "Bei akuten Beschwerden | wird ...": the phrase before the verb is the condition, the rest the clause. */
function splitFrontedPhrase(pieces: Piece[]): Piece[] {
  return pieces.flatMap((piece) => {
    const first = piece.tokens.findIndex((token) => token.tag !== 'punctuation')
    const words = piece.tokens.map((token) => token.lower)
    const cue = findCue('de', words, first)
    if (first < 0 || cue === undefined || isOrdinary(piece.tokens, first, cue)) return [piece]
    const fronted = cue.phrase === 'bei' || cue.phrase === 'nach' || /^(?:im falle?|im falle? von)$/.test(cue.phrase)
    const verb = piece.tokens.findIndex((token, index) => index > first && VERBAL.has(token.tag) && token.tag !== 'past')
    if (!fronted || verb < 0) return [piece]
    return [{ tokens: piece.tokens.slice(0, verb), link: piece.link }, { tokens: piece.tokens.slice(verb), link: 'comma' as const }]
  })
}

function buildClause(piece: Piece): Clause {
  const all = piece.tokens
  const words = all.map((token) => token.quoted === true ? '"' : token.lower)
  const cues: FoundCue[] = []
  let at = 0
  while (at < all.length) {
    if (all[at]!.tag === 'punctuation') { at++; continue }
    if (piece.link === 'comma' && words[at] === 'um' ) { cues.push({ role: 'reason', length: 1, phrase: 'um' }); at++; break }
    let cue = findCue('de', words, at)
    if (cue === undefined || isOrdinary(all, at, cue)) break
    // "falls nicht eingeloggt": the state is denied, and no other test.
    if (cue.role === 'ifNot' && / nicht$/.test(cue.phrase) && all[at + 2] !== undefined && ['past', 'adjective', 'adverb', 'verb'].includes(all[at + 2]!.tag)) cue = { role: 'if', length: 1, phrase: words[at]! }
    cues.push(cue)
    at += cue.length
  }
  const body = all.slice(at)
  const first = all.find((token) => token.tag !== 'punctuation') ?? all[0]!
  const clause: Clause = { start: first.start, end: all[all.length - 1]!.end, link: piece.link, cues, tokens: body.filter((token) => token.tag !== 'punctuation'), inherited: false, question: false }
  if (isRelative(piece, body)) {
    clause.link = 'restrictive'
    return clause
  }
  const verb = readPredicate(body, cues)
  for (let index = 0; index < body.length; index++) {
    const cue = findCue('de', body.slice(index, index + 6).map((token) => token.quoted === true ? '"' : token.lower), 0)
    if (cue !== undefined && ['optional', 'parallel', 'instead', 'again'].includes(cue.role)) cues.push(cue)
  }
  if (verb === undefined) {
    clause.object = wholePhrase(body)
    return clause
  }
  clause.verb = verb.predicate
  fillParts(clause, body, verb.used)
  return clause
}

/** Cue words that here have another use: "bei der Anmeldung", "bis morgen", "da" as a place. */
function isOrdinary(tokens: Token[], at: number, cue: FoundCue): boolean {
  const next = tokens[at + cue.length]
  if (cue.phrase === 'bei') return next === undefined || next.tag === 'determiner' || at > 0 && tokens[at - 1]!.tag !== 'punctuation'
  if (cue.phrase === 'nach') return next === undefined || next.tag === 'determiner' && !/^(?:der|dem|den)$/.test(next.lower) || at > 0
  if (cue.phrase === 'da' || cue.phrase === 'um' || cue.phrase === 'denn') return tokens[at]!.tag !== 'subordinator' && cue.phrase !== 'denn'
  if (cue.phrase === 'außer') return next?.lower !== 'wenn'
  if (cue.phrase === 'während' || cue.phrase === 'bis') return tokens[at]!.tag !== 'subordinator' || next?.tag === 'preposition' || next?.tag === 'number'
  if (cue.phrase === 'parallel') return next?.tag === 'preposition' && next.lower !== 'dazu'
  return false
}

const RELATIVE = new Set(['der', 'die', 'das', 'den', 'dem', 'deren', 'dessen', 'denen', 'welche', 'welcher', 'welches', 'welchen', 'was', 'wo', 'worin', 'womit', 'dass'])

function isRelative(piece: Piece, body: Token[]): boolean {
  if (piece.link !== 'comma') return false
  let words = body.filter((token) => token.tag !== 'punctuation')
  if (words[0]?.tag === 'preposition') words = words.slice(1)
  const first = words[0]
  if (first === undefined || !RELATIVE.has(first.lower)) return false
  const last = words[words.length - 1]!
  const second = words[1]
  if (first.lower === 'dass' || first.lower === 'was') return true
  return VERBAL.has(last.tag) && last.tag !== 'past' && !(second?.tag === 'noun' || second?.tag === 'adjective') && !words.slice(1, -1).some((token) => token.tag === 'verb')
}

function wholePhrase(body: Token[]): Phrase | undefined {
  return phraseOf(body)
}

/** "Ist sie neu, füllt sie ...": a clause that opens with its verb before another one is a condition. */
function frontedVerbConditions(clauses: Clause[], question: boolean): void {
  if (question) return
  for (let index = 0; index + 1 < clauses.length; index++) {
    const clause = clauses[index]!
    if (clause.cues.some((cue) => cue.role === 'if') || clause.verb === undefined || clause.verb.form === 'imperative') continue
    const next = clauses.slice(index + 1).find((other) => other.link === 'comma' || other.link === 'dash')
    const nextTokens = next?.tokens ?? []
    const firstToken = clause.tokens[0]
    if (firstToken?.lower === 'wer' && next?.verb !== undefined && clause.link === 'none') clause.cues.push({ role: 'if', length: 0, phrase: 'wer' })
    const opener = clauses[index - 1]
    const governed = opener !== undefined && (clause.link === 'comma' || clause.link === 'dash') && opener.cues.some((cue) => ['if', 'when', 'unless', 'onlyIf', 'after'].includes(cue.role))
    const opens = !governed && firstToken !== undefined && VERBAL.has(firstToken.tag) && (clause.cues.length === 0 || clause.cues.every((cue) => cue.role === 'filler' || cue.role === 'then')) && (clause.link === 'none' || clause.link === 'comma')
    const nextFirst = nextTokens[0]
    const answers = nextFirst !== undefined && (VERBAL.has(nextFirst.tag) || next!.cues.some((cue) => cue.role === 'then') || nextFirst.lower === 'so')
    if (opens && answers && clause.subject !== undefined && next!.verb !== undefined) clause.cues.push({ role: 'if', length: 0, phrase: 'v1' })
  }
}

/** "wird geprüft und verpackt": the second participle shares the auxiliary of the first. */
function continuePassive(clauses: Clause[]): void {
  for (let index = 1; index < clauses.length; index++) {
    const clause = clauses[index]!
    const before = clauses[index - 1]!
    if (clause.verb === undefined || before.verb?.passive !== true || before.verb.copula || clause.link !== 'and' && clause.link !== 'or' && clause.link !== 'but') continue
    const last = clause.tokens.findLast((token) => token.tag !== 'punctuation')
    const verbs = clause.tokens.filter((token) => VERBAL.has(token.tag))
    if (last === undefined || verbs.length !== 1 || verbs[0] !== last || verbForm(last.text)?.participle !== true) continue
    clause.verb.passive = true
    clause.verb.base = verbForm(last.text)!.base
    if (clause.subject === undefined && clause.object !== undefined) {
      clause.subject = clause.object
      delete clause.object
    }
  }
}

/** "hat die Möglichkeit, den Termin zu verschieben": the infinitive is the action of the clause before. */
function joinInfinitives(clauses: Clause[]): void {
  for (let index = clauses.length - 1; index > 0; index--) {
    const clause = clauses[index]!
    const before = clauses[index - 1]!
    if (clause.verb?.form !== 'infinitive' || before.verb === undefined || clause.cues.some((cue) => cue.role === 'reason')) continue
    if (clause.link !== 'comma' && clause.link !== 'none') continue
    const carries = /^(?:versuchen|bitten|auffordern|entscheiden|haben|beginnen|anfangen|wählen|sein|erlauben|ermöglichen|vergessen|planen|beschließen|werden)$/.test(before.verb.base) || before.verb.passive && /^(?:bitten|auffordern)$/.test(before.verb.base) || GERMAN_STATE_VERBS.has(before.verb.base)
    if (!carries) {
      clause.cues.push({ role: 'reason', length: 0, phrase: 'zu' })
      continue
    }
    before.verb = { ...clause.verb, form: 'finite', carrier: before.verb.base, ...(before.verb.modal === undefined ? {} : { modal: before.verb.modal }) }
    if (clause.object !== undefined) before.object = clause.object
    else delete before.object
    if (clause.complement !== undefined) before.complement = clause.complement
    before.end = clause.end
    clauses.splice(index, 1)
  }
}
