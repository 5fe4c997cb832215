import type { ReadLanguage } from './reading.ts'

/** What a connecting word or phrase does in the discourse. */
export type CueRole =
  | 'if' | 'unless' | 'onlyIf' | 'else' | 'ifNot' | 'ifSo' | 'when' | 'after' | 'before' | 'until' | 'then' | 'parallel' | 'optional'
  | 'former' | 'latter' | 'firstTime' | 'reason' | 'while' | 'whereas' | 'either' | 'or' | 'and' | 'but' | 'sometimes' | 'again' | 'instead' | 'filler' | 'question' | 'otherCases'

/**
 * Every connector that the reader knows, English beside German.
 * `first`: also recognised without a clause of its own behind it. A new cue is a new word in this table.
 */
const CUES: { role: CueRole; en: string[]; de: string[] }[] = [
  { role: 'if', en: ['if', 'in case', 'in case of', 'in the case', 'in the case of', 'in the case that', 'in the event', 'in the event of', 'in the event that', 'for the case that', 'for the case', 'in cases where', 'provided', 'provided that', 'given that', 'as long as', 'assuming', 'assuming that', 'on condition that', 'should', 'on', 'whether', 'even if', 'in situations where', 'where'], de: ['falls', 'wenn', 'sofern', 'soweit', 'im fall', 'im falle', 'im fall von', 'im falle von', 'für den fall', 'für den fall dass', 'bei', 'vorausgesetzt', 'solange', 'ob', 'nur wenn', 'auch wenn'] },
  { role: 'onlyIf', en: ['only if', 'but only if', 'only when', 'only in case'], de: ['nur falls', 'nur wenn', 'nur dann wenn', 'aber nur wenn', 'erst wenn'] },
  { role: 'unless', en: ['unless', 'except if', 'except when'], de: ['es sei denn', 'außer wenn', 'außer'] },
  { role: 'else', en: ['everybody else', 'everyone else', 'all others', 'anyone else', 'otherwise', 'else', 'or else', 'if this is not the case', 'if that is not the case', 'in all other cases', 'in any other case', 'in every other case', 'in other cases', 'in the other case', 'for all others', 'for everyone else'], de: ['sonst', 'andernfalls', 'ansonsten', 'anderenfalls', 'in allen anderen fällen', 'im anderen fall', 'in jedem anderen fall', 'für alle anderen', 'wenn das nicht der fall ist'] },
  { role: 'ifNot', en: ['if not'], de: ['wenn nicht', 'falls nicht', 'wenn nein', 'falls nein', 'ist das nicht der fall'] },
  { role: 'ifSo', en: ['if so', 'if yes', 'in that case', 'in this case', 'if this is the case', 'if that is the case'], de: ['wenn ja', 'falls ja', 'in diesem fall', 'in dem fall', 'wenn das der fall ist'] },
  { role: 'when', en: ['when', 'whenever', 'as soon as', 'once', 'every time', 'each time', 'the moment'], de: ['sobald', 'immer wenn', 'jedes mal wenn', 'sowie'] },
  { role: 'after', en: ['after', 'after having', 'upon', 'having', 'as'], de: ['nachdem', 'nach'] },
  { role: 'before', en: ['before', 'prior to'], de: ['bevor', 'ehe'] },
  { role: 'until', en: ['until', 'till', 'as many times as needed until'], de: ['bis', 'solange bis', 'so lange bis'] },
  { role: 'parallel', en: ['meanwhile', 'meantime', 'in the meantime', 'in the meanwhile', 'at the same time', 'simultaneously', 'in parallel', 'concurrently', 'in parallel to this', 'parallel to this', 'at once'], de: ['gleichzeitig', 'zugleich', 'parallel', 'parallel dazu', 'währenddessen', 'in der zwischenzeit', 'zeitgleich', 'unterdessen', 'inzwischen', 'zur gleichen zeit'] },
  { role: 'former', en: ['in the former case', 'in the first case', 'in the former'], de: ['im ersten fall', 'im ersteren fall', 'im ersten falle'] },
  { role: 'latter', en: ['in the latter case', 'in the second case', 'in the latter'], de: ['im zweiten fall', 'im letzteren fall', 'im letzten fall'] },
  { role: 'firstTime', en: ['the first time', 'on the first visit', 'on first use', 'on first launch', 'on the first launch', 'at first launch', 'first time', 'for the first time', 'on first login', 'at the first login', 'for first-time users', 'first-time users'], de: ['beim ersten mal', 'beim ersten start', 'beim ersten besuch', 'beim ersten login', 'das erste mal', 'beim erststart'] },
  { role: 'reason', en: ['because', 'so that', 'in order to', 'in order that', 'since', 'so as to', 'as described', 'such that', 'to make sure', 'to ensure', 'although', 'even though', 'though', 'as if'], de: ['damit', 'weil', 'da', 'so dass', 'sodass', 'um', 'obwohl', 'denn'] },
  { role: 'whereas', en: ['whereas'], de: ['wohingegen', 'wogegen'] },
  { role: 'while', en: ['while', 'whilst'], de: ['während'] },
  { role: 'sometimes', en: ['sometimes', 'in some cases', 'occasionally', 'it can also happen that', 'it can happen that', 'it could happen that', 'it may happen that', 'it might happen that', 'it is possible that'], de: ['manchmal', 'in manchen fällen', 'in einigen fällen', 'gelegentlich', 'es kann passieren dass', 'es kann vorkommen dass', 'es kann sein dass'] },
  { role: 'optional', en: ['optionally', 'optional', 'if desired', 'if needed', 'if necessary', 'if required', 'if they want', 'if she wants', 'if he wants', 'if they like', 'if they wish', 'if wanted', 'if applicable', 'when needed', 'where necessary', 'as an option'], de: ['optional', 'auf wunsch', 'wenn gewünscht', 'falls gewünscht', 'bei bedarf', 'gegebenenfalls', 'falls nötig', 'wenn nötig', 'eventuell', 'wahlweise'] },
  { role: 'either', en: ['either'], de: ['entweder'] },
  { role: 'again', en: ['once again', 'once more'], de: ['noch einmal', 'nochmals', 'nochmal'] },
  { role: 'instead', en: ['instead'], de: ['stattdessen', 'statt dessen'] },
  { role: 'then', en: ['then', 'next', 'afterwards', 'afterward', 'after that', 'after this', 'subsequently', 'finally', 'lastly', 'thereafter', 'thereupon', 'following this', 'following that', 'in the following', 'in the next step', 'as a next step', 'in the end', 'at the end', 'at the beginning', 'in the beginning', 'first', 'firstly', 'second', 'secondly', 'third', 'thirdly', 'initially', 'to start', 'to begin with', 'from there', 'here', 'there', 'at this point', 'later', 'and then', 'in doing so', 'as a result', 'therefore', 'thus', 'hence', 'consequently', 'accordingly', 'based on this', 'likewise', 'immediately', 'directly', 'in any case', 'in any of the cases', 'in both cases', 'in either case', 'in each case', 'in all cases', 'either way'], de: ['dann', 'danach', 'anschließend', 'daraufhin', 'schließlich', 'zuletzt', 'zunächst', 'zuerst', 'zu beginn', 'am anfang', 'am ende', 'im anschluss', 'im nächsten schritt', 'hierauf', 'nun', 'jetzt', 'dort', 'hier', 'später', 'daher', 'deshalb', 'folglich', 'im ersten schritt', 'als erstes', 'als nächstes', 'zum schluss', 'abschließend', 'direkt', 'sofort', 'in jedem fall', 'in beiden fällen'] },
  { role: 'filler', en: ['also', 'of course', 'additionally', 'in addition', 'furthermore', 'moreover', 'however', 'but', 'and', 'so', 'yet', 'please', 'just', 'usually', 'normally', 'generally', 'typically', 'automatically', 'always', 'again', 'still', 'only', 'i.e.', 'i.e', 'e.g.', 'personally', 'each morning', 'each day', 'every day', 'every morning', 'or'], de: ['auch', 'außerdem', 'zusätzlich', 'jedoch', 'aber', 'und', 'oder', 'immer', 'normalerweise', 'automatisch', 'bitte', 'natürlich', 'also', 'ferner', 'zudem', 'sondern', 'dabei'] },
]

