import type { Stretch } from './segment.ts'

/** Headings above what may go wrong. */
export const EDGE_CASES = /^(?:#+\s*)?(?:edge cases?|corner cases?|error (?:cases?|handling|states?)|errors|exceptions?|unhappy paths?|what can go wrong|fehlerfälle|fehlerbehandlung|sonderfälle|ausnahmen|randfälle|fehler)\s*:?$/i

/** Headings that never name a screen. */
export const NO_SCREEN = /^(?:notes?|goals?|overview|summary|background|context|open questions|questions|scope|requirements|acceptance criteria|user stor(?:y|ies)|flow|happy path|personas?|details|todo|anmerkungen|ziele?|hintergrund|offene fragen|ablauf|anforderungen)$/i
const GREETING = /^(?:(?:hey|hi|hello|hallo|oh|btw|fyi|moin|ach|übrigens|ok(?=,)|okay(?=,))\b(?:\s+(?:all|team|everyone|there|zusammen|leute))?[,!.]?\s+(?:and\s+|und\s+)?)+/i
const PATH_NAME = /^(?:happy path|main (?:flow|path)|sunny day|user flow|flow|path|start|ablauf|hauptablauf|pfad)\s*:\s+(?=\S)/i

/** Lines that tell about the brief and not of the way. */
export const ABOUT = /^[*_]*(?:goals?|ziele?|context|kontext|background|hintergrund|out of scope|non-goals?|open questions?|offene fragen|personas?|target group|zielgruppe|metrics?|kpis?|priority|prio|priorität|status|author|autor(?:in)?|date|datum|version|stand|epic|stakeholders?|design|figma|deadline)[*_]*\s*:/i
const PREFACE = /^(?:so\s+)?(?:(?:for|about|regarding|zu[mr]?|für)\b[^.;:!?]{0,50}?(?:flow|process|journey|feature|portal|ablauf|prozess)\b[^.;:!?]{0,20}|(?:here(?:'s| is| are)?|below(?: is)?|this is|hier(?: ist| kommt)?|unten)\b[^.;:!?]{0,60}):\s+/i

/** Where a sentence begins behind "hey, so for the invite flow:". */
export function passLead(text: string, stretch: Stretch): number {
  let start = stretch.start
  for (const pattern of [GREETING, PREFACE, PATH_NAME]) {
    const found = pattern.exec(text.slice(start, stretch.end))
    if (found !== null && start + found[0].length < stretch.end) start += found[0].length
  }
  return start
}
