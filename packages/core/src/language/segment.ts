import { screenType } from './describeStep.ts'

/** How a line was marked in the source. */
export type LineMarker = 'none' | 'bullet' | 'number' | 'heading' | 'scenario' | 'given' | 'when' | 'then' | 'and'

/** One line or list item with its sentences; deeper items are its children. */
export interface Line {
  marker: LineMarker
  /** The step number of a numbered item ("3." -> 3). */
  number?: number
  /** Indentation depth in list levels, 0 at the margin. */
  depth: number
  start: number
  end: number
  children: Line[]
}

/** A stretch of source text, offsets [start, end). */
export interface Stretch {
  start: number
  end: number
}

const BULLET = /^(\s*)(?:[-*•–‣◦·]|\[[ xX]?\])\s+/
const NUMBERED = /^(\s*)(?:(?:step|schritt)\s+)?(\d{1,3})(?:[.):]|\s+[-–])\s+/i
const LETTERED = /^(\s*)(?:\(?[a-h]\)|[ivx]{1,4}[.)])\s+/
const SUBSTEP = /^(\s*)\d{1,3}(?:\.\d{1,2}|[a-z])(?:[.):]|\s+[-–])?\s+(?=\p{L}|["“„])/u
const LABEL = /^(?:[A-Z]{2,6}[- ]?\d{1,4}[a-z]?\s*[:.)–-]|\((?:[A-Z]{1,3})?\d{1,3}\))\s+/
const ARROW = /->|→|=>|⇒/
const HEADING = /^\s*(#{1,6})\s+/
const GHERKIN: [RegExp, LineMarker][] = [
  [/^\s*(?:feature|background|funktionalität|funktion|grundlage)\s*:\s*/i, 'heading'],
  [/^\s*(?:scenario(?: outline)?|szenario|example|beispiel|rule|regel)\s*:\s*/i, 'scenario'],
  [/^\s*(?:given|angenommen|gegeben sei|gegeben)\s+/i, 'given'],
  [/^\s*(?:when|wenn)\s+/i, 'when'],
  [/^\s*(?:then|dann)\s+/i, 'then'],
  [/^\s*(?:and|but|und|aber)\s+/i, 'and'],
]

/**
 * The lines of a text as a tree of list items.
 * Consecutive unmarked lines that do not end a sentence are one paragraph.
 */
export function readLines(text: string): Line[] {
  const raw = splitRawLines(text)
  const isGherkin = raw.filter((l) => /^\s*(?:given|when|then|angenommen|gegeben|wenn|dann)\s/i.test(l.text)).length >= 2
    && raw.some((l) => /^\s*(?:then|dann)\s/i.test(l.text))
  const flat: (Line & { indent: number })[] = []
  for (const [index, line] of raw.entries()) {
    if (line.text.trim() === '') continue
    const found = markLine(line.text, isGherkin)
    const start = line.start + found.skip
    let end = line.start + line.text.length
    while (end > start && /\s/.test(text[end - 1]!)) end--
    if (end <= start) continue
    const before = flat[flat.length - 1]
    const blankBefore = index > 0 && raw[index - 1]!.text.trim() === ''
    const continues = found.marker === 'none' && !(ARROW.test(line.text) && before !== undefined && ARROW.test(text.slice(before.start, before.end))) && before !== undefined && !blankBefore && !isGherkin
      && before.marker !== 'heading' && (before.marker === 'none' || found.indent > before.indent)
      && !/\||\t/.test(line.text) && !/[.!?:;]["”“)]?$/.test(text.slice(before.start, before.end)) && /^[\p{Ll}\d(]/u.test(text.slice(start, start + 1))
    if (continues) {
      before.end = end
      continue
    }
    flat.push({ marker: found.marker, number: found.number, depth: 0, start, end, children: [], indent: found.indent })
  }
  for (const [index, line] of flat.entries()) markHeading(text, flat, index, line)
  return nest(text, flat)
}

/** The sentences of a stretch of text; abbreviations, decimals and quoted stops do not end one. */
export function splitSentences(text: string, start: number, end: number): Stretch[] {
  const sentences: Stretch[] = []
  let from = start
  let quote = ''
  let depth = 0
  for (let i = start; i < end; i++) {
    const char = text[i]!
    if (quote !== '') {
      if (char === quote || i - from > 600) quote = ''
      continue
    }
    if (char === '"' && text.indexOf('"', i + 1) > 0 && text.indexOf('"', i + 1) < Math.min(end, i + 80)) quote = '"'
    else if (char === '“' || char === '„') quote = text.indexOf('”', i) > 0 && text.indexOf('”', i) < i + 80 ? '”' : text.indexOf('“', i + 1) > 0 && text.indexOf('“', i + 1) < i + 80 ? '“' : ''
    else if (char === '(') depth++
    else if (char === ')') depth = Math.max(0, depth - 1)
    else if (char === ';' && depth === 0) push(i + 1)
    else if ((char === '.' || char === '!' || char === '?' || char === '\n' || char === '…') && (depth === 0 || char === '\n')) {
      depth = 0
      if (char === '.' && !endsSentence(text, i, end)) continue
      while (i + 1 < end && /[.!?"”)]/.test(text[i + 1]!)) i++
      push(i + 1)
    }
  }
  push(end)
  return sentences

  function push(to: number): void {
    const stretch = trim(text, from, to)
    if (stretch !== undefined && /[\p{L}\p{N}]/u.test(text.slice(stretch.start, stretch.end))) sentences.push(stretch)
    from = to
  }
}

/** A stretch without white space at its ends, or undefined when nothing is left. */
export function trim(text: string, start: number, end: number): Stretch | undefined {
  while (start < end && /\s/.test(text[start]!)) start++
  while (end > start && /\s/.test(text[end - 1]!)) end--
  return start < end ? { start, end } : undefined
}

const ABBREVIATIONS = new Set(['e.g', 'i.e', 'etc', 'z.b', 'bzw', 'usw', 'd.h', 'ca', 'approx', 'vs', 'no', 'nr', 'mr', 'mrs', 'dr', 'st', 'inc', 'evtl', 'ggf', 'u.a', 'inkl', 'resp', 'incl'])

function endsSentence(text: string, at: number, end: number): boolean {
  const next = text[at + 1]
  if (next !== undefined && at + 1 < end && !/[\s"”)]/.test(next)) return false
  const word = /([\p{L}.]+)$/u.exec(text.slice(Math.max(0, at - 12), at))?.[1]?.toLowerCase() ?? ''
  if (ABBREVIATIONS.has(word)) return /^\s+\p{Lu}/u.test(text.slice(at + 1, at + 4)) && word === 'etc'
  const following = /^[\s"”)]*(\S)/.exec(text.slice(at + 1, Math.min(end, at + 12)))?.[1]
  return following === undefined || !/\p{Ll}/u.test(following) || word.length > 1
}

function splitRawLines(text: string): { text: string; start: number }[] {
  const lines: { text: string; start: number }[] = []
  let start = 0
  for (let i = 0; i <= text.length; i++) {
    if (i === text.length || text[i] === '\n' || text[i] === '\r') {
      lines.push({ text: text.slice(start, i), start })
      start = i + 1
    }
  }
  return lines
}

function markLine(line: string, isGherkin: boolean): { marker: LineMarker; number?: number; skip: number; indent: number } {
  const indent = widthOf(/^\s*/.exec(line)![0])
  const heading = HEADING.exec(line)
  if (heading !== null) return { marker: 'heading', skip: heading[0].length, indent }
  if (isGherkin) {
    for (const [pattern, marker] of GHERKIN) {
      const found = pattern.exec(line)
      if (found !== null) return { marker, skip: found[0].length, indent: 0 }
    }
  }
  const substep = SUBSTEP.exec(line)
  if (substep !== null) return { marker: 'bullet', skip: substep[0].length, indent: indent + 1 }
  const numbered = NUMBERED.exec(line)
  if (numbered !== null) return { marker: 'number', number: Number(numbered[2]), skip: numbered[0].length, indent }
  const bullet = BULLET.exec(line) ?? LETTERED.exec(line)
  if (bullet !== null) return { marker: 'bullet', skip: bullet[0].length + (LABEL.exec(line.slice(bullet[0].length))?.[0].length ?? 0), indent }
  const label = LABEL.exec(line.trimStart())
  if (label !== null) return { marker: 'bullet', skip: line.length - line.trimStart().length + label[0].length, indent }
  return { marker: 'none', skip: /^\s*/.exec(line)![0].length, indent: 0 }
}

function widthOf(space: string): number {
  let width = 0
  for (const char of space) width += char === '\t' ? 4 : 1
  return width
}

/** A short first line without a full stop above other lines is a title and no step. */
function markHeading(text: string, flat: Line[], index: number, line: Line): void {
  if (line.marker !== 'none' || flat.length < 2) return
  const content = text.slice(line.start, line.end)
  const next = flat[index + 1]
  const short = content.length <= 80 && !/[.!?;]$/.test(content) && !/->|→|=>|⇒/.test(content) && !/^(?:if|when|otherwise|then|wenn|falls|sonst|dann)\b/i.test(content)
  if (!short || next === undefined) return
  if (/:$/.test(content) && index === 0 && next.marker === 'none' && !/[,.]/.test(content.replace(/\([^)]*\)/g, '')) && screenType('en', content.replace(/:$/, '')) === undefined) line.marker = 'heading'
  else if (/:$/.test(content) && content.length <= 60 && (next.marker === 'bullet' || next.marker === 'number')) {
    if (index === 0 && screenType('en', content.replace(/:$/, '')) === undefined && screenType('de', content.replace(/:$/, '')) === undefined) line.marker = 'heading'
  } else if (index === 0 && (next.marker !== 'none' || /\n\s*\n\s*$/.test(text.slice(line.end, next.start)))) line.marker = 'heading'
}

function nest(text: string, flat: (Line & { indent: number })[]): Line[] {
  const roots: Line[] = []
  const stack: (Line & { indent: number })[] = []
  for (const [index, line] of flat.entries()) {
    if (line.marker === 'bullet' || line.marker === 'number') {
      while (stack.length > 0 && isOutside(stack[stack.length - 1]!, line)) stack.pop()
      const parent = stack[stack.length - 1]
      line.depth = stack.length
      if (parent === undefined) roots.push(line)
      else parent.children.push(line)
      stack.push(line)
    } else {
      stack.length = 0
      roots.push(line)
      if (line.marker === 'heading' && index > 0 || line.marker === 'none' && text[line.end - 1] === ':') stack.push({ ...line, indent: -1, children: line.children })
    }
  }
  return roots
}

/** Bullets at the margin of a numbered item still belong to it. */
function isOutside(open: Line & { indent: number }, line: Line & { indent: number }): boolean {
  if (open.marker === 'number' && line.marker === 'bullet' && open.indent === line.indent) return false
  return open.indent >= line.indent
}
