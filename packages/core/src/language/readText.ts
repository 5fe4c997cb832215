import { type Assembler, createAssembler, type Move } from './assemble.ts'
import type { Clause } from './clause.ts'
import { englishClauses } from './clauseEnglish.ts'
import { germanClauses } from './clauseGerman.ts'
import type { Mentions } from './describeStep.ts'
import { capitalize, elementType, namedStep, screenType } from './describeStep.ts'
import { hasCue, stemsOf, type StepDraft } from './discourse.ts'
import { announcesWays, itemize } from './itemize.ts'
import { readPath } from './path.ts'
import type { ReadAssumption, ReadElement, ReadLanguage, TextReading } from './reading.ts'
import { type Line, readLines, splitSentences, type Stretch } from './segment.ts'
import { LABELS } from './words.ts'

/** How to read a text. */
export interface ReadTextOptions {
  /** The language of the text; found from its words when absent. */
  language?: ReadLanguage
}

/** The longest part of a text that is read, in characters and sentences: a plain bound on the time. */
export const READ_LIMIT = { characters: 20_000, sentences: 300 }

/**
 * The process that a plain text describes, by rules alone: steps, decisions with their arms, loops, parallel ways and ends.
 * Never throws. A text without any step gives no nodes and the assumption NO_STEP_FOUND; a text longer than
 * READ_LIMIT is read to the limit and gives TEXT_CUT.
 */
export function readText(text: string, options: ReadTextOptions = {}): TextReading {
  const assumptions: ReadAssumption[] = []
  const part = cutText(text, assumptions)
  const language = options.language ?? detectLanguage(part)
  const lines = readLines(part)
  const reader = createReader(language, part, assumptions)
  reader.readLines(lines)
  const graph = reader.finish()
  if (graph.nodes.length === 0) assumptions.push({ code: 'NO_STEP_FOUND', params: {} })
  const actors = [...new Set(graph.nodes.map((node) => node.actor).filter((actor) => actor !== undefined))]
  const heading = lines.find((line) => line.marker === 'heading')
  const title = heading === undefined ? undefined : part.slice(heading.start, heading.end).replace(/:$/, '').slice(0, 120)
  return { language, ...(title === undefined ? {} : { title }), nodes: graph.nodes, edges: graph.edges, actors, assumptions: [...assumptions, ...graph.assumptions] }
}

const GERMAN = new Set('der die das und ist nicht ein eine wird werden den dem des mit auf für von zu im sich oder wenn falls dann nach bei kann sie er es auch zum zur einen einem aus wird an sonst danach als über'.split(' '))
const ENGLISH = new Set('the and is not a an be are to of in on with for if then or after when can they it she he also from by this that as at his her their otherwise we user'.split(' '))

/** The language whose small words are more frequent; English when in doubt. */
export function detectLanguage(text: string): ReadLanguage {
  let german = 0
  let english = 0
  for (const found of text.slice(0, 4000).toLowerCase().matchAll(/\p{L}+/gu)) {
    if (GERMAN.has(found[0])) german++
    if (ENGLISH.has(found[0])) english++
  }
  if (/[äöüß]/i.test(text.slice(0, 4000))) german += 1
  return german > english ? 'de' : 'en'
}

function cutText(text: string, assumptions: ReadAssumption[]): string {
  if (text.length <= READ_LIMIT.characters) return text
  const cut = text.slice(0, READ_LIMIT.characters)
  const stop = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('\n'))
  const kept = stop > READ_LIMIT.characters / 2 ? cut.slice(0, stop + 1) : cut
  assumptions.push({ code: 'TEXT_CUT', params: { characters: kept.length, of: text.length } })
  return kept
}

interface Arm {
  line: Line
  label: string
  bodyStart: number
  isElse: boolean
}

interface Reader {
  readLines(lines: Line[]): void
  finish(): ReturnType<Assembler['finish']>
}

