import { capitalize, elementType, screenType } from './describeStep.ts'
import type { ReadElement, ReadLanguage } from './reading.ts'

const CONTROL: Record<ReadLanguage, RegExp> = {
  en: /\b(?:fields?|inputs?|buttons?|links?|checkbox(?:es)?|toggles?|switch(?:es)?|dropdowns?|pickers?|sliders?|radio buttons?|icons?|logos?|images?|photos?|illustrations?|labels?|headline|search bar|cta|tabs?|textarea|avatar|filters?)$/i,
  de: /(?:felde?r?n?|eingabe|buttons?|knopf|knöpfe|links?|checkbox(?:en)?|schalter|dropdowns?|auswahl|icons?|logos?|bilde?r?|fotos?|illustration(?:en)?|überschrift|suchleiste|schaltflächen?|tabs?)$/i,
}

/** A surface with the controls that a note names on it ("Basket screen (items, total), "Order" button"), or undefined. */
export function controlsIn(language: ReadLanguage, said: string): { surface: string; elements: ReadElement[] } | undefined {
  const found = /^([^:(,;]{2,60}?)\s*(?:\(([^)]{2,160})\))?\s*(?:[:,]\s+(.{2,200}?))?[.]?$/.exec(said.trim())
  if (found === null || found[2] === undefined && found[3] === undefined) return undefined
  const surface = found[1]!.replace(/^(?:the|an?|die|der|das|eine?)\s+/i, '').trim()
  if (/->|→|=>/.test(said) || /^(?:if|when|no|not|falls|wenn|kein\S*|bei)\b/i.test(surface)) return undefined
  const type = screenType(language, surface)
  if (type === undefined || said.includes('?') && type !== 'popup') return undefined
  const listed = found[2] === undefined ? [] : controlNames(found[2])
  const told = found[3] === undefined ? [] : controlNames(found[3])
  if (told.some((name) => !isControl(language, name)) && !(found[2] === undefined && /^[^:]+:/.test(said) && told.every((name) => isNoun(name)) && told.some((name) => isControl(language, name)))) return undefined
  if (!listed.every((name) => isNoun(name))) return undefined
  if (opensWithVerb(surface)) return undefined
  const isForm = /\b(?:form|log ?in|sign ?(?:in|up)|signup|regist\w+|checkout|password|email|enter|details|address|payment)\b|formular|anmeld|registr|maske|passwort|adresse|daten|eingabe/i.test(surface)
  const elements = [...listed, ...told].map((name) => toElement(name, isForm))
  return elements.length === 0 ? undefined : { surface: surface.replace(/["“”„«»]/g, ''), elements }
}

/** The controls that a note names and nothing else ("email and password fields", "Save button"), or undefined. */
export function onlyControls(language: ReadLanguage, said: string): ReadElement[] | undefined {
  const parts = controlNames(said.replace(/\s*\([^)]*\)/g, '').replace(/[.;]+$/, ''))
  if (parts.length === 0 || /->|→|=>|[?:]/.test(said.replace(/["“„][^"”“]*["”“]/g, ''))) return undefined
  if (!isControl(language, parts[parts.length - 1]!) || !parts.every((name) => isNoun(name))) return undefined
  const plural = /\b(fields|buttons|links|inputs)$|(felder|knöpfe)$/i.exec(parts[parts.length - 1]!)
  const word = plural === null ? '' : (plural[1] ?? plural[2]!).toLowerCase()
  return parts.map((name) => (word === '' ? toElement(name, false) : { type: /button|knöpf/.test(word) ? 'button' : /link/.test(word) ? 'link' : 'input', label: capitalize(bare(name).replace(new RegExp(`\\s*${word}$`, 'i'), '')) }))
}

/** The controls of "form (street, zip, city)": a form within a screen is part of it. */
export function formControls(language: ReadLanguage, said: string): ReadElement[] | undefined {
  const found = controlsIn(language, said)
  return found !== undefined && /^(?:form|formular|fields|felder|maske)$/i.test(found.surface) ? found.elements.map((element) => (element.type === 'text' ? { ...element, type: 'input' as const } : element)) : undefined
}

/** The element that a name tells: its kind word and its quotes left out of the label. */
function toElement(name: string, isForm: boolean): ReadElement {
  const type = elementType(name, isForm)
  const label = bare(name).replace(/^(?:an?|the|den|die|das|der|ein(?:en?|e)?)\s+/i, '')
  const short = label.replace(type === 'button' ? /\s*(?:button|cta|schaltfläche|knopf)$/i : type === 'link' ? /\s*link$/i : type === 'input' ? /[\s-]*(?:field|input|feld|eingabefeld)$/i : /$^/, '').trim()
  return { type, label: capitalize(short === '' ? label : short) }
}

function bare(name: string): string {
  return name.replace(/["“”„«»]/g, '').trim()
}

function isControl(language: ReadLanguage, name: string): boolean {
  return CONTROL[language].test(name.trim()) || /^(?:(?:an?|the|den|die|das)\s+)?["“„][^"”“]{1,40}["”“]$/.test(name.trim())
}

function isNoun(name: string): boolean {
  const words = name.replace(/["“„][^"”“]*["”“]/g, 'x').trim().split(/\s+/)
  return words.length <= 5 && !/\b(?:is|are|was|then|if|when|must|can|will|to|ist|sind|wird|dann|wenn|falls|muss|kann|zurück|back|stay|show|opens?|disabled|optional)\b/i.test(name.replace(/["“„][^"”“]*["”“]/g, ''))
}

function opensWithVerb(surface: string): boolean {
  return /^(?:show|display|open|see|go to|fill in|fill|complete|submit|close|leave|the user|user)\b/i.test(surface)
}

function controlNames(listed: string): string[] {
  return listed.split(/\s*,\s*(?:and\s+|und\s+)?|\s+(?:and|und|&|\+)\s+|\s*\/\s*/i).map((part) => part.trim()).filter((part) => part !== '').slice(0, 12)
}
