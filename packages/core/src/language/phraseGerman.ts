import type { Clause, Phrase } from './clause.ts'
import { isMark, type Token } from './token.ts'

/** Subject, object and first prepositional phrase by case, order and prepositions. */
export function fillParts(clause: Clause, body: Token[], used: Set<Token>): void {
  const chunks = chunksOf(body, used).filter((chunk) => chunk.preposition !== undefined || !TIMES.test(chunk.tokens[chunk.tokens.length - 1]!.lower))
  const governed = GOVERNED.get(clause.verb!.base)
  const bare = chunks.filter((chunk) => chunk.preposition === undefined)
  const passive = clause.verb!.passive
  const imperative = clause.verb!.form === 'imperative' || clause.verb!.form === 'infinitive'
  let subject: Chunk | undefined
  if (!imperative) subject = bare.find((chunk) => !chunk.objective && !(chunk.tokens.length === 1 && /^(?:sich|ihm|ihn|ihnen|mir|mich|uns)$/.test(chunk.tokens[0]!.lower)))
  if (passive) subject = bare.find((chunk) => !/^(?:dem|ihm|ihnen|mir)$/.test(chunk.tokens[0]!.lower))
  const pronounSubject = bare.find((chunk) => chunk.tokens.length === 1 && /^(?:er|sie|es|wir|ich|man|wer)$/.test(chunk.tokens[0]!.lower))
  if (!imperative && !passive && pronounSubject !== undefined && subject !== pronounSubject && subject?.afterVerb === false) subject = pronounSubject
  if (!imperative && !passive && clause.link === 'and' && subject !== undefined && subject.afterVerb && bare.length === 1 && clause.cues.every((cue) => cue.role === 'filler') && !subject.nominative) subject = undefined
  const objects = bare.filter((chunk) => chunk !== subject && !/^(?:sich|ihm|ihnen|mir|dem)$/.test(chunk.tokens[0]!.lower))
  const object = objects.find((chunk) => chunk.objective) ?? objects[0]
  if (subject !== undefined) {
    const phrase = phraseOf(subject.tokens)
    if (phrase !== undefined) clause.subject = phrase
  }
  if (object !== undefined) {
    const phrase = phraseOf(object.tokens)
    if (phrase !== undefined) clause.object = phrase
  } else if (clause.verb!.copula) {
    const state = body.filter((token) => !used.has(token) && ['adjective', 'adverb', 'past'].includes(token.tag) && token.tag !== 'negation')
    const phrase = phraseOf(state.filter((token) => !/^(?:dann|auch|noch|schon|bereits)$/.test(token.lower)))
    if (phrase !== undefined) clause.object = phrase
  }
  for (const chunk of chunks) {
    if (chunk.preposition === undefined) continue
    const phrase = phraseOf(chunk.tokens)
    if (phrase === undefined) continue
    const preposition = chunk.preposition.lower
    if (passive && (preposition === 'von' || preposition === 'vom') && clause.agent === undefined) clause.agent = phrase
    else if (governed?.test(preposition) === true && clause.complement !== undefined) clause.complement = { preposition, phrase }
    else if (chunk.afterVerb || clause.complement === undefined && clause.verb!.form === 'imperative') clause.complement ??= { preposition, phrase }
  }
}

/** Spans of time are no objects: "zwei Tage vorher". */
const TIMES = /^(?:tage?|stunden?|minuten?|wochen?|monate?|jahre?|sekunden?|mal)n?$/

/** Prepositions that a verb asks for. */
const GOVERNED = new Map<string, RegExp>([['suchen', /^nach$/], ['fragen', /^nach$/], ['warten', /^auf$/], ['klicken', /^auf$/], ['tippen', /^auf$/], ['bitten', /^um$/], ['setzen', /^auf$/], ['weiterleiten', /^(?:zu[mr]?|an)$/]])

interface Chunk {
  tokens: Token[]
  preposition?: Token
  nominative: boolean
  objective: boolean
  afterVerb: boolean
}