function createReader(language: ReadLanguage, text: string, assumptions: ReadAssumption[]): Reader {
  const mentions: Mentions = {}
  let sentences = 0
  let cut = false
  let announced = false
  const assembler = createAssembler(language, text, (stems, after) => {
    const later = stemsOf(language, text.slice(after))
    return [...stems].every((stem) => later.has(stem))
  })

  function clausesOf(stretch: Stretch): Clause[] {
    return language === 'de' ? germanClauses(text, stretch.start, stretch.end) : englishClauses(text, stretch.start, stretch.end)
  }

  /** The moves of one line, without its children. */
  function movesOf(line: Line, from = line.start): Move[] {
    const moves: Move[] = []
    for (const stretch of splitSentences(text, from, line.end)) {
      if (sentences >= READ_LIMIT.sentences) {
        if (!cut) assumptions.push({ code: 'TEXT_CUT', params: { sentences: READ_LIMIT.sentences } })
        cut = true
        break
      }
      sentences++
      const path = /->|→|=>|⇒/.test(text.slice(stretch.start, stretch.end)) ? readPath({ language, text, marker: 'none', mentions, terse: true, announced: false, first: false }, clausesOf, stretch.start, stretch.end) : undefined
      if (path !== undefined) {
        moves.push({ items: path, ...(moves.length === 0 && line.number !== undefined ? { number: line.number } : {}) })
        continue
      }
      const named = nameOfLine(line, stretch)
      if (named !== undefined) {
        moves.push({ items: [{ kind: 'visit', step: named.step, opens: true }] })
        if (named.rest !== undefined) stretch.start = named.rest
        else continue
      }
      const clauses = clausesOf(stretch)
      const terse = line.marker !== 'none' || /->|→|=>|⇒/.test(text.slice(stretch.start, stretch.end))
      const items = itemize({ language, text, marker: moves.length === 0 ? line.marker : 'none', mentions, terse, announced, first: sentences === 1 }, clauses)
      announced = clauses.some(announcesWays)
      moves.push({ items, ...(moves.length === 0 && line.number !== undefined ? { number: line.number } : {}) })
    }
    return moves
  }

  /** "Product page: user can ...": a surface that a line names before a colon. */
  function nameOfLine(line: Line, stretch: Stretch): { step: StepDraft; rest?: number } | undefined {
    if (stretch.start !== line.start) return undefined
    const found = /^([^:.,;"“„]{2,40}):(?=\s|$)\s*/.exec(text.slice(stretch.start, stretch.end))
    if (found === null || found[1]!.split(/\s+/).length > 5 || screenType(language, found[1]!) === undefined) return undefined
    const clauses = clausesOf({ start: stretch.start, end: stretch.start + found[1]!.length })
    if (clauses.length !== 1 || clauses[0]!.verb !== undefined && clauses[0]!.verb.form !== 'imperative' || clauses[0]!.cues.length > 0 || clauses[0]!.verb?.form === 'imperative' && clauses[0]!.object !== undefined && !/^\p{Lu}/u.test(found[1]!)) return undefined
    const span: [number, number] = [stretch.start, stretch.start + found[1]!.length]
    const step = namedStep(language, { text: found[1]!.replace(/^(?:the|die|der|das)\s+/i, ''), head: found[1]!.split(/\s+/).at(-1)!.toLowerCase(), pronoun: false, start: span[0], end: span[1] }, span)
    const rest = stretch.start + found[0].length
    return rest < stretch.end ? { step, rest } : { step }
  }

  /** Sub-items that only name things are the fields or contents of the step above. */
  function elementsOfList(line: Line): ReadElement[] | undefined {
    if (line.children.length === 0) return undefined
    const above = text.slice(line.start, line.end)
    const isForm = /\b(?:form|fields?|enters?|types?|fills?|provides?|inputs?|login|log in|sign up|sign in|registration|checkout)\b|formular|felder|eingabe|gibt|eingeben|anmeldung|registrierung|maske/i.test(above)
    const elements: ReadElement[] = []
    for (const child of line.children) {
      const content = text.slice(child.start, child.end).replace(/\s*\([^)]*\)\s*/g, ' ').replace(/[.,;]+$/, '').trim()
      if (child.children.length > 0 || content === '' || content.split(/\s+/).length > 5 || /[.:;]|->|→/.test(content)) return undefined
      const clauses = clausesOf({ start: child.start, end: child.start + Math.max(1, text.slice(child.start, child.end).search(/\s*\(|$/)) })
      if (!/\b(?:button|link|field|list|image|knopf|feld|schaltfläche)$/i.test(content) && clauses.some((clause) => clause.verb !== undefined && content.split(/\s+/).length > 1 || clause.cues.some((cue) => cue.role === 'if' || cue.role === 'else'))) return undefined
      elements.push({ type: elementType(content, isForm), label: capitalize(content) })
    }
    return elements
  }

  function readList(lines: Line[]): void {
    let run: Move[] = []
    const flush = (): void => {
      if (run.length > 0) assembler.addMoves(run)
      run = []
    }
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index]!
      if (line.marker === 'heading' || line.marker === 'scenario') continue
      const row = answerRow(lines, index)
      if (row.length > 1) {
        flush()
        tellArms(armsOf(row)!, line, undefined)
        index += row.length - 1
        continue
      }
      const arms = armsOf(line.children)
      const question = arms !== undefined && text[line.end - 1] === '?' ? text.slice(line.start, line.end) : undefined
      if (question === undefined || question.length > 80) run.push(...movesOf(line))
      if (line.children.length === 0) continue
      const elements = elementsOfList(line)
      const holder = run[run.length - 1]?.items.findLast((item) => item.kind === 'step' || item.kind === 'visit')
      if (elements !== undefined && holder !== undefined && 'step' in holder) {
        holder.step.elements = [...(holder.step.elements ?? []), ...elements]
        continue
      }
      if (arms === undefined) {
        run.push(...collect(line.children))
        continue
      }
      flush()
      tellArms(arms, line, question)
    }
    flush()
  }

  function tellArms(arms: Arm[], line: Line, question: string | undefined): void {
    assembler.openChoice(question ?? (arms.length === 2 ? arms[0]!.label : LABELS[language].next), [line.start, line.end])
    for (const arm of arms) {
      assembler.beginArm(arm.label, arm.isElse)
      assembler.addMoves([...movesOf(arm.line, arm.bodyStart), ...collect(arm.line.children)])
    }
    assembler.closeChoice()
  }

  /** Neighbouring items that each answer a test ("Has an account -> log in", "No account -> sign up"). */
  function answerRow(lines: Line[], from: number): Line[] {
    const row: Line[] = []
    for (let index = from; index < lines.length; index++) {
      const line = lines[index]!
      if (line.marker !== 'bullet' && line.marker !== 'number' || line.number !== undefined) break
      const content = text.slice(line.start, line.end)
      const mark = /\s*(?:->|→|=>|⇒)\s*/.exec(content)
      if (mark === null || armsOf([line, line]) === undefined) break
      const clause = clausesOf({ start: line.start, end: line.start + mark.index })[0]
      const verb = clause?.verb
      const tests = /^(?:no|not|yes|has|is|with|without|kein|keine|nein|ja|hat|ist|mit|ohne)\b/i.test(content) || verb !== undefined && (verb.copula || verb.negated || verb.base === 'have' || verb.base === 'haben') || clause !== undefined && hasCue(clause, 'else', 'ifNot', 'if')
      if (!tests) break
      row.push(line)
    }
    return row
  }

  function collect(lines: Line[]): Move[] {
    return lines.flatMap((line) => [...movesOf(line), ...collect(line.children)])
  }

  /** The arms that sub-items tell ("expired -> page"), or undefined when they are steps. */
  function armsOf(lines: Line[]): Arm[] | undefined {
    if (lines.length < 2) return undefined
    const arms = []
    for (const line of lines) {
      const content = text.slice(line.start, line.end)
      const mark = /\s*(?:->|→|=>|⇒|:(?=\s))\s*/.exec(content)
      if (mark === null || mark.index > 60) return undefined
      const label = content.slice(0, mark.index).trim()
      if (label === '') return undefined
      const clauses = clausesOf({ start: line.start, end: line.start + mark.index })
      const isElse = clauses[0] !== undefined && hasCue(clauses[0], 'else', 'ifNot')
      const verb = clauses[0]?.verb
      if (!isElse && verb !== undefined && verb.form === 'imperative' && label.includes(' ')) return undefined
      arms.push({ line, label: capitalize(label.replace(/^(?:if|in case|when|falls|wenn|bei)\s+/i, '')), bodyStart: line.start + mark.index + mark[0].length, isElse })
    }
    return arms
  }

  return { readLines: readList, finish: () => assembler.finish() }
}
