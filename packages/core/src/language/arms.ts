import type { Clause } from './clause.ts'
import { describeCondition } from './condition.ts'
import { capitalize } from './describeStep.ts'
import { hasCue } from './discourse.ts'
import type { ReadLanguage } from './reading.ts'
import type { Line, Stretch } from './segment.ts'
import { isTestFragment, tellsFailure } from './testFragment.ts'
import { isWord, LABELS } from './words.ts'

/** One arm of a decision that a list tells. */
export interface Arm {
  line: Line
  label: string
  bodyStart: number
  isElse: boolean
}

/** Reads list items as the arms of a decision. */
export interface ArmReader {
  /** Neighbouring items that each answer a test. */
  answerRow(lines: Line[], from: number): Line[]
  /** The arms that items tell, or undefined when they are steps; `single`: also where each says only what may go wrong. */
  armsOf(lines: Line[], single?: boolean): Arm[] | undefined
  /** The question and labels of two arms of which one says what went wrong. */
  pairOf(arms: Arm[]): { question: string; labels: string[] } | undefined
  choiceName(arms: Arm[], line: Line): string
}

/** A reader of arms in one text. */
export function createArmReader(language: ReadLanguage, text: string, clausesOf: (stretch: Stretch) => Clause[]): ArmReader {
  /** Neighbouring items that each answer a test ("Has an account -> log in", "No account -> sign up"). */
  function answerRow(lines: Line[], from: number): Line[] {
    const row: Line[] = []
    for (let index = from; index < lines.length; index++) {
      const line = lines[index]!
      if (line.marker !== 'bullet' && line.marker !== 'number' || line.number !== undefined) break
      const content = text.slice(line.start, line.end)
      const mark = /\s*(?:->|→|=>|⇒)\s*/.exec(content)
      if (mark === null || armsOf([line, line], true) === undefined) break
      const clause = clausesOf({ start: line.start, end: line.start + mark.index })[0]
      const verb = clause?.verb
      const tests = /^(?:no|not|yes|has|is|with|without|kein|keine|nein|ja|hat|ist|mit|ohne)\b/i.test(content) || verb !== undefined && (verb.copula || verb.negated || verb.base === 'have' || verb.base === 'haben') || clause !== undefined && hasCue(clause, 'else', 'ifNot', 'if')
      if (!tests) break
      row.push(line)
    }
    return row.every((line) => isException(line, text.slice(line.start, line.end).split(/\s*(?:->|→|=>|⇒)/)[0]!)) ? [] : row
  }

  /** Two arms of which one says what went wrong are the yes and no of one test. */
  function pairOf(arms: Arm[]): { question: string; labels: string[] } | undefined {
    const failing = arms.findIndex((arm) => isException(arm.line, text.slice(arm.line.start, arm.bodyStart).replace(/\s*(?:->|→|=>|⇒|:)\s*$/, '')))
    if (arms.length !== 2 || failing < 0 || arms.filter((arm) => tellsFailure(language, arm.label)).length !== 1) return undefined
    const arm = arms[failing]!
    const clauses = clausesOf({ start: arm.line.start, end: arm.bodyStart })
    if (clauses.length !== 1) return undefined
    const condition = describeCondition(language, text, clauses, false)
    const { yes, no } = LABELS[language]
    const told = condition.negative ? no : yes
    const other = condition.negative ? yes : no
    return { question: condition.question, labels: failing === 0 ? [told, other] : [other, told] }
  }

  /** What arms without a question choose: "Choose a refund method" asks "Refund method". */
  function choiceName(arms: Arm[], line: Line): string {
    const clause = clausesOf(line)[0]
    if (line !== arms[0]!.line && clause?.verb !== undefined && clause.object !== undefined && isWord(language, 'choose', clause.verb.base) && clause.object.text.length <= 40) return capitalize(clause.object.text)
    const shared = sharedStart(arms.map((arm) => arm.label))
    if (arms.length > 2 && shared !== '') return shared
    return arms.length === 2 ? arms[0]!.label : LABELS[language].next
  }

  /** The arms that sub-items tell ("expired -> page"), or undefined when they are steps. */
  function armsOf(lines: Line[], single = false): Arm[] | undefined {
    if (lines.length < 2) return undefined
    const arms = []
    let exceptions = 0
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
      if (isException(line, label)) exceptions++
      arms.push({ line, label: capitalize(label.replace(/^(?:if|in case|when|falls|wenn|bei)\s+/i, '')), bodyStart: line.start + mark.index + mark[0].length, isElse })
    }
    return exceptions === lines.length && !single ? undefined : arms
  }

  /** "no results -> ...": what may go wrong, beside the way that goes on. */
  function isException(line: Line, label: string): boolean {
    const head = { start: line.start, end: line.start + label.length }
    return !/^(?:yes|no|ja|nein)$/i.test(label) && tellsFailure(language, label) && isTestFragment(language, text, head, clausesOf(head), 'arrow')
  }

  return { answerRow, armsOf, pairOf, choiceName }
}

/** The words that all labels begin with. */
function sharedStart(labels: string[]): string {
  const words = labels[0]!.split(' ')
  let count = 0
  while (count < words.length - 1 && labels.every((label) => label.split(' ')[count]?.toLowerCase() === words[count]!.toLowerCase())) count++
  return words.slice(0, count).join(' ')
}
