import type { Condition, StepDraft } from './discourse.ts'
import type { Graph } from './graph.ts'
import type { Memory } from './memory.ts'
import type { ReadLanguage } from './reading.ts'
import { tellsFailure } from './testFragment.ts'
import { isWord } from './words.ts'

/** Where a person goes on after something was wrong. */
export interface Correction {
  /** Whether a step only tells the person that the tested thing was wrong; beside a told other way only a plain error does. */
  showsError(draft: StepDraft, condition: Condition, contrast: boolean): boolean
  /** The form, screen or input in front of a test, or undefined when no person entered anything there. */
  formBefore(test: string): string | undefined
}

/** What corrections need to know of the graph so far. */
export function createCorrection(language: ReadLanguage, graph: Graph, memory: Memory): Correction {
  return {
    showsError(draft, condition, contrast) {
      if (!/^(?:|show|display|present|appear|highlight|shake|see|get|zeigen|anzeigen|erscheinen|einblenden|ausgeben|markieren)$/.test(draft.verb)) return false
      const isMessage = draft.type === 'popup' || ERROR.test(draft.title)
      return isMessage && (ERROR.test(draft.title) || !contrast && (condition.negative || tellsFailure(language, condition.label)))
    },
    formBefore(test) {
      let click: string | undefined
      let at = memory.stepBefore(test)
      for (let steps = 0; at !== undefined && steps < 4; steps++) {
        const draft = graph.drafts.get(at)!
        if (draft.type === 'screen' || isWord(language, 'input', draft.verb) || isWord(language, 'choose', draft.verb)) return at
        if (click !== undefined && draft.type === 'popup' && !ERROR.test(draft.title)) return at
        if (isWord(language, 'click', draft.verb) || isWord(language, 'submit', draft.verb)) click ??= at
        else if (draft.type !== 'apiCall' && click === undefined) return ACTS.test(draft.verb) || draft.type === 'popup' || draft.actor !== undefined && isWord(language, 'person', draft.actor.split(' ').at(-1)) ? at : undefined
        else if (draft.type !== 'apiCall' && !ACTS.test(draft.verb)) return click
        at = memory.stepBefore(at)
      }
      return click
    },
  }
}

const ERROR = /\b(?:error|inline|wrong|invalid|failed|failure|incorrect|limit exceeded|mismatch|try again)\b|fehler|ungültig|falsch|fehlgeschlagen/i
const ACTS = /^(?:search|scan|upload|sign|log|pay|ask|prompt|request|set|add|attach|apply|suchen|scannen|hochladen|anmelden|einloggen|bezahlen|zahlen|fragen|abfragen|hinzufügen|registrieren)$/