/** A cue found in a list of lower-case words. */
export interface FoundCue {
  role: CueRole
  /** Count of words. */
  length: number
  phrase: string
}

/** The longest cue that begins at a word, or undefined. */
export function findCue(language: ReadLanguage, words: readonly string[], at: number): FoundCue | undefined {
  const entries = INDEX[language].get(words[at] ?? '')
  if (entries === undefined) return undefined
  for (const entry of entries) {
    if (entry.words.every((word, offset) => words[at + offset] === word)) {
      return { role: entry.role, length: entry.words.length, phrase: entry.words.join(' ') }
    }
  }
  return undefined
}

interface CueEntry {
  role: CueRole
  words: string[]
}

const INDEX: Record<ReadLanguage, Map<string, CueEntry[]>> = { en: indexCues('en'), de: indexCues('de') }

function indexCues(language: ReadLanguage): Map<string, CueEntry[]> {
  const index = new Map<string, CueEntry[]>()
  for (const cue of CUES) {
    for (const phrase of cue[language]) {
      const words = phrase.split(' ')
      const list = index.get(words[0]!) ?? []
      list.push({ role: cue.role, words })
      index.set(words[0]!, list)
    }
  }
  for (const list of index.values()) list.sort((a, b) => b.words.length - a.words.length)
  return index
}
