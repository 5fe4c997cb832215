import type { Predicate } from './clause.ts'
import type { FoundCue } from './cues.ts'
import { BE, BECOME, HAVE, MODALS, SEPARABLE } from './germanWords.ts'
import { verbForm } from './tagGerman.ts'
import type { Token } from './token.ts'

/** Tags of words that can carry a predicate. */
export const VERBAL = new Set(['verb', 'past', 'aux', 'modal'])

interface ReadVerb {
  predicate: Predicate
  used: Set<Token>
}

/** The predicate of a clause: the finite verb with its participle, infinitive or separated prefix. */
export function readPredicate(body: Token[], cues: FoundCue[]): ReadVerb | undefined {
  const used = new Set<Token>()
  const predicate: Predicate = { base: '', negated: body.some((token) => token.tag === 'negation'), passive: false, perfect: false, form: 'finite', copula: false }
  const verbs = body.filter((token) => VERBAL.has(token.tag))
  const subordinate = cues.some((cue) => ['if', 'unless', 'onlyIf', 'when', 'after', 'before', 'until', 'reason', 'while'].includes(cue.role))
  const zu = body.findIndex((token) => token.tag === 'to')
  if (verbs.length === 0) return undefined
  if (zu >= 0 && !verbs.some((token) => token !== body[zu + 1] && (token.tag !== 'verb' || finiteOnly(token)))) {
    const form = verbForm(body[zu + 1]!.text)
    if (form === undefined) return undefined
    predicate.base = form.base
    predicate.form = 'infinitive'
    used.add(body[zu]!).add(body[zu + 1]!)
    return { predicate, used }
  }
  const letting = verbs[verbs.length - 1]!
  if (letting.lower === 'lassen' && verbs.length > 1 && verbForm(verbs[verbs.length - 2]!.text)?.infinitive === true && !verbs.some((token) => token.tag === 'modal' || token.tag === 'aux')) {
    predicate.base = verbForm(verbs[verbs.length - 2]!.text)!.base
    predicate.carrier = 'lassen'
    predicate.form = 'imperative'
    used.add(letting).add(verbs[verbs.length - 2]!)
    return { predicate, used }
  }
  const finite = chooseFinite(verbs, subordinate)
  if (finite === undefined) {
    const last = verbs[verbs.length - 1]!
    const form = verbForm(last.text)
    if (form === undefined) return undefined
    predicate.base = form.base
    predicate.form = form.infinitive ? 'imperative' : 'finite'
    predicate.passive = last.tag === 'past'
    used.add(last)
    return { predicate, used }
  }
  used.add(finite)
  const others = verbs.filter((token) => token !== finite)
  const lower = finite.lower
  if (finite.tag === 'aux' || finite.tag === 'modal') {
    let main = others.findLast((token) => token.tag === 'past' || token.tag === 'verb')
    const before = main === undefined ? undefined : others[others.indexOf(main) - 1]
    if (main?.lower === 'lassen' && before !== undefined && verbForm(before.text)?.infinitive === true) {
      used.add(main)
      main = before
    }
    for (const token of others) if (token.tag === 'aux') used.add(token)
    if (finite.tag === 'modal') predicate.modal = MODALS.get(lower)!
    if (main === undefined) {
      const aux = others.find((token) => token.tag === 'aux')
      predicate.base = finite.tag === 'modal' ? aux === undefined ? MODALS.get(lower)! : 'sein' : BE.has(lower) ? 'sein' : HAVE.has(lower) ? 'haben' : 'werden'
      predicate.copula = BE.has(lower) || BECOME.has(lower) || finite.tag === 'modal' && aux !== undefined
      return { predicate, used }
    }
    used.add(main)
    predicate.base = verbForm(main.text)?.base ?? main.lower
    const becomes = BECOME.has(lower) || others.some((token) => BECOME.has(token.lower))
    const participle = verbForm(main.text)?.participle === true
    predicate.passive = becomes && participle || BE.has(lower) && participle && !others.some((token) => token.lower === 'worden') && !/^(?:er|ver|ent)?(?:gehen|kommen|fahren|laufen|fallen|bleiben|scheinen)$/.test(predicate.base)
    predicate.perfect = HAVE.has(lower) || BE.has(lower)
    predicate.copula = BE.has(lower) && predicate.passive && !others.some((token) => BECOME.has(token.lower))
    return { predicate, used }
  }
  const form = verbForm(finite.text)
  predicate.base = form?.base ?? finite.lower
  const infinitive = others.findLast((token) => token.tag === 'verb' && verbForm(token.text)?.infinitive === true)
  if (/^(?:lassen|gehen|müssen|können|helfen)$/.test(predicate.base) && infinitive !== undefined && infinitive !== finite) {
    predicate.carrier = predicate.base
    predicate.base = verbForm(infinitive.text)!.base
    used.add(infinitive)
  }
  const last = body.findLast((token) => token.tag !== 'punctuation')
  if (others.length === 0 && !subordinate && last === finite && form?.infinitive === true && body.some((token) => token.tag === 'noun') && !body.some((token) => token.tag === 'pronoun')) predicate.form = 'imperative'
  if (last !== undefined && last.tag === 'particle' && predicate.carrier === undefined && SEPARABLE.has(last.lower)) {
    predicate.base = last.lower + predicate.base
    used.add(last)
  }
  const firstWord = body.find((token) => token.tag !== 'punctuation' && token.tag !== 'adverb')
  const follower = body[body.indexOf(finite) + 1]
  // "sehen Sie Ihre Rechnungen", "klicken Sie auf": who acts stands behind the verb.
  if (firstWord === finite && !/t$/.test(lower) && !/^(?:Sie|du|wir|ihr|man)$/.test(follower?.text ?? '')) predicate.form = 'imperative'
  return { predicate, used }
}

function finiteOnly(token: Token): boolean {
  const form = verbForm(token.text)
  return form !== undefined && form.finite && !form.infinitive
}

function chooseFinite(verbs: Token[], subordinate: boolean): Token | undefined {
  const auxiliary = subordinate ? verbs.findLast((token) => token.tag === 'aux' && token.lower !== 'worden' || token.tag === 'modal') : verbs.find((token) => token.tag === 'aux' && token.lower !== 'worden' || token.tag === 'modal')
  if (subordinate) return auxiliary ?? verbs.findLast((token) => token.tag === 'verb')
  const first = verbs.find((token) => token.tag !== 'past')
  if (first === undefined) return undefined
  return first
}
