import type { Clause, ClauseLink } from './clause.ts'
import { type CueRole, type FoundCue, findCue } from './cues.ts'
import { fillComplements, isNominal, phraseOf, subjectTokens, trimPhrase } from './phraseEnglish.ts'
import { tagEnglish } from './tagEnglish.ts'
import { isMark, type Token, tokenize } from './token.ts'
import { type VerbGroup, verbGroups } from './verbGroup.ts'

/** The clauses of one English sentence, offsets into the whole text. */
export function englishClauses(text: string, start: number, end: number): Clause[] {
  const tokens = tokenize(text, start, end)
  tagEnglish(tokens)
  const question = isMark(tokens[tokens.length - 1], '?')
  const pieces = splitPieces(tokens)
  const clauses = pieces.map((piece) => buildClause(piece))
  for (const clause of clauses) if (question) clause.question = true
  return clauses.filter((clause) => clause.tokens.length > 0 || clause.cues.length > 0)
}

interface Piece {
  tokens: Token[]
  groups: VerbGroup[]
  link: ClauseLink
  restriction?: Token[]
}

const STRONG_CUES = new Set<CueRole>(['if', 'onlyIf', 'unless', 'else', 'ifNot', 'ifSo', 'until', 'when', 'reason', 'whereas', 'while', 'former', 'latter', 'sometimes', 'firstTime', 'before', 'after', 'parallel'])
/** Cues that only open a clause at the start of a sentence or behind a mark: their words have other uses. */
const FRONT_ONLY = new Set(['should', 'on', 'after', 'upon', 'provided', 'assuming', 'as', 'having', 'where', 'since', 'whether', 'in', 'before', 'prior', 'once', 'while'])

function splitPieces(tokens: Token[]): Piece[] {
  const groups = verbGroups(tokens)
  const cuts = new Map<number, ClauseLink>()
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!
    if (isMark(token, ';:—–') || token.tag === 'punctuation' && (token.text === '-' || /^(?:->|-->|→|=>|⇒)$/.test(token.text))) {
      cuts.set(index, token.text === ':' ? 'colon' : token.text === ';' ? 'comma' : /[>→⇒]/.test(token.text) ? 'arrow' : 'dash')
    }
  }
  const words = tokens.map((token) => token.quoted === true ? '"' : token.lower)
  for (let index = 0; index < tokens.length; index++) {
    const cue = findCue('en', words, index)
    if (cue === undefined || !STRONG_CUES.has(cue.role)) continue
    for (let at = index + 1; at < index + cue.length; at++) if (tokens[at]!.tag === 'relative') tokens[at]!.tag = 'subordinator'
    if (index === 0) continue
    const before = tokens[index - 1]!
    const afterMark = before.tag === 'punctuation' || before.tag === 'coordinator'
    if (FRONT_ONLY.has(words[index]!) && !afterMark && !hasOwnVerb(tokens, groups, index, cue)) continue
    if (words[index] === 'should' && index > 0) continue
    if ((words[index] === 'on' || words[index] === 'as' || words[index] === 'having' || words[index] === 'whether' || words[index] === 'where' || words[index] === 'in' && cue.length < 3) && !afterMark) continue
    if (words[index] === 'on' && groups.length > 0) continue
    if (cue.role === 'parallel' && !afterMark) continue
    if (before.lower === 'so' || before.lower === 'as' && words[index] === 'soon') continue
    cuts.set(index, before.tag === 'coordinator' ? linkOf(before.lower) : 'comma')
    index += cue.length - 1
  }
  const firstGroup = groups[0]
  if (firstGroup !== undefined) {
    for (let index = firstGroup.start - 1; index > 0 && index > firstGroup.start - 5; index--) {
      if (tokens[index]!.tag === 'relative' && (isNominal(tokens[index - 1]!) || isMark(tokens[index - 1], ','))) cuts.set(index, 'restrictive')
    }
  }
  cutPhraseCue(tokens, words, groups, cuts)
  const second = groups[1]
  // "Tapping a restaurant opens its menu": what is done, then what follows from it.
  if (firstGroup !== undefined && second !== undefined && firstGroup.weak && firstGroup.predicate.form === 'gerund' && firstGroup.start === 0 && (tokens[1]?.tag === 'determiner' || tokens[1]?.quoted === true || tokens[1]?.tag === 'preposition' || tokens[1]?.tag === 'pronoun' || tokens.length > 1 && second.start === 1)
    && !second.predicate.copula && !second.predicate.passive && !second.weak
    && tokens.slice(firstGroup.end, second.start).filter((token) => token.tag === 'determiner').length < 2
    && tokens.slice(firstGroup.end, second.start).every((token) => token.tag !== 'punctuation' && token.tag !== 'coordinator' && token.tag !== 'relative')) cuts.set(second.start, 'and')
  for (let g = 0; g + 1 < groups.length; g++) if (!cuts.has(groups[g + 1]!.start)) cutBetween(tokens, groups, g, cuts)
  cutVerblessConsequence(tokens, words, groups, cuts)
  return assemblePieces(tokens, groups, cuts)
}

