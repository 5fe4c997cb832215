import { wordTable } from './wordTable.ts'

/** A mark between the parts of a note, offsets [start, end) of the source. */
export interface NoteMark {
  kind: 'arrow' | 'colon' | 'comma' | 'semicolon' | 'and'
  start: number
  end: number
}

const OPENING: Record<string, string> = wordTable<string>({ '"': '"', '“': '”', '„': '“', '«': '»', '(': ')', '[': ']' })

/** The marks of a stretch of text in their order; what stands in quotes or parentheses is passed over. */
export function marksOf(text: string, start: number, end: number): NoteMark[] {
  const marks: NoteMark[] = []
  for (let at = start; at < end; at++) {
    const char = text[at]!
    const closing = OPENING[char]
    if (closing !== undefined) {
      const close = closeOf(text, at, end, closing)
      if (close > at) at = close
      continue
    }
    const arrow = /^(?:-{1,2}>|→|=>|⇒)/.exec(text.slice(at, at + 3))
    if (arrow !== null) {
      marks.push({ kind: 'arrow', start: at, end: at + arrow[0].length })
      at += arrow[0].length - 1
    } else if (char === ' ' && /^ (?:and|und|\+|&) /.test(text.slice(at, at + 5))) {
      marks.push({ kind: 'and', start: at, end: at + text.slice(at + 1, at + 5).indexOf(' ') + 2 })
    } else if (char === ':' && /\s/.test(text[at + 1] ?? ' ')) marks.push({ kind: 'colon', start: at, end: at + 1 })
    else if (char === ',' && /\s/.test(text[at + 1] ?? ' ')) marks.push({ kind: 'comma', start: at, end: at + 1 })
    else if (char === ';') marks.push({ kind: 'semicolon', start: at, end: at + 1 })
  }
  return marks
}

/** Where a quote or parenthesis closes, at most 120 characters on, or -1; German quotes may close like English ones. */
function closeOf(text: string, at: number, end: number, closing: string): number {
  const limit = Math.min(end, at + 120)
  for (let index = at + 1; index < limit; index++) {
    if (text[index] === closing || closing === '“' && (text[index] === '”' || text[index] === '"')) return index
  }
  return -1
}
