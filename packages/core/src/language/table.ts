import type { ReadLanguage } from './reading.ts'
import { type Line, type Stretch, trim } from './segment.ts'

/** What a column of a table in plain text tells. */
export type ColumnRole = 'place' | 'action' | 'next' | 'test' | 'other'

/** One row: its cells by their columns. */
export interface TableRow {
  cells: { role: ColumnRole; stretch: Stretch }[]
}

const ROLES: [ColumnRole, RegExp][] = [
  ['next', /^(?:next|then|goes to|leads to|target|followed by|next (?:screen|step|page)|weiter|nächste[rs]?(?: schritt| seite| screen)?|danach|ziel|führt zu)\b/i],
  ['test', /^(?:if|condition|error|case|exception|when|bedingung|fehler|fall|wenn)\b/i],
  ['place', /^(?:screen|page|view|state|step|name|where|seite|screen|ansicht|schritt|bildschirm|wo)\b/i],
  ['action', /^(?:what|action|actions|user|does|description|behaviou?r|event|trigger|system|aktion|was|beschreibung|verhalten|nutzer)\b/i],
]

/** The rows of a table that begins at a line, with the count of its lines, or undefined when no table begins there. */
export function readTable(text: string, lines: Line[], from: number, language: ReadLanguage): { rows: TableRow[]; length: number } | undefined {
  const header = cellsOf(text, lines[from]!)
  if (header === undefined) return undefined
  const roles = header.map((cell): ColumnRole => ROLES.find(([, pattern]) => pattern.test(text.slice(cell.start, cell.end)))?.[0] ?? 'other')
  if (!roles.includes('place') && !roles.includes('action')) return undefined
  const rows: TableRow[] = []
  let length = 1
  for (let index = from + 1; index < lines.length; index++) {
    const line = lines[index]!
    const content = text.slice(line.start, line.end)
    const isRule = /^[\s|:+-]+$/.test(content)
    const cells = isRule ? [] : cellsOf(text, line)
    if (cells === undefined) break
    length++
    if (isRule) continue
    rows.push({ cells: cells.map((stretch, column) => ({ role: roles[column] ?? 'other', stretch })).filter((cell) => !isBlank(language, text.slice(cell.stretch.start, cell.stretch.end))) })
  }
  return rows.length < 2 ? undefined : { rows, length }
}

function cellsOf(text: string, line: Line): Stretch[] | undefined {
  const content = text.slice(line.start, line.end)
  if (!/\|/.test(content) && !/\t/.test(content)) return undefined
  const mark = /\|/.test(content) ? '|' : '\t'
  const cells: Stretch[] = []
  let from = line.start + (content.startsWith(mark) ? 1 : 0)
  const end = content.endsWith(mark) && content.length > 1 ? line.end - 1 : line.end
  for (let at = from; at <= end; at++) {
    if (at !== end && text[at] !== mark) continue
    cells.push(trim(text, from, at) ?? { start: from, end: from })
    from = at + 1
  }
  return cells.length < 2 ? undefined : cells
}

function isBlank(language: ReadLanguage, said: string): boolean {
  return /^[\s.–—-]*$/.test(said) || (language === 'de' ? /^(?:keine?|ende)$/i : /^(?:none|n\/a|end)$/i).test(said)
}
