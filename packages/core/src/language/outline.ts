import { createArmReader, type Arm } from './arms.ts'
import { type Assembler, createAssembler, type Move } from './assemble.ts'
import type { Clause } from './clause.ts'
import { englishClauses } from './clauseEnglish.ts'
import { germanClauses } from './clauseGerman.ts'
import { formControls, onlyControls } from './controls.ts'
import type { Mentions } from './describeStep.ts'
import { capitalize, elementType, namedStep, screenType } from './describeStep.ts'
import { type Item, likeness, stemsOf, type StepDraft } from './discourse.ts'
import { announcesWays, itemize } from './itemize.ts'
import { readNote } from './note.ts'
import { readPath } from './path.ts'
import { ABOUT, EDGE_CASES, NO_SCREEN, passLead } from './preface.ts'
import type { ReadAssumption, ReadElement, ReadLanguage } from './reading.ts'
import { type Line, splitSentences, type Stretch } from './segment.ts'
import { readTable, type TableRow } from './table.ts'
import { isTestFragment } from './testFragment.ts'

/** The longest part of a text that is read, in characters and sentences: a plain bound on the time. */
export const READ_LIMIT = { characters: 20_000, sentences: 300 }


/** Reads lines into a graph. */
export interface Reader {
  readLines(lines: Line[]): void
  finish(): ReturnType<Assembler['finish']>
}