function chunksOf(body: Token[], used: Set<Token>): Chunk[] {
  const chunks: Chunk[] = []
  let current: Chunk | undefined
  let sawVerb = false
  const close = (): void => {
    if (current !== undefined && current.tokens.some((token) => token.tag === 'noun' || token.tag === 'pronoun')) chunks.push(current)
    current = undefined
  }
  for (const [index, token] of body.entries()) {
    if (used.has(token)) {
      close()
      sawVerb = true
      continue
    }
    const hasNoun = current !== undefined && current.tokens.some((other) => other.tag === 'noun' || other.tag === 'pronoun')
    if (token.tag === 'preposition') {
      // "Hinweis mit der Notrufnummer": what hangs on a noun stays with it when the verb is already there.
      if (current !== undefined && hasNoun && current.preposition === undefined && current.tokens[0]!.tag !== 'pronoun' && /^(?:mit|für|von|vom|ohne|über)$/.test(token.lower) && (chunks.some((chunk) => chunk.preposition === undefined) || !sawVerb || isIntransitiveSubject(used))) {
        current.tokens.push(token)
        continue
      }
      close()
      current = { tokens: [], preposition: token, nominative: false, objective: true, afterVerb: sawVerb }
    } else if (token.tag === 'determiner') {
      const genitive = hasNoun && /^(?:des|der|eines|einer|ihres|seines|ihrer|seiner|dieses|dieser)$/.test(token.lower) && body[index - 1]?.tag === 'noun'
      if (genitive) {
        current!.tokens.push(token)
        continue
      }
      if (current !== undefined && current.preposition !== undefined && !hasNoun || current !== undefined && current.tokens[current.tokens.length - 1]?.tag === 'preposition') {
        current.tokens.push(token)
        continue
      }
      if (current !== undefined && current.tokens[current.tokens.length - 1]?.tag === 'coordinator') {
        current.tokens.push(token)
        continue
      }
      close()
      const objective = /^(?:den|dem|einen|einem|keinen|keinem|ihren|ihrem|seinen|seinem|diesen|diesem|jeden|unseren|meinen|alle)$/.test(token.lower) && token.lower !== 'alle'
      current = { tokens: [token], nominative: /^(?:der|dieser|jeder)$/.test(token.lower), objective, afterVerb: sawVerb }
    } else if (token.tag === 'noun' || token.tag === 'adjective' || token.tag === 'number' || token.tag === 'past') {
      if (token.tag === 'adjective' && hasNoun && body[index + 1]?.tag !== 'noun') { close(); continue }
      if (token.tag === 'past' && body[index + 1]?.tag !== 'noun') { close(); continue }
      if (current === undefined || current.tokens[0]?.tag === 'pronoun' && current.preposition === undefined) {
        close()
        current = { tokens: [token], nominative: false, objective: false, afterVerb: sawVerb }
      } else current.tokens.push(token)
    } else if (token.tag === 'pronoun') {
      if (current !== undefined && current.preposition !== undefined && !hasNoun) { current.tokens.push(token); continue }
      close()
      current = { tokens: [token], nominative: /^(?:er|wir|ich|man|wer)$/.test(token.lower), objective: /^(?:ihn|ihm|ihnen|sich|mich|mir|uns)$/.test(token.lower), afterVerb: sawVerb }
    } else if (token.tag === 'coordinator' || isMark(token, ',/')) {
      if (hasNoun) current!.tokens.push(token)
    } else if (token.tag === 'adverb' && current !== undefined && !hasNoun && body[index + 1]?.tag === 'adjective') current.tokens.push(token)
    else close()
  }
  close()
  return chunks
}

/** The only noun behind the verb is the subject of an intransitive verb: what follows describes it. */
function isIntransitiveSubject(used: Set<Token>): boolean {
  return [...used].some((token) => /^(?:erscheint|erscheinen|folgt|öffnet|gibt|zeigt|kommt)$/.test(token.lower))
}

const EDGE = new Set(['punctuation', 'coordinator', 'adverb', 'particle', 'negation', 'preposition', 'subordinator'])

/** The phrase of these tokens with its head, or undefined when nothing is left of it. */
export function phraseOf(tokens: Token[]): Phrase | undefined {
  let from = 0
  let to = tokens.length
  while (to > from && EDGE.has(tokens[to - 1]!.tag) && to - from > 1) to--
  while (from < to && (EDGE.has(tokens[from]!.tag) || tokens[from]!.tag === 'determiner') && to - from > 1) from++
  const kept = tokens.slice(from, to)
  const first = kept[0]
  if (first === undefined || kept.every((token) => token.tag === 'punctuation')) return undefined
  const last = kept[kept.length - 1]!
  const stop = kept.findIndex((token, index) => index > 0 && (token.tag === 'preposition' || token.tag === 'coordinator' || token.tag === 'determiner' && kept[index - 1]?.tag === 'noun'))
  const group = stop < 0 ? kept : kept.slice(0, stop)
  const head = group.findLast((token) => token.tag === 'noun' || token.tag === 'pronoun') ?? group[group.length - 1]!
  return {
    text: kept.filter((token, index) => !(token.tag === 'determiner' && index > 0 && !/^(?:des|der|eines|einer)$/.test(token.lower) && kept[index - 1]?.tag !== 'preposition')).map((token) => token.text).join(' ').replace(/ ,/g, ','),
    head: head.lower,
    pronoun: kept.every((token) => token.quoted !== true && (token.tag === 'pronoun' || token.tag === 'determiner')),
    start: first.start,
    end: last.end,
  }
}
