import nlp from 'compromise/two'
import { ACTION_VERBS, IRREGULAR, PARTICLES, verbBase } from './englishWords.ts'
import type { Tag, Token } from './token.ts'

const BE = new Set(['is', 'are', 'be', 'been', 'being', 'was', 'were', 'am', "isn't", "aren't", "wasn't", "weren't"])
const HAVE = new Set(['has', 'have', 'had', 'having', "hasn't", "haven't", "hadn't"])
const DO = new Set(['does', 'do', 'did', "doesn't", "don't", "didn't"])
const MODAL = new Set(['can', 'could', 'may', 'might', 'must', 'shall', 'should', 'will', 'would', 'cannot', "can't", "won't", "mustn't", "shouldn't", "couldn't", "wouldn't"])
const DETERMINER = new Set(['a', 'an', 'the', 'this', 'that', 'these', 'those', 'his', 'her', 'their', 'its', 'our', 'my', 'your', 'each', 'every', 'all', 'any', 'some', 'no', 'another', 'both', 'several', 'such', 'few', 'many', 'much', 'either', 'neither', 'most', 'enough'])
const PRONOUN = new Set(['i', 'we', 'you', 'he', 'she', 'it', 'they', 'them', 'him', 'us', 'me', 'nobody', 'nothing', 'everybody', 'everyone', 'anyone', 'someone', 'everything', 'something', 'anything', 'none', 'themselves', 'himself', 'herself', 'itself', 'one', 'anybody', 'somebody', 'others'])
const SUBJECT_PRONOUN = new Set(['i', 'we', 'you', 'he', 'she', 'it', 'they', 'nobody', 'nothing', 'everybody', 'everyone', 'someone'])
const PREPOSITION = new Set(['of', 'in', 'on', 'at', 'by', 'for', 'with', 'from', 'into', 'about', 'as', 'via', 'through', 'within', 'without', 'during', 'between', 'against', 'regarding', 'per', 'under', 'over', 'after', 'before', 'since', 'until', 'than', 'upon', 'onto', 'depending', 'towards', 'toward', 'among', 'across', 'outside', 'inside', 'like', 'behind', 'near', 'off', 'out', 'up', 'down', 'concerning', 'including', 'except', 'due', 'because', 'instead', 'according', 'based', 'plus'])
const SUBORDINATOR = new Set(['if', 'unless', 'because', 'although', 'while', 'whilst', 'whereas', 'when', 'whenever', 'once', 'until', 'till', 'whether', 'though', 'otherwise', 'else'])
const RELATIVE = new Set(['who', 'which', 'whose', 'whom', 'where', 'what', 'how', 'why'])
const COORDINATOR = new Set(['and', 'or', 'but', '&', 'nor'])
const ADVERB = new Set(['then', 'also', 'again', 'now', 'next', 'later', 'here', 'there', 'still', 'just', 'only', 'already', 'twice', 'once', 'together', 'yet', 'soon', 'first', 'finally', 'afterwards', 'otherwise', 'instead', 'ago', 'always', 'never', 'often', 'sometimes', 'either', 'too', 'very', 'straight', 'longer', 'anymore', 'meanwhile', 'therefore', 'thus', 'hence', 'however', 'personally', 'optionally', 'directly'])
/** Words that are nouns far more often than verbs in front of a determiner-less noun. */
const NOT_VERB = new Set(['status', 'process', 'address', 'access', 'less', 'success', 'business', 'always', 'news', 'its', 'perhaps', 'gps', 'sms', 'details', 'contents', 'days', 'minutes', 'hours', 'weeks', 'seconds', 'months', 'years', 'times', 'items', 'users', 'customers', 'parts'])

/**
 * Tags the tokens of one English sentence in place.
 * The statistical guess comes from the tagger; the closed word classes and the verbs of process texts are ours.
 */
export function tagEnglish(tokens: Token[]): void {
  const guesses = guessTags(tokens)
  for (const [index, token] of tokens.entries()) {
    if (token.tag === 'punctuation') continue
    token.tag = closedTag(tokens, index) ?? guesses[index] ?? 'noun'
  }
  for (let index = 0; index < tokens.length; index++) correct(tokens, index)
  nameControls(tokens)
  rescueVerbs(tokens)
}

