import type { Clause, Phrase } from './clause.ts'
import { isMark, type Token } from './token.ts'

/** Fills a clause's object, complement and agent from the tokens behind its verb. */
export function fillComplements(clause: Clause, after: Token[]): void {
  let at = 0
  while (at < after.length && (after[at]!.tag === 'adverb' || after[at]!.tag === 'negation' || after[at]!.tag === 'coordinator' && at === 0)) at++
  const object: Token[] = []
  let objectHasNoun = false
  while (at < after.length) {
    const token = after[at]!
    if (token.tag === 'punctuation') {
      if (isMark(token, ',') && objectHasNoun && continuesList(after, at)) { object.push(token); at++; continue }
      if (token.text === '/') { object.push(token); at++; continue }
      break
    }
    if (token.tag === 'preposition') {
      if (objectHasNoun && /^(?:of|for|about|without)$/.test(token.lower) && !(token.lower === 'for' && objectIsPerson(object))) { object.push(token); at++; continue }
      if (token.lower === 'than' && object.length > 0) { object.push(token); at++; continue }
      break
    }
    if (['to', 'relative', 'subordinator', 'modal', 'verb', 'infinitive'].includes(token.tag)) break
    if (token.tag === 'particle') { clause.verb!.particle ??= token.lower; at++; continue }
    if (token.tag === 'past' && objectHasNoun) break
    if (token.tag === 'gerund' && objectHasNoun) break
    if (token.tag === 'aux') break
    if (token.tag === 'adverb' && (objectHasNoun || object.length > 0)) { if (!isNominalAhead(after, at)) break }
    if (token.tag === 'coordinator' && !isNominalAhead(after, at)) break
    object.push(token)
    if (isNominal(token) || token.tag === 'adjective' || token.tag === 'number' || token.tag === 'determiner' && !isNominalAhead(after, at)) objectHasNoun = true
    at++
  }
  const trimmed = trimPhrase(object)
  if (trimmed.length > 0) clause.object = phraseOf(trimmed)
  while (at < after.length) {
    const token = after[at]!
    if (token.tag === 'preposition') {
      const phrase: Token[] = []
      let end = at + 1
      while (end < after.length && ['determiner', 'adjective', 'noun', 'number', 'pronoun', 'coordinator', 'gerund', 'adverb'].includes(after[end]!.tag) || end < after.length && (after[end]!.lower === 'of' || after[end]!.text === '/')) { phrase.push(after[end]!); end++ }
      const found = phraseOf(trimPhrase(phrase))
      if (found !== undefined) {
        if (token.lower === 'by' && clause.verb!.passive) clause.agent ??= found
        else clause.complement ??= { preposition: token.lower, phrase: found }
      }
      at = Math.max(end, at + 1)
    } else at++
  }
}

/** The subject: the last noun group before the verb that no preposition governs, with what hangs on it. */
export function subjectTokens(before: Token[]): Token[] {
  let tokens = before
  const comma = tokens.findLastIndex((token, index) => isMark(token, ',') && tokens.slice(0, index).length > 0)
  if (comma >= 0 && tokens.slice(comma + 1).some(isNominal) && tokens[comma + 1]?.tag !== 'coordinator' && !(tokens[0]?.tag === 'determiner' && tokens.slice(comma + 1).some((token) => token.tag === 'coordinator'))) tokens = tokens.slice(comma + 1)
  while (tokens.length > 0 && ['adverb', 'coordinator', 'punctuation', 'negation', 'relative'].includes(tokens[0]!.tag)) tokens = tokens.slice(1)
  while (tokens.length > 0 && ['adverb', 'punctuation'].includes(tokens[tokens.length - 1]!.tag)) tokens = tokens.slice(0, -1)
  if (tokens[0]?.tag === 'preposition' || tokens[0]?.tag === 'gerund' || tokens[0]?.lower === 'based') {
    let at = 1
    let sawNoun = false
    while (at < tokens.length) {
      const token = tokens[at]!
      if (sawNoun && (token.tag === 'determiner' || token.tag === 'pronoun') && tokens[at - 1]!.tag !== 'preposition' && tokens[at - 1]!.tag !== 'coordinator' && tokens[at - 1]!.tag !== 'determiner') return tokens.slice(at)
      if (isNominal(token) || token.lower === 'this' || token.lower === 'that') sawNoun = true
      at++
    }
    return []
  }
  return tokens.some((token) => isNominal(token) || token.tag === 'determiner' || token.tag === 'gerund' || token.tag === 'number') ? tokens : []
}

/** Whether a token can head a noun phrase. */
export function isNominal(token: Token): boolean {
  return token.tag === 'noun' || token.tag === 'pronoun'
}

function objectIsPerson(object: Token[]): boolean {
  return object.length === 1 && object[0]!.tag === 'pronoun'
}

function continuesList(after: Token[], comma: number): boolean {
  for (let at = comma + 1; at < after.length; at++) {
    const token = after[at]!
    if (token.tag === 'coordinator') return true
    if (isMark(token, ',')) return at > comma + 1 && continuesList(after, at)
    if (!['determiner', 'adjective', 'noun', 'number', 'pronoun', 'gerund'].includes(token.tag)) return false
  }
  return false
}

function isNominalAhead(after: Token[], at: number): boolean {
  for (let index = at + 1; index < after.length; index++) {
    const tag = after[index]!.tag
    if (tag === 'noun' || tag === 'pronoun') return true
    if (!['determiner', 'adjective', 'number', 'adverb', 'gerund'].includes(tag)) return false
  }
  return false
}

const LEADING = new Set(['a', 'an', 'the', 'this', 'that', 'these', 'those', 'his', 'her', 'their', 'its', 'our', 'my', 'your', 'some', 'any', 'each', 'either', 'both', 'such'])

/** A phrase without articles, marks and connectors at its ends. */
export function trimPhrase(tokens: Token[]): Token[] {
  let from = 0
  let to = tokens.length
  const isEdge = (token: Token): boolean => token.tag === 'punctuation' || token.tag === 'coordinator' || token.tag === 'adverb' && to - from > 1 || token.tag === 'preposition'
  while (to > from && isEdge(tokens[to - 1]!)) to--
  if (to - from > 1 && /^(?:me|us|him|them|you)$/.test(tokens[from]!.lower) && tokens.slice(from + 1, to).some((token) => token.tag === 'noun')) from++
  while (from < to && (isEdge(tokens[from]!) || LEADING.has(tokens[from]!.lower) && tokens[from]!.quoted !== true && to - from > 1)) from++
  return tokens.slice(from, to)
}

/** The phrase of these tokens with its head, or undefined when nothing is left of it. */
export function phraseOf(tokens: Token[]): Phrase | undefined {
  const kept = trimPhrase(tokens)
  const first = kept[0]
  const last = kept[kept.length - 1]
  if (first === undefined || last === undefined) return undefined
  const stop = kept.findIndex((token, index) => index > 0 && (token.tag === 'preposition' || token.tag === 'relative' || token.tag === 'coordinator'))
  const group = stop < 0 ? kept : kept.slice(0, stop)
  const head = group.findLast((token) => token.tag === 'noun' || token.tag === 'pronoun') ?? group[group.length - 1]!
  return {
    text: kept.filter((token) => !/^(?:the|a|an|his|her|their|its|our)$/.test(token.lower) || token.quoted === true).map((token) => token.text).join(' ').replace(/ ,/g, ','),
    head: head.lower,
    pronoun: kept.every((token) => token.quoted !== true && (token.tag === 'pronoun' || token.tag === 'determiner')),
    start: first.start,
    end: last.end,
  }
}