/** A reader of the lines of one text. */
export function createReader(language: ReadLanguage, text: string, assumptions: ReadAssumption[]): Reader {
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

  const { answerRow, armsOf, pairOf, choiceName } = createArmReader(language, text, clausesOf)

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
      stretch.start = passLead(text, stretch)
      const lead = /^(?:-{1,2}>|→|=>|⇒)\s*/.exec(text.slice(stretch.start, stretch.end))?.[0].length ?? 0
      stretch.start += lead
      if (stretch.start >= stretch.end) continue
      const arrow = /->|→|=>|⇒/.test(text.slice(stretch.start, stretch.end))
      const number = moves.length === 0 && line.number !== undefined ? { number: line.number } : {}
      const brief = !/[.!?]$/.test(text.slice(stretch.start, stretch.end)) && stretch.end - stretch.start <= 100 && /:\s/.test(text.slice(stretch.start, stretch.end))
      const note = arrow || lead > 0 || brief || line.marker === 'bullet' || line.marker === 'number' ? readNote({ language, text, marker: 'none', mentions, terse: true, announced: false, first: false }, clausesOf, stretch.start, stretch.end) : undefined
      if (note !== undefined) {
        moves.push({ items: note, ...number, ...(line.marker === 'none' && moves.some((move) => move.items.filter((item) => item.kind === 'visit').length > 2) ? { late: true } : {}) })
        continue
      }
      const path = arrow ? readPath({ language, text, marker: 'none', mentions, terse: true, announced: false, first: false }, clausesOf, stretch.start, stretch.end) : undefined
      if (path !== undefined) {
        moves.push({ items: path, ...number })
        continue
      }
      const named = nameOfLine(line, stretch)
      if (named !== undefined) {
        moves.push({ items: [{ kind: 'visit', step: named.step, opens: true }] })
        if (named.rest !== undefined) stretch.start = named.rest
        else continue
      }
      const clauses = clausesOf(stretch)
      const terse = line.marker !== 'none' || arrow
      const items = itemize({ language, text, marker: moves.length === 0 ? line.marker : 'none', mentions, terse, announced, first: sentences === 1 }, clauses)
      nameFields(items, line.end)
      markOptional(items)
      announced = clauses.some(announcesWays)
      moves.push({ items, ...number })
      for (const aside of conditionalAsides(stretch)) moves.push({ items: aside })
    }
    return moves
  }

  /** "choose a table (if none is free: show alternatives)": a test in parentheses is told behind its step. */
  function conditionalAsides(stretch: Stretch): Item[][] {
    const told: Item[][] = []
    for (const found of text.slice(stretch.start, stretch.end).matchAll(/\(((?:if|when|unless|wenn|falls|sofern)\s[^()]{8,120})\)/gi)) {
      const start = stretch.start + found.index + 1
      const context = { language, text, marker: 'none' as const, mentions, terse: true, announced: false, first: false }
      const aside = readNote(context, clausesOf, start, start + found[1]!.length) ?? itemize(context, clausesOf({ start, end: start + found[1]!.length }))
      if (aside.some((item) => item.kind === 'step' || item.kind === 'jump')) told.push(aside)
    }
    return told
  }

  /** "add a photo (optional)": the mark stands behind its step. */
  function markOptional(items: Item[]): void {
    for (const item of items) {
      if (item.kind === 'step' && (OPTIONAL_ASIDE.test(text.slice(item.step.span[1], item.step.span[1] + 40)) || OPTIONAL_END.test(text.slice(item.step.span[0], item.step.span[1])))) item.optional = true
    }
  }

  /** "fills in the form (name, email)": what stands in parentheses behind a surface is on it. */
  function nameFields(items: Item[], end: number): void {
    for (const item of items) {
      if (item.kind !== 'step' && item.kind !== 'visit') continue
      const { step } = item
      const found = /\b(form|screen|page|dialog|modal|popup|sheet|view|sign up|sign in|log in|register|formular|maske|seite|registrieren|anmelden)["“”]?\s*\(([^)]{3,120})\)/i.exec(text.slice(step.span[0], Math.min(step.span[1] + 120, end)))
      const names = found?.[2]!.split(/\s*(?:,|\/|\+)\s*/) ?? []
      if (names.length < 2 || names.some((name) => name.split(' ').length > 4)) continue
      step.elements = names.map((name) => ({ type: elementType(name, /form|sign|log|regist|anmeld|maske/i.test(found![1]!)), label: capitalize(name.replace(/["“”„]/g, '')) }))
    }
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

  function readList(lines: Line[], edge = false, section = false): void {
    let run: Move[] = []
    let gherkin: Line['marker'] = 'none'
    let late = edge
    const headings = lines.filter((line) => line.marker === 'heading' && line.children.length > 0 && !EDGE_CASES.test(text.slice(line.start, line.end)))
    // Where most headings name screens, the others do, too.
    const named = headings.length > 1 && headings.filter((line) => sectionOf(line, false) !== undefined).length * 2 >= headings.length
    const flush = (): void => {
      if (run.length > 0) assembler.addMoves(run)
      run = []
    }
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index]!
      if (line.marker === 'and' && (gherkin === 'given' || gherkin === 'when')) line.marker = gherkin
      else gherkin = line.marker
      if (ABOUT.test(text.slice(line.start, line.end))) continue
      const story = storyLines(lines, index)
      if (story > 0) {
        index += story - 1
        continue
      }
      const table = line.children.length === 0 ? readTable(text, lines, index, language) : undefined
      if (table !== undefined) {
        flush()
        tellTable(table.rows)
        index += table.length - 1
        continue
      }
      if (line.marker === 'scenario' || line.marker === 'heading' && line.children.length === 0) continue
      if (EDGE_CASES.test(text.slice(line.start, line.end))) {
        flush()
        late = true
        readList(line.children, true)
        continue
      }
      const opened = line.children.length > 0 ? sectionOf(line, named) : undefined
      if (opened !== undefined) {
        flush()
        const rest = placeControls(line, opened)
        assembler.addMoves([{ items: [{ kind: 'section', step: opened }] }])
        assembler.enter()
        readList(rest, false, true)
        assembler.leave()
        continue
      }
      if (line.marker === 'heading') {
        flush()
        readList(line.children)
        continue
      }
      const way = section && line.children.length === 0 ? wayOf(line, lines.length === 1) : undefined
      if (way !== undefined) {
        run.push({ items: [way] })
        continue
      }
      const row = late ? [] : answerRow(lines, index)
      if (row.length > 1) {
        flush()
        tellArms(armsOf(row)!, line, undefined)
        index += row.length - 1
        continue
      }
      const arms = armsOf(line.children)
      const question = arms !== undefined && text[line.end - 1] === '?' ? text.slice(line.start, line.end) : undefined
      if (question === undefined || question.length > 80) {
        const moves = movesOf(line)
        if (late && moves.length === 1) moves[0]!.late = true
        if (line.marker === 'none' && moves.some((move) => move.items.filter((item) => item.kind === 'visit').length > 2)) late = true
        run.push(...moves)
      }
      if (line.children.length === 0) continue
      const elements = elementsOfList(line)
      const holder = run[run.length - 1]?.items.findLast((item) => item.kind === 'step' || item.kind === 'visit')
      if (elements !== undefined && holder !== undefined && 'step' in holder) {
        holder.step.elements = [...(holder.step.elements ?? []), ...elements]
        continue
      }
      const rest = holder !== undefined && 'step' in holder && (holder.step.type === 'screen' || holder.step.type === 'popup') ? placeControls(line, holder.step) : line.children
      flush()
      if (arms === undefined) tellChildren(rest)
      else tellArms(arms, line, question)
    }
    flush()
  }

  /** How many lines from here only say who wants what: "As a user", "I want to pay", "so that ...". */
  function storyLines(lines: Line[], from: number): number {
    const said = (index: number): string => text.slice(lines[index]?.start ?? 0, lines[index]?.end ?? 0).replace(/[*_]/g, '')
    if (!/^(?:as an?|als|in order to|um)\s+[^.]{2,60}$/i.test(said(from))) return 0
    let count = 1
    while (from + count < lines.length && count < 4 && /^(?:i (?:want|would like|need|can|must)|so (?:that)?|in order|(?:möchte|will|kann) ich|ich (?:möchte|will|kann)|damit|um)\b/i.test(said(from + count))) count++
    return count > 1 ? count : 0
  }

  /** "Login screen:" above a list: the screen that the list is about, or undefined. */
  function sectionOf(line: Line, isNamed: boolean): StepDraft | undefined {
    const said = text.slice(line.start, line.end).trim()
    if (line.marker === 'bullet' || line.marker === 'number' || !said.endsWith(':') && line.marker !== 'heading' || /[.;,?!]|->|→/.test(said)) return undefined
    const name = said.replace(/:$/, '').replace(/^(?:screen|seite|page)\s*\d*\s*[:–-]\s*/i, '').replace(/[*_"“”„]/g, '').trim()
    if (name.split(/\s+/).length > 5 || screenType(language, name) === undefined && !(isNamed && line.marker === 'heading' && name.split(/\s+/).length <= 3 && !NO_SCREEN.test(name))) return undefined
    const made = namedStep(language, { text: name, head: '', pronoun: false, start: line.start, end: line.end }, [line.start, line.end])
    return made.type === 'action' ? { ...made, type: 'screen' } : made
  }

  /** Rows of screens with what happens on them and where they lead. */
  function tellTable(rows: TableRow[]): void {
    const names = rows.map((row) => row.cells.find((cell) => cell.role === 'place'))
    const drafts = names.map((cell) => (cell === undefined ? undefined : screenNamed(cell.stretch)))
    for (const [index, row] of rows.entries()) {
      const draft = drafts[index]
      if (draft !== undefined) assembler.addMoves([{ items: [{ kind: 'section', step: draft }] }])
      for (const cell of row.cells) {
        if (cell.role === 'action' || cell.role === 'other' && draft === undefined) assembler.addMoves(movesOf({ marker: 'bullet', depth: 0, start: cell.stretch.start, end: cell.stretch.end, children: [] }))
      }
      const next = row.cells.find((cell) => cell.role === 'next')
      if (next === undefined) continue
      const target = screenNamed(next.stretch)
      const isFollowing = drafts[index + 1] !== undefined && likeness(drafts[index + 1]!.stems, target.stems) === 1
      if (!isFollowing) assembler.addMoves([{ items: [drafts.some((other) => other !== undefined && likeness(other.stems, target.stems) === 1) ? { kind: 'lead', step: target } : { kind: 'visit', step: target, opens: false }] }])
    }
  }

  function screenNamed(stretch: Stretch): StepDraft {
    const name = text.slice(stretch.start, stretch.end).replace(/[*_"“”„]/g, '')
    const made = namedStep(language, { text: name, head: '', pronoun: false, start: stretch.start, end: stretch.end }, [stretch.start, stretch.end])
    return made.type === 'action' ? { ...made, type: 'screen' } : made
  }

  /** "Forgot? link -> Reset screen" among the items of a screen: a way that leaves it. */
  function wayOf(line: Line, isOnly: boolean): Item | undefined {
    const said = text.slice(line.start, line.end)
    const mark = /^([^>→]{1,60}?)\s*(?:->|→|=>|⇒)\s*([^>→]{1,60})$/.exec(said)
    if (mark === null) return undefined
    const target = mark[2]!.replace(/^(?:to|opens?|goes to|go to|show|zu[mr]?|öffnet)\s+/i, '').replace(/[.]$/, '')
    const head = { start: line.start, end: line.start + mark[1]!.length }
    if (screenType(language, target) === undefined || isTestFragment(language, text, head, clausesOf(head), 'arrow')) return undefined
    const control = onlyControls(language, mark[1]!)
    const span: [number, number] = [line.start, line.end]
    const at = line.start + said.lastIndexOf(target)
    const place: Item = { kind: 'visit', step: namedStep(language, { text: target, head: '', pronoun: false, start: at, end: at + target.length }, [at, at + target.length]), opens: false }
    if (control !== undefined) return { kind: 'way', label: control[0]!.label, items: [place], span }
    if (isOnly) return undefined
    const steps = itemize({ language, text, marker: 'none', mentions, terse: true, announced: false, first: false }, clausesOf(head))
    const first = steps[0]
    return first?.kind === 'step' ? { kind: 'way', label: first.step.title, items: [...steps, place], span } : undefined
  }

  function tellArms(arms: Arm[], line: Line, question: string | undefined): void {
    const pair = question === undefined ? pairOf(arms) : undefined
    assembler.openChoice(pair?.question ?? question ?? choiceName(arms, line), [line.start, line.end])
    for (const [index, arm] of arms.entries()) {
      assembler.beginArm(pair?.labels[index] ?? arm.label, arm.isElse, arm.label)
      assembler.addMoves(movesOf(arm.line, arm.bodyStart))
      tellChildren(arm.line.children)
    }
    assembler.closeChoice()
  }

  /** Sub-items that belong to the step above: tests among them are told within its arm. */
  function tellChildren(lines: Line[]): void {
    if (lines.length === 0) return
    assembler.enter()
    readList(lines)
    assembler.leave()
  }

  /** Puts sub-items that only name controls onto the surface above; the others are left. */
  function placeControls(line: Line, surface: StepDraft): Line[] {
    const section = text[line.end - 1] === ':' || line.marker === 'heading'
    return line.children.filter((child) => {
      const said = text.slice(child.start, child.end)
      const found = child.children.length > 0 ? undefined : onlyControls(language, said) ?? formControls(language, said) ?? (section ? contentOf(child, said) : undefined)
      if (found === undefined) return true
      surface.elements = [...(surface.elements ?? []), ...found]
      return false
    })
  }

  /** "list of projects" below the name of a screen: what it holds. */
  function contentOf(line: Line, said: string): ReadElement[] | undefined {
    const names = said.replace(/\s*\([^)]*\)/g, '').split(/\s*[,+]\s*/)
    if (names.some((name) => name.split(/\s+/).length > 5) || /[:;?]|->|→/.test(said) || screenType(language, said) !== undefined && names.length === 1) return undefined
    const clauses = clausesOf(line)
    if (clauses.length !== 1 || clauses[0]!.verb !== undefined || clauses[0]!.cues.length > 0 || clauses[0]!.object === undefined || isTestFragment(language, text, line, clauses, 'colon')) return undefined
    return names.map((name) => ({ type: elementType(name, false), label: capitalize(name.replace(/[."“”„]+/g, '')) }))
  }

  return { readLines: (lines) => readList(lines), finish: () => assembler.finish() }
}

const OPTIONAL_ASIDE = /^["”“»]?\s*[([](?:optional\w*|if (?:needed|wanted|desired)|not required|freiwillig|falls (?:nötig|gewünscht)|bei bedarf|kein muss)[)\]]/i
const OPTIONAL_END = /[([](?:optional\w*|freiwillig|falls gewünscht|if (?:needed|wanted))[)\]][.;,!]?$/i
