import { type Item, stemsOf } from './discourse.ts'
import type { ReadLanguage } from './reading.ts'

const BACK: Record<ReadLanguage, RegExp> = {
  en: /^(?:and |then |user |they |we )?(?:(?:go(?:es)?|return(?:s)?|jump(?:s)?|send(?:s)? (?:them|him|her|the user)|come(?:s)?) )?(?:back|return(?:s)?) (?:on|to|in|at) (?:the |a |an |their )?(.+)$/i,
  de: /^(?:und |dann )?(?:(?:geht es |man kommt |weiter )?zurück (?:zu[mr]?|auf|in|ins) (?:die |den |das |der |dem )?)(.+)$/i,
}
const STAY: Record<ReadLanguage, RegExp> = {
  en: /^(?:and |user |they )?(?:stays?|remains?|keep(?:s)?(?: the user)?)(?: (?:on|in|at) (?:the |this |that |same )*(.+?)| (?:here|there))?$/i,
  de: /^(?:und )?(?:(?:auf|in|im|bei) (?:der |dem |diese[rm] |derselben )?(.+?) bleiben|(?:bleibt?|bleiben|verbleib\w*)(?: (?:auf|in|im|bei) (?:der |dem |diese[rm] )?(.+?))?|hier bleiben)$/i,
}
const AGAIN: Record<ReadLanguage, RegExp> = {
  en: /^(?:and |user |they |(?:user |they |she |he )?can )?(?:let (?:them|him|her|the user|user) )?(?:re-?try|re-?tries|(?:try|tries|ask|enter|pick|choose|do it|scan|pay)\b.{0,20}? again|try once more|(?:pick|choose|enter|select|try) (?:something|another|a different) .{0,20}?|fix it|correct it|repeat)$/i,
  de: /^(?:und |bitte )?(?:(?:noch ?(?:ein)?mal|erneut|wieder|neu) (?:versuchen|probieren|eingeben|fragen|abfragen|wählen|scannen|prüfen)|(?:neuer|erneuter|nächster|zweiter) versuch|wiederholen|korrigieren(?: lassen)?|(?:etwas|einen?) andere[sn]? .{0,20}?(?:wählen|eingeben|versuchen))$/i,
}
const STEP = /^(?:and |then |dann |und )?(?:continue|go on|go|proceed|resume|jump|back|return|weiter|zurück|gehe|springe)(?:s)? ?(?:with|to|at|from|mit|bei|zu)? (?:step |schritt |point |punkt |no\. |nr\. |#)?(\d{1,3})$/i
const END = /^(?:the )?(?:end|done|finish(?:ed)?|exit|stop|end of flow|flow ends|ende|fertig|schluss|abbruch|stopp?)$/i
const ON = /^(?:and |then |dann |und )?(?:continue|carry on|go on|proceed|weiter|geht weiter|fortfahren|weitermachen)(?: as (?:usual|normal|before)| wie (?:gewohnt|oben))?$/i

/** A fragment that leads somewhere ("back to search", "stay on the page", "try again", "end", "continue"), or undefined. */
export function jumpFragment(language: ReadLanguage, said: string, span: [number, number]): Item | undefined {
  const words = said.trim().replace(/[.!;,]+$/, '')
  if (words === '' || words.length > 70) return undefined
  if (END.test(words)) return { kind: 'end', span }
  if (ON.test(words)) return { kind: 'pass' }
  const step = STEP.exec(words)
  if (step !== null) return { kind: 'jump', target: { step: Number(step[1]), stems: new Set(), direct: false, again: false, span } }
  if (AGAIN[language].test(words)) return { kind: 'jump', target: { stems: new Set(), direct: false, again: true, span } }
  const back = BACK[language].exec(words)
  const numbered = /^(?:step|schritt|point|punkt|no\.|nr\.|#)\s*(\d{1,3})$/i.exec(back?.[1] ?? '')
  if (numbered !== null) return { kind: 'jump', target: { step: Number(numbered[1]), stems: new Set(), direct: false, again: false, span } }
  if (back !== null) return { kind: 'jump', target: { stems: stemsOf(language, clean(back[1]!)), direct: false, again: true, span } }
  const stay = STAY[language].exec(words)
  if (stay !== null) return { kind: 'jump', target: { stems: stemsOf(language, clean(stay[1] ?? stay[2] ?? '')), direct: false, again: true, span } }
  return undefined
}

function clean(name: string): string {
  return name.replace(/["“”„«»]/g, '')
}
