import { type Condition, likeness } from './discourse.ts'
import type { ReadLanguage } from './reading.ts'
import { areOpposites } from './words.ts'

/** Whether two conditions test the same thing, so that the second is another arm of the first. */
export function areSiblings(language: ReadLanguage, first: Condition, second: Condition): boolean {
  if (isOpposite(language, first, second)) return true
  if (areOpposites(language, first.stems, second.stems)) return true
  const shared = likeness(first.stems, second.stems)
  const sameHead = first.subjectHead !== '' && first.subjectHead === second.subjectHead
  if (first.cue === second.cue && / (?:of|von)$/.test(first.cue) && first.verb === '' && second.verb === '') return true
  if (first.cue === second.cue && first.cue.includes(' ') && (shared >= 0.3 || sameHead || /^(?:for|für)/.test(first.cue))) return true
  if (sameHead && !first.subjectIsPerson && first.stative && second.stative && first.verb !== '' && second.verb !== '' && !(first.negated && second.negated)) return true
  return first.negated !== second.negated && (shared >= 0.5 || sameHead && (!first.subjectIsPerson || shared >= 0.3))
}

/** Whether the second condition holds exactly when the first does not. */
export function isOpposite(language: ReadLanguage, first: Condition, second: Condition): boolean {
  if (areOpposites(language, first.stems, second.stems) && likeness(first.stems, second.stems) > 0) return true
  if (first.negated === second.negated) return false
  if (second.subjectHead === '' || first.subjectHead === '' || first.subjectHead === second.subjectHead) return likeness(first.stems, second.stems) >= 0.5
  return likeness(first.stems, second.stems) >= 0.6
}