/** "if the passwords don't match, inline error": what follows the comma of a fronted condition is told without a verb. */
function cutVerblessConsequence(tokens: Token[], words: string[], groups: VerbGroup[], cuts: Map<number, ClauseLink>): void {
  for (let index = 0; index < tokens.length; index++) {
    const cue = findCue('en', words, index)
    if (cue === undefined || !['if', 'unless', 'onlyIf'].includes(cue.role) || cue.phrase === 'on' || cue.phrase === 'where' || cue.phrase === 'should' || / of$/.test(cue.phrase)) continue
    const own = groups.find((group) => group.start >= index)
    if (own === undefined) return
    const comma = tokens.findIndex((token, at) => at >= own.end && (isMark(token, ',') || cuts.has(at)))
    if (comma < 0 || cuts.has(comma) || !isMark(tokens[comma], ',') || groups.some((group) => group.start > comma)) return
    const rest = tokens.slice(comma + 1)
    if (rest.length === 0 || rest.some((token) => token.tag === 'coordinator' || isMark(token, ',')) && tokens[comma - 1]?.tag === 'noun' && rest.length < 4 || ['coordinator', 'relative', 'subordinator'].includes(rest[0]!.tag)) return
    cuts.set(comma, 'comma')
    return
  }
}

/** "in case of errors these are corrected": a cue that takes a noun phrase ends before the subject of the verb. */
function cutPhraseCue(tokens: Token[], words: string[], groups: VerbGroup[], cuts: Map<number, ClauseLink>): void {
  const first = groups[0]
  if (first === undefined) return
  for (let index = 0; index < first.start; index++) {
    const cue = findCue('en', words, index)
    const brief = cue === undefined || !['if', 'when', 'unless', 'until'].includes(cue.role) ? -1 : tokens.findIndex((token, at) => at > index + cue.length && at <= index + cue.length + 3 && at < first.start && isMark(token, ','))
    // "When finished, ...", "If possible, ...": the comma ends it.
    if (brief > 0) {
      cuts.set(brief, 'comma')
      return
    }
    if (cue === undefined || !/ of$/.test(cue.phrase) && cue.phrase !== 'on' && cue.phrase !== 'upon' && cue.phrase !== 'after' && cue.phrase !== 'depending on' || isOrdinaryWord(tokens, index, cue, [])) continue
    const from = index + cue.length
    const comma = tokens.findIndex((token, at) => at > from && at < first.start && isMark(token, ','))
    const at = comma > 0 ? comma : lastNounStart(tokens, from + 1, first.start) ?? (/^[a-z]+[^s]$/.test(tokens[first.start]!.lower) && first.start > from ? first.start : undefined)
    if (at !== undefined && !(cue.phrase === 'after' && comma < 0 && !['determiner', 'pronoun'].includes(tokens[at]!.tag))) cuts.set(at, 'comma')
    return
  }
}

/** Whether a finite verb follows a subordinator before the next comma. */
function hasOwnVerb(tokens: Token[], groups: VerbGroup[], index: number, cue: FoundCue): boolean {
  for (const group of groups) {
    if (group.start < index + cue.length) continue
    for (let at = index; at < group.start; at++) if (tokens[at]!.tag === 'punctuation') return false
    return true
  }
  return false
}

