import type { Clause, Phrase } from './clause.ts'
import { APPEAR_VERBS, PARTICLES } from './englishWords.ts'
import { hasCue, type StepDraft, stemsOf } from './discourse.ts'
import type { ReadElement, ReadLanguage, ReadNodeType } from './reading.ts'
import { isWord, LABELS } from './words.ts'

/** What was spoken of last, so that "it" and "them" can be named. */
export interface Mentions {
  thing?: Phrase
  /** What the condition in force is about. */
  topic?: Phrase
  person?: Phrase
  actor?: string
}

/**
 * The step that a clause tells: a short title in the text's own words, its type, actor and elements.
 * The clause has a verb or is a bare noun phrase.
 */
export function describeStep(language: ReadLanguage, clause: Clause, mentions: Mentions): StepDraft {
  const access = accessForm(clause)
  if (access !== undefined) {
    const title = capitalize(access.title)
    const stems = stemsOf(language, title)
    return { type: 'screen', title, elements: contentsOf('login', access.fields), span: [clause.start, clause.end], verb: '', stems, objectStems: stems }
  }
  const parts = titleParts(language, clause, mentions)
  const type = nodeType(language, clause, parts)
  // A screen goes by its name: "show the tutorial" is the screen "Tutorial".
  const isNamed = type === 'screen' && clause.verb !== undefined && /^(?:show|display|see|view|present|appear|zeigen|anzeigen|sehen|erscheinen|einblenden)$/.test(clause.verb.base) && screenType(language, parts.object) === 'screen'
  const title = capitalize(shorten(isNamed ? plain(parts.object) : parts.title))
  const actor = actorOf(language, clause, mentions)
  const elements = elementsOf(language, clause, parts)
  remember(language, clause, mentions, parts)
  return {
    type,
    title,
    ...(actor === undefined ? {} : { actor }),
    ...(elements.length === 0 ? {} : { elements }),
    span: [clause.start, clause.end],
    verb: parts.named ? '' : clause.verb?.base ?? '',
    stems: stemsOf(language, title),
    objectStems: stemsOf(language, parts.object),
  }
}

/** A step that is only named: a screen, or an entry of a list. */
export function namedStep(language: ReadLanguage, phrase: Phrase, span: [number, number]): StepDraft {
  const parts = /^(.+?)\s+(?:with|mit)\s+(.+)$/i.exec(phrase.text)
  if (parts !== null && screenType(language, parts[1]!) !== undefined) {
    const title = capitalize(shorten(parts[1]!))
    const stems = stemsOf(language, title)
    return { type: screenType(language, parts[1]!)!, title, elements: contentsOf(parts[1]!, parts[2]!), span, verb: '', stems, objectStems: stems }
  }
  const title = capitalize(shorten(phrase.text))
  const stems = stemsOf(language, title)
  return { type: screenType(language, phrase.text) ?? 'action', title, span, verb: '', stems, objectStems: stems }
}