const PASSES = ['alias', 'normal', 'machine', 'lexicon', 'preTagger']

function guessTags(tokens: Token[]): (Tag | undefined)[] {
  const parts: string[] = []
  const starts: number[] = []
  let length = 0
  for (const token of tokens) {
    const word = token.tag === 'punctuation' ? (/[,;:]/.test(token.text) ? token.text : '') : token.quoted === true ? 'item' : plainWord(token, tokens)
    starts.push(length)
    parts.push(word)
    length += word.length + 1
  }
  const source = parts.join(' ')
  const guesses: (Tag | undefined)[] = new Array(tokens.length).fill(undefined)
  let at = 0
  let position = 0
  // Its rules of context cost six times the rest and are replaced by ours; its own document is read directly, without JSON.
  const sentences = (nlp.tokenize(source).compute(PASSES) as unknown as { document: { text: string; tags?: Set<string> }[][] }).document
  for (const sentence of sentences) {
    for (const term of sentence) {
      if (term.text === '') continue
      const found = source.indexOf(term.text, position)
      if (found < 0) continue
      position = found + term.text.length
      while (at + 1 < tokens.length && starts[at + 1]! <= found) at++
      guesses[at] = coarseTag(term.tags ?? new Set())
    }
  }
  return guesses
}

/** A capitalised first word misleads the tagger into a proper name. */
function plainWord(token: Token, tokens: Token[]): string {
  const word = token.text.replace(/[^\p{L}\p{N}'’-]/gu, '') || 'item'
  return token === tokens[0] ? word.toLowerCase() : word
}

function coarseTag(tags: Set<string>): Tag {
  if (tags.has('Pronoun') && !tags.has('Possessive')) return 'pronoun'
  if (tags.has('Possessive') && tags.has('Pronoun')) return 'determiner'
  if (tags.has('Negative')) return 'negation'
  if (tags.has('Modal')) return 'modal'
  if (tags.has('Particle')) return 'particle'
  if (tags.has('Gerund')) return 'gerund'
  if (tags.has('PastTense') || tags.has('Participle')) return 'past'
  if (tags.has('Verb')) return 'verb'
  if (tags.has('Determiner')) return 'determiner'
  if (tags.has('Adverb')) return 'adverb'
  if (tags.has('Preposition')) return 'preposition'
  if (tags.has('Value')) return 'number'
  if (tags.has('Adjective')) return 'adjective'
  return 'noun'
}

function closedTag(tokens: Token[], index: number): Tag | undefined {
  const token = tokens[index]!
  const word = token.lower
  if (token.quoted === true) return 'noun'
  const next = tokens[index + 1]?.lower ?? ''
  if (/^(?:modal|toast|popup|pop-up)$/.test(word)) return 'noun'
  if (word === 'not' || word === 'never') return 'negation'
  if (BE.has(word) || HAVE.has(word) || DO.has(word)) return 'aux'
  if (MODAL.has(word)) return 'modal'
  if (word === 'that') return isRelativeThat(tokens, index) ? 'relative' : 'determiner'
  if (word === 'to') return 'to'
  if (COORDINATOR.has(word)) return 'coordinator'
  if (word === 'once' && (next === '' || next === 'again' || next === 'more')) return 'adverb'
  if (word === 'like' && /^(?:would|they|you|she|he|we|i)$/.test(tokens[index - 1]?.lower ?? '')) return 'verb'
  if (SUBORDINATOR.has(word)) return 'subordinator'
  if (RELATIVE.has(word)) return 'relative'
  if (word === 'one' && /[a-z]s$/.test(next) && ACTION_VERBS.has(verbBase(next))) return 'pronoun'
  if (PRONOUN.has(word)) return word === 'one' && /^[a-z]+$/.test(next) && !['of', 'is', 'and', 'or', 'to'].includes(next) ? 'determiner' : 'pronoun'
  if (DETERMINER.has(word)) return 'determiner'
  if (ADVERB.has(word) || /^[a-z]{4,}ly$/.test(word) && !['reply', 'supply', 'apply', 'assembly', 'family', 'weekly', 'monthly', 'daily', 'early', 'only'].includes(word)) return 'adverb'
  if (PREPOSITION.has(word)) return 'preposition'
  if (/^\d/.test(word)) return 'number'
  return undefined
}

function isRelativeThat(tokens: Token[], index: number): boolean {
  const previous = tokens[index - 1]
  const next = tokens[index + 1]
  if (previous === undefined || next === undefined) return false
  return previous.tag !== 'punctuation' && previous.tag !== 'preposition' && previous.tag !== 'coordinator' && previous.tag !== 'subordinator'
}

function correct(tokens: Token[], index: number): void {
  const token = tokens[index]!
  if (token.tag === 'punctuation' || token.quoted === true) return
  const previous = tokens[index - 1]
  const next = tokens[index + 1]
  const word = token.lower
  const base = verbBase(word)
  const before = previousContent(tokens, index)
  if (word === 'need' && token.tag === 'noun' && next?.lower === 'to' && previous !== undefined && previous.tag !== 'determiner' && previous.tag !== 'adjective') token.tag = 'verb'
  if (token.tag === 'noun' && index > 1 && tokens[0]!.lower === 'should' && ACTION_VERBS.has(word) && tokens.slice(1, index).every((other) => ['noun', 'determiner', 'adjective', 'pronoun', 'adverb'].includes(other.tag)) && (next === undefined || next.tag !== 'noun') && previous?.tag !== 'determiner') token.tag = 'verb'
  if (token.tag === 'to' && next !== undefined && (next.lower === 'either' || next.tag === 'adverb') && tokens[index + 2] !== undefined && isBaseVerb(tokens[index + 2]!, tokens[index + 3])) {
    next.tag = 'adverb'
    tokens[index + 2]!.tag = 'infinitive'
    return
  }
  if (token.tag === 'to') {
    if (next !== undefined && next.tag !== 'punctuation' && isBaseVerb(next, tokens[index + 2]) && !(next.lower === 'step' && tokens[index + 2]?.tag === 'number')) {
      if (next.quoted !== true && next.tag !== 'determiner' && next.tag !== 'aux') next.tag = 'infinitive'
    } else {
      token.tag = next?.tag === 'aux' ? 'to' : 'preposition'
      if (next?.lower === 'step') next.tag = 'noun'
    }
    return
  }
  if (token.tag === 'infinitive') return
  if ((token.tag === 'verb' || token.tag === 'noun') && next?.lower === 'of' && /^(?:list|set|group|copy|view|map|record|kind|type|selection|overview|summary|choice|change|end|start|use|report|display)$/.test(word)) {
    token.tag = 'noun'
    return
  }
  if (token.tag === 'past' && IRREGULAR[word] === word && startsClause(tokens, index) && next !== undefined && next.tag !== 'punctuation' && next.tag !== 'preposition') token.tag = 'verb'
  if (/^(?:screens?|pages?|views?|forms?|links?|lists?|maps?|notices?|alerts?|prompts?|previews?)$/.test(word) && token.tag === 'verb' && (previous?.tag === 'noun' || previous?.tag === 'adjective') && (next === undefined || next.tag === 'punctuation' || next.tag === 'preposition' || next.tag === 'coordinator') && tokens.slice(0, index).every((other) => ['noun', 'adjective', 'determiner', 'preposition', 'number'].includes(other.tag))) {
    token.tag = 'noun'
    return
  }
  if (previous !== undefined && BE.has(previous.lower) && /^(?:empty|open|complete|correct|clear|free|clean|dry|live|present|blank|full|current|direct|secure|separate|duplicate|active)$/.test(word)) {
    token.tag = 'adjective'
    return
  }
  // "rename, archive or share it": one of several verbs in a row.
  if (token.tag === 'noun' && previous !== undefined && previous.tag === 'punctuation' && previous.text === ',' && /^(?:verb|infinitive)$/.test(tokens[index - 2]?.tag ?? '') && ACTION_VERBS.has(word) && leadsToVerbRow(tokens, index + 1)) {
    token.tag = 'verb'
    return
  }
  // "just show a warning": the verb of what follows from a condition.
  if (/^(?:just|simply|please)$/.test(previous?.lower ?? '') && ACTION_VERBS.has(word) && (next?.tag === 'determiner' || next?.tag === 'pronoun' || next?.quoted === true)) {
    token.tag = 'verb'
    return
  }
  // "start and end time": both name the time.
  if (/^(?:start|end|finish|return|check-in|check-out)$/.test(word) && (/^(?:time|times|date|dates|day|point|hour)$/.test(next?.lower ?? '') || next?.tag === 'coordinator' && /^(?:end|finish|return|check-out)$/.test(tokens[index + 2]?.lower ?? '') && index > 0 && previous?.tag !== 'punctuation')) {
    token.tag = 'noun'
    if (next !== undefined && next.tag !== 'coordinator') next.tag = 'noun'
    return
  }
  if (/^(?:attempts?|tries|retries|times|failures)$/.test(word) && previous !== undefined && ['number', 'adjective', 'past', 'determiner'].includes(previous.tag)) {
    token.tag = 'noun'
    return
  }
  if (token.tag === 'adverb' && previous?.tag === 'determiner' && /^(?:first|next|last|second|third|only)$/.test(word)) token.tag = 'adjective'
  if (word === 'either' && next !== undefined && next.tag !== 'determiner' && (next.tag === 'verb' || next.tag === 'preposition' || next.tag === 'to' || ACTION_VERBS.has(verbBase(next.lower)))) token.tag = 'adverb'
  if (before?.tag === 'modal' && ['noun', 'verb', 'adjective', 'past', 'particle', 'preposition'].includes(token.tag) && /^[a-z-]+$/.test(word) && token.tag !== 'preposition') token.tag = 'verb'
  if (token.tag === 'adjective' || token.tag === 'verb' || token.tag === 'noun') {
    if (isPastForm(word) && before?.tag === 'aux') token.tag = 'past'
  }
  if ((token.tag === 'verb' || token.tag === 'past') && (previous?.tag === 'determiner' || (previous?.tag === 'adjective' && tokens[index - 2]?.tag === 'determiner'))) {
    token.tag = token.tag === 'past' || /(?:ed|en)$/.test(word) ? 'adjective' : 'noun'
  }
  if (token.tag === 'verb' && previous?.tag === 'preposition') token.tag = 'noun'
  if (token.tag === 'verb' && previous?.tag === 'verb' && !PARTICLES.has(word)) token.tag = 'noun'
  if (token.tag === 'gerund' && (previous?.tag === 'determiner' || (next?.tag === 'noun' && previous?.tag !== 'preposition' && previous?.tag !== 'subordinator' && before?.tag !== 'aux' && index > 0 && !startsClause(tokens, index)))) token.tag = 'adjective'
  if (token.tag === 'noun' || token.tag === 'adjective' || token.tag === 'preposition' && ACTION_VERBS.has(word)) {
    if (before !== undefined && SUBJECT_PRONOUN.has(before.lower) && (ACTION_VERBS.has(base) || next?.tag === 'determiner') && /^[a-z-]+$/.test(word)) token.tag = 'verb'
    if (before?.tag === 'relative' && before.lower === 'who' && /^[a-z-]+s?$/.test(word)) token.tag = 'verb'
  }
  if (token.tag === 'noun' && previous?.tag === 'adjective' && ACTION_VERBS.has(word) && isPredicative(tokens, index - 1) && (next?.tag === 'determiner' || next?.tag === 'pronoun' || next?.quoted === true)) token.tag = 'verb'
  if (token.tag === 'verb' && before !== undefined && !startsClause(tokens, index)) {
    const singular = before.tag === 'noun' && (!/s$/.test(before.lower) || before.quoted === true) || before.tag === 'adjective'
    const predicative = before.tag === 'adjective' && isPredicative(tokens, tokens.indexOf(before)) && ACTION_VERBS.has(word) && (next?.tag === 'determiner' || next?.tag === 'pronoun' || next?.quoted === true || next?.tag === 'noun')
    if (predicative || index === 2 && tokens[0]!.lower === 'on' && ACTION_VERBS.has(word) && next?.tag === 'determiner') return
    if ((singular && !/s$/.test(word) && !isPluralSubject(tokens, index) && !hasVerbAhead(tokens, index)) || next?.tag === 'aux' && /^(?:is|are|was|were|has|have)$/.test(next.lower) || next?.tag === 'modal') token.tag = 'noun'
   }
  if ((token.tag === 'verb' || token.tag === 'noun') && /[^s]s$/.test(word) && previous?.tag === 'noun' && previous.quoted !== true && hasObjectVerb(tokens, index)) token.tag = 'noun'
  if (token.tag === 'noun' && /[^s]s$/.test(word) && startsClause(tokens, index) && ACTION_VERBS.has(base) && (next?.quoted === true || next?.tag === 'determiner')) token.tag = 'verb'
  if (token.tag === 'verb' && startsClause(tokens, index) && next?.tag === 'noun' && next.quoted !== true) {
    const afterNext = tokens[index + 2]
    if (NOUN_FIRST.has(word) || afterNext?.tag === 'verb' && /s$/.test(afterNext.lower) && !/s$/.test(word) && !ACTION_VERBS.has(afterNext.lower)) token.tag = 'noun'
  }
  if (token.tag === 'verb' && previous?.lower === 'and' && tokens[index - 2]?.tag === 'noun' && (next === undefined || next.tag === 'punctuation') && /^(?:reviews|details|results|orders|reports|notes|comments|links|files|requests|prices|ratings|answers|documents|records|prints)$/.test(word)) token.tag = 'noun'
  if (token.tag === 'verb' && startsClause(tokens, index) && next?.tag === 'noun' && next.quoted !== true && SURFACE.test(next.lower) && tokens[index + 2]?.tag !== 'noun' && !OPENING.test(word)) token.tag = 'noun'
  if (token.tag === 'verb' && startsClause(tokens, index) && next?.lower === 'with' && /^(?:feed|login|checkout|cart|profile|preview|review|map|home|search)$/.test(word)) token.tag = 'noun'
  if ((token.tag === 'noun' || token.tag === 'adjective') && !(SURFACE.test(next?.lower ?? '') && !OPENING.test(word)) && !(NOUN_FIRST.has(word) && next?.tag === 'noun') && startsClause(tokens, index) && ACTION_VERBS.has(word) && opensObject(next, tokens[index + 2])) token.tag = 'verb'
  if (PARTICLES.has(word) && previous !== undefined && (previous.tag === 'verb' || previous.tag === 'infinitive' || previous.tag === 'past') && (token.tag === 'preposition' || token.tag === 'adverb' || token.tag === 'verb' || token.tag === 'noun' || token.tag === 'adjective')) {
    if (!(/^(?:in|on|over|through)$/.test(word) && next !== undefined && (next.tag === 'determiner' || next.tag === 'noun') && !/^(?:fill|log|sign|type|hand|turn|carry|key|opt|check)$/.test(verbBase(previous.lower)))) token.tag = word === 'in' && next?.tag === 'number' ? 'preposition' : 'particle'
  }
  if (word === 'back' && previous?.tag === 'pronoun') token.tag = 'particle'
  if (token.tag === 'adjective' && isPastForm(word) && before?.tag === 'coordinator' && (next === undefined || next.tag === 'punctuation' || next.tag === 'preposition' || next.tag === 'to') && tokens.slice(0, index).some((other) => other.tag === 'past')) token.tag = 'past'
  if (token.tag === 'verb' && PARTICLES.has(word) && (previous?.tag === 'pronoun' || previous?.tag === 'noun')) token.tag = 'particle'
}

/** Whether single words between commas end in "or" and a verb that has an object. */
function leadsToVerbRow(tokens: Token[], from: number): boolean {
  for (let at = from; at < tokens.length && at < from + 6; at++) {
    const token = tokens[at]!
    if (token.tag === 'coordinator') return ACTION_VERBS.has(tokens[at + 1]?.lower ?? '') && tokens[at + 2] !== undefined && tokens[at + 2]!.tag !== 'punctuation'
    if (token.tag === 'punctuation' ? token.text !== ',' : !ACTION_VERBS.has(token.lower)) return false
  }
  return false
}

/** "Edit screen", "Search page": in front of these a verb names what the surface is for. */
const SURFACE = /^(?:page|screen|view|form|dialog|modal|popup|tab|dashboard)$/
const OPENING = /^(?:show|display|open|close|visit|leave|load|reload|see|exit|enter|create|submit|present|launch)$/

/** Words that in front of a bare noun name a thing ("file preview") and not an action. */
const NOUN_FIRST = new Set(['file', 'page', 'form', 'list', 'link', 'mail', 'order', 'issue', 'record', 'document', 'account', 'report', 'process', 'access', 'profile', 'service', 'support', 'email', 'share', 'welcome', 'help', 'home'])

function isPluralSubject(tokens: Token[], index: number): boolean {
  for (let at = index - 1; at >= 0 && at > index - 8; at--) {
    const token = tokens[at]!
    if (token.tag === 'coordinator' && token.lower === 'and') return true
    if (token.lower === 'people' || token.lower === 'staff' || token.lower === 'data' || token.lower === 'police') return true
    if (token.tag === 'preposition' && tokens[at - 1] !== undefined && /s$/.test(tokens[at - 1]!.lower)) return true
    if (token.tag === 'punctuation' || token.tag === 'verb' || token.tag === 'modal') return false
  }
  return false
}

/** Whether a modal or carrier stands before the verb of the same clause, so that the bare form is right. */
function hasVerbAhead(tokens: Token[], index: number): boolean {
  for (let at = index - 1; at >= 0 && at > index - 6; at--) {
    const token = tokens[at]!
    if (token.tag === 'modal' || token.lower === 'let' || token.lower === 'lets' || token.lower === 'do' || token.lower === 'does') return true
    if (token.tag === 'punctuation' || token.tag === 'determiner') return false
  }
  return false
}

/** "is wrong", "is too weak": an adjective behind "be", with no noun to describe. */
function isPredicative(tokens: Token[], index: number): boolean {
  for (let at = index - 1; at >= 0 && at > index - 4; at--) {
    const token = tokens[at]!
    if (token.tag === 'aux') return true
    if (token.tag !== 'adverb' && token.tag !== 'negation') return false
  }
  return false
}

/** Whether a verb of the same clause stands before with nothing between that could open another clause: "orders blood tests". */
function hasObjectVerb(tokens: Token[], index: number): boolean {
  for (let at = index - 2; at >= 0; at--) {
    const token = tokens[at]!
    if (token.tag === 'verb' || token.tag === 'infinitive' || token.tag === 'past') return true
    if (!['noun', 'adjective', 'determiner', 'number', 'gerund', 'particle'].includes(token.tag)) return false
  }
  return false
}

/** Names of buttons that need no capital behind a click. */
const BUTTON = /^(?:send|save|submit|next|ok|continue|cancel|back|publish|post|share|pay|done|delete|apply|search|confirm|enter|checkout|buy|skip)$/
const CLICK = /^(?:tap|click|press|hit|push|choose|select|pick)(?:s|es|ed|ing)?$/

/** What a click is on may be named without quotes: "taps Get started and". */
function nameControls(tokens: Token[]): void {
  for (let index = 0; index + 1 < tokens.length; index++) {
    const token = tokens[index]!
    if (!CLICK.test(token.lower)) continue
    const from = tokens[index + 1]!.lower === 'on' ? index + 2 : index + 1
    const first = tokens[from]
    if (first === undefined || first.quoted === true || !/^\p{Lu}/u.test(first.text) && !(BUTTON.test(first.lower) && (index === 0 || tokens[index - 1]!.tag !== 'determiner')) || token.tag === 'noun' && index > 0 && tokens[index - 1]!.tag === 'determiner') continue
    let to = from + 1
    while (to < tokens.length && tokens[to]!.tag !== 'punctuation' && !/^(?:and|or|to|in|on|at|then|if|which|who|button|link|tab)$/.test(tokens[to]!.lower) && to - from < 5) to++
    const last = tokens[to - 1]!
    const named: Token = { text: tokens.slice(from, to).map((part) => part.text).join(' '), lower: tokens.slice(from, to).map((part) => part.lower).join(' '), start: first.start, end: last.end, tag: 'noun', quoted: true }
    tokens.splice(from, to - from, named)
    if (token.tag === 'noun') token.tag = 'verb'
  }
}

function isPastForm(word: string): boolean {
  return /[a-z]{2,}ed$/.test(word) || (IRREGULAR[word] !== undefined && !/^(?:goes|does|sents)$/.test(word))
}

function isBaseVerb(token: Token, next: Token | undefined): boolean {
  if (token.quoted === true || !/^[a-z-]+$/.test(token.text)) return false
  if (token.tag === 'verb' && !/[^s]s$/.test(token.lower)) return true
  if (token.tag === 'aux' && (token.lower === 'be' || token.lower === 'have' || token.lower === 'do')) return true
  return ACTION_VERBS.has(token.lower) && token.tag !== 'determiner' && !(token.tag === 'noun' && (next === undefined || next.tag === 'punctuation' || next.tag === 'number' || next.tag === 'noun') && /^(?:step|page|order|list|form|file|link|mail|store|home|help|search|review)$/.test(token.lower))
}

/** The nearest token before that is no adverb or negation. */
function previousContent(tokens: Token[], index: number): Token | undefined {
  let at = index - 1
  while (at >= 0 && (tokens[at]!.tag === 'adverb' || tokens[at]!.tag === 'negation')) at--
  return tokens[at]
}

/** Whether a clause may begin here: at the start, behind a mark, a coordinator or a connective. */
function startsClause(tokens: Token[], index: number): boolean {
  let at = index - 1
  while (at >= 0 && (tokens[at]!.tag === 'adverb' || tokens[at]!.tag === 'negation')) at--
  const before = tokens[at]
  return before === undefined || before.tag === 'punctuation' || before.tag === 'coordinator' || before.lower === 'please' || before.lower === 'otherwise' || before.lower === 'else'
}

function opensObject(next: Token | undefined, afterNext: Token | undefined): boolean {
  if (next === undefined) return true
  if (next.quoted === true || ['determiner', 'pronoun', 'number', 'particle', 'to', 'adjective', 'gerund', 'preposition'].includes(next.tag)) return true
  if (next.tag === 'noun' || next.tag === 'adverb') return !['aux', 'modal'].includes(afterNext?.tag ?? '')
  return PARTICLES.has(next.lower)
}

/** A stretch between marks without any verb gets the most verb-like of its words: "the user taps the button". */
function rescueVerbs(tokens: Token[]): void {
  let from = 0
  for (let index = 0; index <= tokens.length; index++) {
    if (index < tokens.length && tokens[index]!.tag !== 'punctuation' && tokens[index]!.tag !== 'subordinator' && !(tokens[index]!.tag === 'coordinator')) continue
    rescueStretch(tokens, from, index)
    from = index + 1
  }
}

function rescueStretch(tokens: Token[], from: number, to: number): void {
  for (let index = from; index < to; index++) if (['verb', 'aux', 'modal', 'past'].includes(tokens[index]!.tag)) return
  const infinitive = tokens.findIndex((token, index) => index >= from && index < to && token.tag === 'infinitive')
  let fallback: Token | undefined
  for (let index = from; index < (infinitive < 0 ? to : infinitive); index++) {
    const token = tokens[index]!
    const previous = tokens[index - 1]
    const next = tokens[index + 1]
    if (token.quoted === true || token.tag !== 'noun' && token.tag !== 'adjective') continue
    const third = /[a-z]s$/.test(token.lower) && !NOT_VERB.has(token.lower)
    const plural = /[^s]s$/.test(previous?.lower ?? '') && ACTION_VERBS.has(token.lower)
    const hasSubject = index > from && (previous?.tag === 'adjective' && tokens[index - 2]?.tag === 'determiner' && next?.tag === 'determiner' || previous?.tag === 'noun' || previous?.tag === 'pronoun' || previous?.tag === 'adverb') || index === from && from > 0 && tokens[from - 1]?.tag === 'coordinator'
    if (!hasSubject || (!third && !plural)) continue
    const objectNext = next === undefined || index + 1 === to || next.quoted === true || ['determiner', 'pronoun', 'number', 'preposition', 'to', 'particle', 'adverb'].includes(next.tag)
    const known = ACTION_VERBS.has(verbBase(token.lower)) || /(?:ates|izes|ifies|ises)$/.test(token.lower)
    if (known && (objectNext || next?.tag === 'noun' || next?.tag === 'adjective')) {
      token.tag = 'verb'
      return
    }
    if (!known && (next?.tag === 'determiner' || next?.quoted === true)) fallback ??= token
  }
  if (fallback !== undefined) fallback.tag = 'verb'
}