function cutBetween(tokens: Token[], groups: VerbGroup[], g: number, cuts: Map<number, ClauseLink>): void {
  const first = groups[g]!
  const second = groups[g + 1]!
  for (let index = first.end; index <= second.start; index++) {
    const link = cuts.get(index)
    if (link !== undefined && tokens[index]!.tag === 'punctuation') {
      return
    }
  }
  const cueCut = [...cuts.keys()].some((index) => index >= first.end && index <= second.start)
  let subordinate = false
  for (let index = first.start - 1; index >= 0; index--) {
    if (cuts.has(index) && tokens[index]!.tag === 'punctuation') break
    if (findCueRole(tokens, index)) { subordinate = true; break }
    if (isMark(tokens[index], ',') && index < first.start - 12) break
  }
  if (cueCut && tokens.slice(first.end, second.start).every((token) => token.tag !== 'relative')) return
  for (let index = second.start - 1; index >= first.end; index--) {
    if (tokens[index]!.tag === 'relative') {
      cuts.set(index, isMark(tokens[index - 1], ',') || tokens[index - 1]?.tag === 'coordinator' ? 'relative' : isRestrictive(tokens, second, index) ? 'restrictive' : 'relative')
      return
    }
  }
  if (cueCut) return
  const commas: number[] = []
  const coordinators: number[] = []
  for (let index = first.end; index < second.start; index++) {
    if (isMark(tokens[index], ',')) commas.push(index)
    if (tokens[index]!.tag === 'coordinator') coordinators.push(index)
  }
  const lastCoordinator = coordinators[coordinators.length - 1]
  if (subordinate && commas.length > 0 && !(lastCoordinator !== undefined && isMark(tokens[lastCoordinator - 1], ',') && adjacent(tokens, lastCoordinator, second))) {
    // The comma that ends a fronted condition; a coordinator inside the condition keeps both its verbs together.
    const at = lastCoordinator !== undefined && adjacent(tokens, lastCoordinator, second) && lastCoordinator > commas[commas.length - 1]! ? lastCoordinator : commas[0]!
    cuts.set(at, at === lastCoordinator ? linkOf(tokens[at]!.lower) : 'comma')
    return
  }
  if (lastCoordinator !== undefined) {
    if (second.weak && !adjacent(tokens, lastCoordinator, second)) return
    const commaBefore = commas.find((comma) => coordinators.includes(comma + 1))
    const at = adjacent(tokens, lastCoordinator, second) || commaBefore === undefined ? lastCoordinator : commaBefore + 1
    cuts.set(at, linkOf(tokens[at]!.lower))
    return
  }
  if (second.weak && second.predicate.form !== 'infinitive') return
  const lastComma = commas[commas.length - 1]
  if (lastComma !== undefined) {
    cuts.set(lastComma, 'comma')
    return
  }
  if (second.predicate.form === 'infinitive') return
  if (subordinate && /^(?:just|simply|please)$/.test(tokens[second.start - 1]?.lower ?? '')) {
    cuts.set(second.start - 1, 'comma')
    return
  }
  const nounStart = lastNounStart(tokens, first.end, second.start)
  if (isRestrictiveBefore(tokens, groups, g)) cuts.set(second.start, 'comma')
  else if (subordinate && nounStart !== undefined) cuts.set(nounStart, mainClauseFollows(tokens, groups, g + 1) ? 'restrictive' : 'comma')
  else if (subordinate && !/s$/.test(tokens[second.start]!.lower)) cuts.set(second.start, 'comma')
}

function findCueRole(tokens: Token[], index: number): boolean {
  const cue = findCue('en', tokens.slice(index, index + 7).map((token) => token.lower), 0)
  return cue !== undefined && ['if', 'onlyIf', 'unless', 'when', 'after', 'before', 'until', 'ifNot', 'while', 'reason'].includes(cue.role) && !(cue.phrase === 'on') && !(cue.phrase === 'as' && index > 0) && !(cue.phrase === 'where')
}

function adjacent(tokens: Token[], index: number, group: VerbGroup): boolean {
  for (let at = index + 1; at < group.start; at++) if (tokens[at]!.tag !== 'adverb' && tokens[at]!.tag !== 'negation' && tokens[at]!.tag !== 'to' && !isMark(tokens[at], ',')) return false
  return true
}

function isRestrictive(tokens: Token[], group: VerbGroup, relative: number): boolean {
  if (tokens[relative]!.lower === 'that') return !/^(?:will|must|shall)$/.test(group.predicate.modal ?? '')
  if (['what', 'how', 'why', 'where', 'whose'].includes(tokens[relative]!.lower)) return true
  return group.predicate.modal === undefined || /^(?:would|could)$/.test(group.predicate.modal)
}

