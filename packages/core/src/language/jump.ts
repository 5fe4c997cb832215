import type { Clause } from './clause.ts'
import { describeStep, screenType } from './describeStep.ts'
import { type JumpTarget, stemsOf } from './discourse.ts'
import type { SentenceContext } from './itemize.ts'
import type { ReadLanguage } from './reading.ts'
import { isWord } from './words.ts'

/** A clause that leads to a step which is told elsewhere, or undefined. */
export function jumpOf(context: SentenceContext, clause: Clause): JumpTarget | undefined {
  const { language, text } = context
  const verb = clause.verb!
  const source = text.slice(clause.start, clause.end)
  const isRetry = language === 'en' ? verb.base === 'retry' || verb.base === 'try' && /\bagain\b/i.test(source) || verb.base === 'repeat' && !verb.passive && (clause.object === undefined || !clause.object.pronoun && /\b(?:step|process|procedure|this|it|steps)\b/i.test(clause.object.text) || /\bagain\b/i.test(source)) : /\b(?:erneut|noch ?einmal|wieder)\b/i.test(source) && verb.base === 'versuchen' || verb.base === 'wiederholen' && !verb.passive
  const mends = /^(?:fix|correct|change|redo|edit|adjust|korrigieren|ändern|verbessern)$/.test(verb.base) && clause.object?.pronoun === true && (verb.carrier !== undefined || verb.modal !== undefined)
  if (mends) return { stems: new Set(), direct: false, again: true, fallback: describeStep(language, clause, { ...context.mentions }), span: [clause.start, clause.end] }
  const another = (isWord(language, 'input', verb.base) || isWord(language, 'choose', verb.base) || verb.base === 'try' || verb.base === 'use' || verb.base === 'versuchen') && /^(?:another|another one|(?:a )?different one|something else|(?:eine? )?andere[nsr]?|etwas anderes)$/i.test(clause.object?.text ?? '')
  if (another) return { stems: new Set(), direct: false, again: true, fallback: describeStep(language, clause, { ...context.mentions }), span: [clause.start, clause.end] }
  const back = verb.particle === 'back' || verb.base === 'return' || /\bback\b/i.test(source) || verb.base.startsWith('zurück') || /\bzurück\b/i.test(source)
  const direct = /\b(?:straight|directly|direkt|gleich)\b/i.test(source) && (verb.base === 'go' || verb.base === 'gehen' || isWord(language, 'move', verb.base))
  const again = /\bagain\b|\bonce more\b|\berneut\b|\bnoch ?(?:ein)?mal\b|\bnochmals\b/i.test(source)
  const number = /\b(?:step|schritt|point|punkt|no\.|nr\.)\s+(\d{1,3})\b|^(?:then |and |dann )?(?:continue|go on|go|proceed|jump|go back|weiter|weitermachen|fortfahren) (?:with|to|at|mit|bei|zu) #?(\d{1,3})$/i.exec(source.replace(/[.,;]+$/, ''))
  const stays = /^(?:stay|remain|bleiben)$/.test(verb.base) && clause.complement !== undefined && !clause.complement.phrase.pronoun
  if (stays) return { phrase: clause.complement!.phrase, stems: stemsOf(language, clause.complement!.phrase.text), direct: false, again: false, span: [clause.start, clause.end] }
  const target = clause.complement?.phrase ?? (isRetry || verb.base === 'return' ? clause.object : undefined)
  const span: [number, number] = [clause.start, clause.end]
  const stems = stemsOf(language, target?.text ?? '')
  const numbered = number?.[1] ?? number?.[2]
  if (numbered !== undefined && BACK_VERBS[language].test(verb.base)) return { step: Number(numbered), stems, direct: false, again, span }
  if (isRetry) return { stems: target === undefined || target.pronoun ? new Set() : stems, ...(target === undefined ? {} : { phrase: target }), direct: false, again: true, span }
  if (again && clause.object === undefined && clause.complement === undefined && !verb.passive) return { stems: stemsOf(language, /^(?:start|begin|restart|starten|beginnen)$/.test(verb.base) && clause.subject?.pronoun === false ? clause.subject.text : verb.base), direct: false, again: true, span }
  const personal = clause.object === undefined || clause.object.pronoun || isWord(language, 'person', clause.object.head)
  if (target === undefined || target.pronoun || !BACK_VERBS[language].test(verb.base) || !personal && !verb.passive) return undefined
  if (!back && !direct) return undefined
  if (verb.passive && clause.subject !== undefined && !clause.subject.pronoun && !isWord(language, 'person', clause.subject.head)) return undefined
  if (verb.passive && screenType(language, target.text) === undefined) return undefined
  const fallback = describeStep(language, clause, { ...context.mentions })
  return { phrase: target, stems, direct, again, fallback, span }
}

const BACK_VERBS: Record<ReadLanguage, RegExp> = {
  en: /^(?:return|retry|restart|repeat|go|come|jump|send|bring|take|redirect|lead|navigate|start|put|place|move|try|link|switch|get|re-enter|route|loop|continue|proceed)$/,
  de: /^(?:zurück(?:gehen|kehren|springen|kommen|schicken|leiten|gelangen|führen|bringen|werden)|wiederholen|gehen|springen|kommen|gelangen|leiten|starten|beginnen|führen|schicken|bringen|weitergehen|versuchen|wiederkehren|weitermachen|fortfahren)$/,
}