/** What a surface holds: buttons, links, lists and pictures by their names, inputs on forms, otherwise texts. */
export function contentsOf(surface: string, names: string): ReadElement[] {
  const isForm = /\b(?:form|login|log in|sign up|sign in|signup|registration|register|checkout)\b|formular|anmeld(?:ung|en)|einloggen|registrier(?:ung|en)|maske|login/i.test(surface)
  const kind = /^(?:the |den |die |das |dem |zwei |drei |two |three )*(buttons?|links?|fields?|inputs?|feldern?|knöpfen?)\s+(?=["“„]?\p{Lu})/u.exec(names)
  const type = kind === null ? undefined : /^button|^kn/.test(kind[1]!) ? 'button' as const : /^link/.test(kind[1]!) ? 'link' as const : 'input' as const
  return splitNames(kind === null ? names : names.slice(kind[0].length)).map((name) => ({ type: type ?? elementType(name, isForm), label: capitalize(name) }))
}

/** The element type that a name tells. */
export function elementType(name: string, isForm: boolean): ReadElement['type'] {
  if (/\b(?:button|cta|schaltfläche|knopf)\b/i.test(name)) return 'button'
  if (/\blinks?\b/i.test(name)) return 'link'
  if (/\b(?:list|table|results)\b|liste\b|tabelle\b/i.test(name)) return 'list'
  if (/\b(?:image|photo|picture|logo|icon|illustration|bild|foto|symbol)\b/i.test(name)) return 'image'
  return isForm || /\b(?:field|input|picker|dropdown|checkbox|feld|eingabefeld|auswahl)\b/i.test(name) ? 'input' : 'text'
}

/** "Log in with email and password": the form that a bare instruction to sign in names, or undefined. */
function accessForm(clause: Clause): { title: string; fields: string } | undefined {
  const verb = clause.verb
  if (verb === undefined || verb.form !== 'imperative' || clause.object !== undefined || clause.subject !== undefined && !clause.inherited) return undefined
  const name = verb.particle === undefined ? verb.base : `${verb.base} ${verb.particle}`
  if (!/^(?:login|log in|signin|sign in|signup|sign up|register|log on)$/.test(name) || clause.complement === undefined || !/^(?:with|via|using|by)$/.test(clause.complement.preposition)) return undefined
  return { title: name, fields: clause.complement.phrase.text }
}

/** The node type of something that is named as a surface, or undefined when it names none. */
export function screenType(language: ReadLanguage, text: string): 'screen' | 'popup' | undefined {
  const words = text.toLowerCase().match(/[\p{L}-]+/gu) ?? []
  const stop = words.findIndex((word, index) => index > 0 && /^(?:of|for|with|about|in|on|from|to|and|or|with|mit|für|von|zum|zur|über|der|des|und)$/.test(word))
  const group = stop < 0 ? words : words.slice(0, stop)
  const head = group[group.length - 1]
  if (language === 'de' && isWord(language, 'screen', head)) return 'screen'
  if (language === 'de' && group.length > 1 && head !== group[0] && !isWord(language, 'screen', head) && !isWord(language, 'popup', head)) {
    if (isWord(language, 'popup', group[0])) return 'popup'
    if (isWord(language, 'screen', group[0])) return 'screen'
  }
  if (isWord(language, 'popup', head)) return 'popup'
  if (isWord(language, 'screen', head) || isWord(language, 'form', head)) return 'screen'
  return undefined
}

interface TitleParts {
  title: string
  object: string
  objectPhrase?: Phrase
  named: boolean
}

function titleParts(language: ReadLanguage, clause: Clause, mentions: Mentions): TitleParts {
  const verb = clause.verb
  if (verb === undefined) {
    const text = clause.object?.text ?? clause.subject?.text ?? clause.tokens.map((token) => token.text).join(' ')
    return { title: text, object: text, objectPhrase: clause.object, named: true }
  }
  const place = surfaceTarget(language, clause)
  if (place !== undefined) return { title: place.text, object: place.text, objectPhrase: place, named: true }
  let object = verb.passive ? clause.subject : clause.object
  if (!verb.passive && object !== undefined && /^(?:me|you|us|mich|mir|uns|dich|euch)$/i.test(object.text)) object = undefined
  if (object !== undefined && (object.pronoun || isBareOne(object))) object = resolve(language, object, mentions) ?? (verb.passive || object.text.length > 4 ? object : undefined)
  if (language === 'de' && verb.passive && clause.subject?.pronoun === true && clause.complement !== undefined && isWord(language, 'move', verb.base)) object = undefined
  if (language === 'de') return germanTitle(clause, object)
  const action = verb.particle === undefined ? verb.base : `${verb.base} ${verb.particle}`
  if (verb.passive) return { title: join(action, plain(object?.text ?? ''), placed(language, clause)), object: object?.text ?? '', objectPhrase: object, named: false }
  if (object === undefined && verb.base === 'open' && clause.subject !== undefined && !clause.subject.pronoun && screenType(language, clause.subject.text) === undefined && clause.complement === undefined) {
    return { title: `open ${plain(clause.subject.text)}`, object: clause.subject.text, objectPhrase: clause.subject, named: false }
  }
  if (object === undefined && APPEAR_VERBS.has(verb.base) && clause.subject !== undefined && !isPerson(language, clause.subject) && clause.complement?.preposition !== 'to' && verb.particle !== 'back') {
    return { title: `${LABELS.en.show} ${plain(clause.subject.text)}`, object: clause.subject.text, objectPhrase: clause.subject, named: false }
  }
  if (object !== undefined && clause.subject === undefined && APPEAR_VERBS.has(verb.base) && verb.base === 'come') return { title: plain(object.text), object: object.text, objectPhrase: object, named: true }
  if (object !== undefined) {
    if (verb.base === 'get' && clause.subject !== undefined && !clause.subject.pronoun) return { title: `${plain(clause.subject.text)} ${thirdPerson('get', clause.subject)} ${plain(object.text)}`, object: object.text, objectPhrase: object, named: false }
    return { title: join(action, plain(object.text), placed(language, clause)), object: object.text, objectPhrase: object, named: false }
  }
  if (clause.complement !== undefined) {
    const target = clause.complement.phrase.pronoun ? resolve(language, clause.complement.phrase, mentions) : clause.complement.phrase
    if (target !== undefined) {
      const mover = clause.subject?.pronoun === true && /^(?:it|this)$/i.test(clause.subject.text) ? mentions.thing : clause.subject
      const subject = mover !== undefined && !mover.pronoun && !isPerson(language, mover) && isWord('en', 'move', verb.base) && !clause.inherited ? plain(mover.text) : ''
      return { title: subject !== '' ? `${subject} ${thirdPerson(verb.base, mover!)} ${clause.complement.preposition} ${plain(target.text)}` : `${action} ${clause.complement.preposition} ${plain(target.text)}`, object: target.text, objectPhrase: target, named: false }
    }
  }
  const subject = clause.subject !== undefined && !clause.subject.pronoun && verb.form === 'finite' && verb.carrier === undefined ? plain(clause.subject.text) : ''
  return { title: subject === '' ? action : `${subject} ${thirdPerson(verb.base, clause.subject!)}${verb.particle === undefined ? '' : ` ${verb.particle}`}`, object: subject, named: false }
}

function germanTitle(clause: Clause, object: Phrase | undefined): TitleParts {
  const verb = clause.verb!
  if (object === undefined && !verb.passive && APPEAR_GERMAN.has(verb.base) && clause.subject !== undefined && !isPerson('de', clause.subject)) {
    return { title: `${plain(clause.subject.text)} ${LABELS.de.show}`, object: clause.subject.text, objectPhrase: clause.subject, named: false }
  }
  const complement = clause.complement === undefined || clause.complement.phrase.pronoun ? '' : `${clause.complement.preposition} ${plain(clause.complement.phrase.text)}`
  if (object !== undefined) {
    const placed = isWord('de', 'place', verb.base) ? complement : ''
    return { title: join(plain(object.text), placed, verb.base), object: object.text, objectPhrase: object, named: false }
  }
  if (complement !== '') return { title: `${complement} ${verb.base}`, object: clause.complement!.phrase.text, objectPhrase: clause.complement!.phrase, named: false }
  const subject = clause.subject !== undefined && !clause.subject.pronoun && verb.form === 'finite' && verb.carrier === undefined ? plain(clause.subject.text) : ''
  return { title: join(subject, verb.base), object: subject, named: false }
}

const APPEAR_GERMAN = new Set(['erscheinen', 'öffnen', 'aufgehen', 'folgen', 'kommen', 'auftauchen', 'anzeigen', 'laden', 'zeigen'])

/** "lands on the cart page", "is taken to the dashboard", "is on the help page": the surface itself is the step. */
export function surfaceTarget(language: ReadLanguage, clause: Clause): Phrase | undefined {
  const verb = clause.verb
  if (verb === undefined || clause.complement === undefined || clause.complement.phrase.pronoun) return undefined
  if (clause.object !== undefined && !clause.object.pronoun && !(verb.copula) && !isPerson(language, clause.object)) return undefined
  if (!verb.copula && !isWord(language, 'move', verb.base)) return undefined
  if (verb.copula && (verb.passive || verb.negated)) return undefined
  if (clause.subject !== undefined && !clause.subject.pronoun && !verb.copula && !isPerson(language, clause.subject) && clause.object === undefined && !isPlural(clause.subject)) return undefined
  return screenType(language, clause.complement.phrase.text) === undefined ? undefined : clause.complement.phrase
}

function placed(language: ReadLanguage, clause: Clause): string {
  if (clause.complement === undefined || !isWord(language, 'place', clause.verb!.base) || clause.complement.phrase.pronoun) return ''
  return `${clause.complement.preposition} ${plain(clause.complement.phrase.text)}`
}

function isBareOne(phrase: Phrase): boolean {
  return /^(?:one|eine[nrs]?|einen)(?: back)?$/i.test(phrase.text)
}

function resolve(language: ReadLanguage, phrase: Phrase, mentions: Mentions): Phrase | undefined {
  const word = phrase.text.toLowerCase()
  if (language === 'en' && /^(?:him|her|them|he|she|they)\b/.test(word) && mentions.person !== undefined && !/^they|^them/.test(word)) return mentions.person
  if (/^(?:them|they)\b/.test(word)) return mentions.thing !== undefined && /s$/.test(mentions.thing.head) ? mentions.thing : mentions.person
  if (/^(?:it|this|that|these|those|one|es|dies|diese[rsmn]?|das|sie|ihn|ein[en]*)\b/.test(word)) return mentions.thing
  return undefined
}

/** Nouns of agents by their ending: "pharmacist", "adjuster", "librarian". */
function isAnimate(head: string): boolean {
  return /(?:[a-z]{3}er|or|ist|ian|ant|ee|man|woman|clerk|nurse|chair|staff|team|department|agent|officer)s?$/.test(head) && !/(?:order|server|computer|scanner|printer|locker|router|folder|letter|number|paper|offer|counter|banner|error|sensor|filter|timer|center|browser|folder|voucher|editor|door|monitor|elevator)s?$/.test(head)
}

function isPlural(phrase: Phrase): boolean {
  return /s$/.test(phrase.head) && !/ss$/.test(phrase.head)
}

function isPerson(language: ReadLanguage, phrase: Phrase): boolean {
  return isWord(language, 'person', phrase.head)
}

/** The actor as the text names it, without its article; the system speaks as "we". */
function actorOf(language: ReadLanguage, clause: Clause, mentions: Mentions): string | undefined {
  const phrase = clause.verb?.passive === true ? clause.agent : clause.subject
  if (phrase === undefined || clause.verb === undefined) return undefined
  if (!phrase.pronoun) return clause.verb.copula || isSurfaceSubject(language, clause) ? undefined : phrase.text
  const word = phrase.text.toLowerCase()
  if (/^(?:he|she|they|er|sie)$/.test(word)) return mentions.actor ?? mentions.person?.text
  return /^(?:i|we|you|ich|wir|man)$/.test(word) ? phrase.text : undefined
}

function isSurfaceSubject(language: ReadLanguage, clause: Clause): boolean {
  return clause.object === undefined && clause.subject !== undefined && screenType(language, clause.subject.text) !== undefined
}

function remember(language: ReadLanguage, clause: Clause, mentions: Mentions, parts: TitleParts): void {
  const subject = clause.subject
  if (subject !== undefined && !subject.pronoun && clause.verb?.passive !== true) {
    if (isPerson(language, subject) || language === 'de' && clause.object !== undefined && !isWord(language, 'system', subject.head) || language === 'en' && isAnimate(subject.head)) mentions.actor = subject.text
    if (isPerson(language, subject)) mentions.person = subject
  }
  if (clause.agent !== undefined && !clause.agent.pronoun) mentions.actor = clause.agent.text
  if (clause.object !== undefined && !clause.object.pronoun && isPerson(language, clause.object)) mentions.person = clause.object
  const object = parts.objectPhrase ?? (clause.object === undefined && clause.verb?.copula !== true ? subject : undefined)
  if (object !== undefined && !object.pronoun && !isPerson(language, object)) mentions.thing = object
}

function nodeType(language: ReadLanguage, clause: Clause, parts: TitleParts): ReadNodeType {
  const surface = screenType(language, parts.object)
  const verb = clause.verb
  if (verb === undefined) return surface ?? 'action'
  if (parts.named) return surface ?? 'screen'
  const shows = isWord(language, 'show', verb.base) || isWord(language, 'appear', verb.base)
  if (shows && clause.tokens.some((token) => token.quoted === true && /\b(?:wrong|invalid|error|incorrect|failed|not|no longer|already|expired|try again|falsch|ungültig|fehler|nicht|bereits)\b/i.test(token.text)) && surface === undefined) return 'popup'
  const displays = /^(?:show|display|present|render|zeigen|anzeigen|einblenden)$/.test(verb.base)
  if (surface !== undefined && shows) return surface
  const subjectIsSystem = clause.subject !== undefined && !verb.passive && isWord(language, 'system', clause.subject.head)
  const agentIsSystem = clause.agent !== undefined && isWord(language, 'system', clause.agent.head)
  if (displays && (subjectIsSystem || verb.form === 'imperative' || verb.passive)) return surface ?? 'screen'
  if (subjectIsSystem || agentIsSystem) return 'apiCall'
  if (isWord(language, 'automatic', verb.base) && (verb.passive && clause.agent === undefined || verb.form === 'imperative')) return 'apiCall'
  return 'action'
}

function elementsOf(language: ReadLanguage, clause: Clause, parts: TitleParts): ReadElement[] {
  const verb = clause.verb
  if (verb === undefined) return []
  const named = splitNames(parts.object)
  if (isWord(language, 'input', verb.base)) return named.map((label) => ({ type: 'input', label: capitalize(label) }))
  if (isWord(language, 'click', verb.base) && clause.object !== undefined && !clause.object.pronoun) return [{ type: 'button', label: capitalize(parts.object.replace(/ (?:button|schaltfläche|knopf)$/i, '')) }]
  return []
}

/** The names in a coordinated phrase: "email, password and name" -> three. */
export function splitNames(text: string): string[] {
  return text.split(/\s*,\s*(?:and\s+|or\s+|und\s+|oder\s+)?|\s+(?:and|or|und|oder|sowie|&)\s+/i).map((part) => part.replace(/^(?:an?|the|his|her|their|your|ein(?:e[nrsm]?)?|der|die|das|den|ihren?|seinen?)\s+/i, '').trim()).filter((part) => part !== '').slice(0, 12)
}

const DETERMINERS = /^(?:the|a|an|his|her|their|its|our|my|your|this|that|these|those|some|any|The|A|An)\s+/

function plain(text: string): string {
  return text.replace(DETERMINERS, '')
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}

function thirdPerson(base: string, subject: Phrase): string {
  if (/s$/.test(subject.head) && !/ss$/.test(subject.head) || subject.text.includes(' and ')) return base
  if (/\b(?:people|police|staff|both)$/.test(subject.head)) return base
  return /(?:s|sh|ch|x|o)$/.test(base) ? `${base}es` : /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ies` : `${base}s`
}

/** At most ten words; a dangling connector at the cut goes, too. */
function shorten(title: string): string {
  const words = title.replace(/\s+/g, ' ').trim().split(' ')
  if (words.length <= 10) return words.join(' ')
  const cut = words.slice(0, 10)
  while (cut.length > 1 && (PARTICLES.has(cut[cut.length - 1]!.toLowerCase()) || /^(?:of|the|a|an|for|and|or|with|to|der|die|das|und|oder|von|mit)$/i.test(cut[cut.length - 1]!))) cut.pop()
  return cut.join(' ')
}

/** The text with its first letter in upper case. */
export function capitalize(text: string): string {
  const first = [...text.slice(0, 2)][0] ?? ''
  return first.toUpperCase() + text.slice(first.length)
}

/** Whether a clause is marked as optional by its cues or its modal. */
export function isOptional(clause: Clause): boolean {
  return hasCue(clause, 'optional') || clause.verb?.modal === 'may' && !clause.verb.passive && clause.verb.carrier !== 'decide' && clause.link !== 'restrictive'
}