/** Whether a comma and a clause of its own follow, so that this verb still belongs to the fronted condition. */
function mainClauseFollows(tokens: Token[], groups: VerbGroup[], g: number): boolean {
  const next = groups[g + 1]
  if (next === undefined) return false
  for (let index = groups[g]!.end; index < next.start; index++) {
    if (isMark(tokens[index], ',')) return !['coordinator', 'relative', 'subordinator'].includes(tokens[index + 1]?.tag ?? '') && tokens[index + 1]?.lower !== 'otherwise' && tokens[index + 1] !== undefined && index + 1 <= next.start
    if (tokens[index]!.tag === 'coordinator') return false
  }
  return false
}

/** Whether a group is the verb of a relative clause whose main clause still waits for its own verb. */
function isRestrictiveBefore(tokens: Token[], groups: VerbGroup[], g: number): boolean {
  const first = groups[g]!
  for (let index = first.start - 1; index >= 0 && index > first.start - 6; index--) {
    if (tokens[index]!.tag !== 'relative') continue
    for (let at = index - 1; at >= 0; at--) {
      const token = tokens[at]!
      if (token.tag === 'punctuation' || token.tag === 'coordinator' || token.tag === 'subordinator') return at < index - 1
      if (groups.some((group) => at >= group.start && at < group.end)) return false
    }
    return index > 0
  }
  return false
}

function lastNounStart(tokens: Token[], from: number, to: number): number | undefined {
  let at = to - 1
  while (at >= from && (tokens[at]!.tag === 'adverb')) at--
  let found: number | undefined
  while (at >= from) {
    const token = tokens[at]!
    if (token.tag === 'determiner' || token.tag === 'pronoun') {
      found = at
      if (tokens[at - 1]?.tag === 'preposition' && /^(?:of|with|without)$/.test(tokens[at - 1]!.lower)) { at--; continue }
      return at
    }
    if (!['noun', 'adjective', 'number', 'preposition'].includes(token.tag)) return found
    if (token.tag === 'preposition' && !/^(?:of|with|without)$/.test(token.lower)) return at + 1
    if (token.lower === 'then') return at
    found = at
    at--
  }
  return found !== undefined && found > from ? found : undefined
}

function linkOf(word: string): ClauseLink {
  return word === 'or' ? 'or' : word === 'but' ? 'but' : 'and'
}

function assemblePieces(tokens: Token[], groups: VerbGroup[], cuts: Map<number, ClauseLink>): Piece[] {
  const bounds = [...cuts.keys()].sort((a, b) => a - b)
  const pieces: Piece[] = []
  let from = 0
  let link: ClauseLink = 'none'
  const push = (to: number): void => {
    const part = tokens.slice(from, to)
    const own = groups.filter((group) => group.start >= from && group.end <= to).map((group) => ({ ...group, start: group.start - from, end: group.end - from }))
    if (part.some((token) => token.tag !== 'punctuation')) pieces.push({ tokens: part, groups: own, link })
  }
  for (const bound of bounds) {
    push(bound)
    from = bound
    link = cuts.get(bound)!
  }
  push(tokens.length)
  return joinRestrictive(pieces)
}

/** "anyone who is signed in | goes on": the main clause goes on behind its relative clause. */
function joinRestrictive(pieces: Piece[]): Piece[] {
  const joined: Piece[] = []
  for (const piece of pieces) {
    const relative = joined[joined.length - 1]
    const main = joined[joined.length - 2]
    if (relative?.link === 'restrictive' && main !== undefined && main.groups.length === 0 && piece.groups.length > 0 && piece.link === 'comma' && piece.groups[0]!.start === 0) {
      const shift = main.tokens.length
      joined.splice(-2, 2, { tokens: [...main.tokens, ...piece.tokens], groups: piece.groups.map((group) => ({ ...group, start: group.start + shift, end: group.end + shift })), link: main.link, restriction: relative.tokens })
    } else joined.push(piece)
  }
  return joined
}

