import { createReader, READ_LIMIT } from './outline.ts'
import type { ReadAssumption, ReadLanguage, TextReading } from './reading.ts'
import { readLines } from './segment.ts'

/** How to read a text. */
export interface ReadTextOptions {
  /** The language of the text; found from its words when absent. */
  language?: ReadLanguage
}

export { READ_LIMIT }

/**
 * The process that a plain text describes, by rules alone: steps, decisions with their arms, loops, parallel ways and ends.
 * Never throws. A text without any step gives no nodes and the assumption NO_STEP_FOUND; a text longer than
 * READ_LIMIT is read to the limit and gives TEXT_CUT. The reading is frozen and may be the object of an earlier call.
 */
export function readText(text: string, options: ReadTextOptions = {}): TextReading {
  const known = recent.findIndex((entry) => entry.text === text && (options.language === undefined ? entry.isDetected : entry.reading.language === options.language))
  const entry = known < 0 ? { text, isDetected: options.language === undefined, reading: freeze(readAnew(text, options)) } : recent.splice(known, 1)[0]!
  recent.unshift(entry)
  recent.length = Math.min(recent.length, REMEMBERED)
  return entry.reading
}

/** Several agents read the same text in one turn; a reading depends on nothing but its text and language. */
const REMEMBERED = 4
const recent: { text: string; isDetected: boolean; reading: TextReading }[] = []

/** The same object, closed to changes with all that it holds: it is shared. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}

function readAnew(text: string, options: ReadTextOptions): TextReading {
  const assumptions: ReadAssumption[] = []
  const part = drawArrows(cutText(text, assumptions))
  const language = options.language ?? detectLanguage(part)
  const lines = readLines(part)
  const reader = createReader(language, part, assumptions)
  reader.readLines(lines)
  const graph = reader.finish()
  if (graph.nodes.length === 0) assumptions.push({ code: 'NO_STEP_FOUND', params: {} })
  const actors = [...new Set(graph.nodes.map((node) => node.actor).filter((actor) => actor !== undefined))]
  const heading = lines.find((line) => line.marker === 'heading')
  const title = heading === undefined ? undefined : part.slice(heading.start, heading.end).replace(/:$/, '').slice(0, 120)
  return { language, ...(title === undefined ? {} : { title }), nodes: graph.nodes, edges: graph.edges, actors, assumptions: [...assumptions, ...graph.assumptions] }
}

const GERMAN = new Set('der die das und ist nicht ein eine wird werden den dem des mit auf für von zu im sich oder wenn falls dann nach bei kann sie er es auch zum zur einen einem aus wird an sonst danach als über'.split(' '))
const ENGLISH = new Set('the and is not a an be are to of in on with for if then or after when can they it she he also from by this that as at his her their otherwise we user'.split(' '))

const GERMAN_ENDING = /^.{3,}(?:en|ung|ungen|keit|heit|lich|isch|iert|ieren|seite|wort|ter|ige)$/
const ENGLISH_ENDING = /^.{3,}(?:ing|tion|tions|ly|ment|ess|ch|ck|ord|ay|ow)$/

/** The language whose small words are more frequent; English when in doubt. */
export function detectLanguage(text: string): ReadLanguage {
  let german = 0
  let english = 0
  for (const found of text.slice(0, 4000).toLowerCase().matchAll(/\p{L}+/gu)) {
    if (GERMAN.has(found[0])) german++
    if (ENGLISH.has(found[0])) english++
    // In notes small words are rare: the endings of the others speak, too.
    if (GERMAN_ENDING.test(found[0]) && !/(?:open|screen|listen|token|given|taken|hidden|broken|written|chosen|between|seven|green|happen|often|teen)$/.test(found[0])) german += 0.4
    if (ENGLISH_ENDING.test(found[0])) english += 0.4
  }
  if (/[äöüß]/i.test(text.slice(0, 4000))) german += 1
  return german > english ? 'de' : 'en'
}

/** "A > B > C" is drawn with arrows, too; offsets stay. */
function drawArrows(text: string): string {
  return text.replace(/^[^<>\n]+(?: > [^<>\n]+){2,}$/gm, (line) => line.replaceAll(' > ', ' → '))
}

function cutText(text: string, assumptions: ReadAssumption[]): string {
  if (text.length <= READ_LIMIT.characters) return text
  const cut = text.slice(0, READ_LIMIT.characters)
  const stop = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('\n'))
  const kept = stop > READ_LIMIT.characters / 2 ? cut.slice(0, stop + 1) : cut
  assumptions.push({ code: 'TEXT_CUT', params: { characters: kept.length, of: text.length } })
  return kept
}