function buildClause(piece: Piece): Clause {
  const { tokens } = piece
  const words = tokens.map((token) => token.quoted === true ? '"' : token.lower)
  const cues: FoundCue[] = []
  let at = 0
  while (at < tokens.length) {
    if (tokens[at]!.tag === 'punctuation') { at++; continue }
    if (piece.groups[0] !== undefined && at >= piece.groups[0].start && words[at] !== 'should' && words[at] !== 'having') break
    let cue = findCue('en', words, at)
    if (cue === undefined) break
    // "if not logged in": the state is denied, and no other test.
    if (cue.phrase === 'if not' && ['past', 'adjective', 'verb', 'gerund'].includes(tokens[at + 2]?.tag ?? '')) cue = { role: 'if', length: 1, phrase: 'if' }
    if (isOrdinaryWord(tokens, at, cue, cues)) break
    cues.push(cue)
    at += cue.length
  }
  const content = tokens.slice(at).filter((token, index, all) => !(token.tag === 'punctuation' && (index === 0 || index === all.length - 1 || !isMark(token, ',/'))))
  const shift = at
  const groups = piece.groups.map((group) => ({ ...group, start: group.start - shift, end: group.end - shift })).filter((group) => group.start >= 0)
  const main = chooseMain(content, groups, tokens.slice(at))
  const first = tokens.find((token) => token.tag !== 'punctuation') ?? tokens[0]!
  const last = tokens[tokens.length - 1]!
  const clause: Clause = { start: first.start, end: last.end, link: piece.link, cues, tokens: content, inherited: false, question: false }
  if (piece.restriction !== undefined) clause.restriction = piece.restriction
  const body = tokens.slice(at)
  if (main === undefined) {
    clause.object = phraseOf(trimPhrase(content))
    return clause
  }
  clause.verb = main.predicate
  for (const token of body.slice(main.start, main.end)) {
    if (token.tag === 'adverb' && !cues.some((cue) => cue.phrase === token.lower)) {
      const cue = findCue('en', [token.lower], 0)
      if (cue !== undefined && (cue.role === 'optional' || cue.role === 'parallel' || cue.role === 'instead' || cue.role === 'either')) cues.push(cue)
    }
  }
  for (let index = main.end; index < body.length; index++) {
    const cue = findCue('en', body.slice(index, index + 6).map((token) => token.quoted === true ? '"' : token.lower), 0)
    if (cue !== undefined && ['optional', 'parallel', 'instead', 'again'].includes(cue.role)) cues.push(cue)
  }
  const subject = subjectTokens(body.slice(0, main.start))
  if (subject.length > 0) clause.subject = phraseOf(subject)
  else if (piece.link === 'none' || cues.length > 0 || piece.link === 'colon' || piece.link === 'comma' || piece.link === 'and') {
    if (main.predicate.form === 'finite' && !main.predicate.passive && main.predicate.modal === undefined && !main.weak && !/s$/.test(body[main.start]!.lower)) main.predicate.form = 'imperative'
  }
  fillComplements(clause, body.slice(main.end))
  return clause
}

/** Words of a cue that here are part of an ordinary phrase: "on the payment screen", "as a guest", "after the call". */
function isOrdinaryWord(tokens: Token[], at: number, cue: FoundCue, cues: FoundCue[]): boolean {
  const rest = tokens.slice(at + cue.length)
  if (cue.phrase === 'on') return !/^(?:error|failure|success|timeout|cancel|cancellation|rejection|approval|confirm|confirmation|decline)s?$/.test(rest[0]?.lower ?? '')
  if (cue.phrase === 'where' || cue.phrase === 'as' || cue.phrase === 'should' && tokens[at]!.tag !== 'modal') return true
  if (cue.phrase === 'should') return at > 0 || cues.length > 0
  if (cue.phrase === 'based on this') return rest[0]?.tag === 'noun' || rest[0]?.tag === 'adjective'
  if (cue.phrase === 'so' && rest[0]?.lower === 'that') return true
  if (cue.phrase === 'that' || cue.phrase === 'there' || cue.phrase === 'here' && rest.length === 0) return cue.phrase === 'that'
  if (cue.phrase === 'first' || cue.phrase === 'second' || cue.phrase === 'third' || cue.phrase === 'next') return rest[0]?.tag === 'noun' && tokens[at - 1]?.tag === 'determiner'
  return false
}

function chooseMain(content: Token[], groups: VerbGroup[], body: Token[]): VerbGroup | undefined {
  const strong = groups.find((group) => !group.weak)
  if (strong !== undefined) {
    const gerund = groups.find((group) => group.weak && group.predicate.form === 'gerund' && group.start === 0)
    return gerund !== undefined && strong.predicate.copula && strong.start > 0 ? gerund : strong
  }
  const weak = groups[0]
  if (weak === undefined) return undefined
  const before = body[weak.start - 1]
  if (weak.predicate.form === 'gerund') return weak.start === 0 || before?.tag === 'noun' ? weak : undefined
  return content.length > 0 && (weak.start === 0 || before?.tag === 'noun' || before?.tag === 'pronoun' || before?.tag === 'adverb') ? weak : undefined
}
