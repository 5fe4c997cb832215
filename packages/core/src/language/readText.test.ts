import { describe, expect, it } from 'vitest'
import { detectLanguage, READ_LIMIT, readText } from './readText.ts'
import type { TextReading } from './reading.ts'

const STORY = 'Login with email and password; if the password is wrong show an error and let them retry; the first time, show a tutorial, otherwise the dashboard'

/** A small generator with a seed, so that a failure can be repeated. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** What every reading keeps, whatever the text was. */
function expectSound(reading: TextReading, hint: string): void {
  const keys = new Set(reading.nodes.map((node) => node.key))
  if (reading.nodes.length === 0) {
    expect(reading.edges, hint).toEqual([])
    expect(reading.assumptions.map((assumption) => assumption.code), hint).toContain('NO_STEP_FOUND')
    return
  }
  expect(keys.size, hint).toBe(reading.nodes.length)
  expect(reading.nodes.filter((node) => node.type === 'start').length, hint).toBe(1)
  expect(reading.nodes.some((node) => node.type === 'end'), hint).toBe(true)
  const reached = new Set<string>([reading.nodes[0]!.key])
  for (const key of reached) for (const edge of reading.edges) if (edge.from === key) reached.add(edge.to)
  expect(reached.size, `${hint}: every node is reached`).toBe(keys.size)
  for (const edge of reading.edges) {
    expect(keys.has(edge.from) && keys.has(edge.to), hint).toBe(true)
    if (edge.from === edge.to) expect(edge.kind, `${hint}: a step leads to itself only by repeating`).toBe('loop')
  }
  for (const node of reading.nodes) {
    const out = reading.edges.filter((edge) => edge.from === node.key)
    expect(node.title.trim(), hint).not.toBe('')
    if (node.type === 'end') expect(out, hint).toEqual([])
    else expect(out.length, `${hint}: ${node.title} goes on`).toBeGreaterThan(0)
    if (node.type === 'decision') {
      expect(out.length, `${hint}: ${node.title} has arms`).toBeGreaterThanOrEqual(2)
      for (const edge of out) expect(edge.label ?? '', `${hint}: an arm of ${node.title} has a label`).not.toBe('')
    }
    expect(node.span[0] <= node.span[1], hint).toBe(true)
  }
}

describe('the story of the product', () => {
  it('reads as a designer would draw it', () => {
    const { nodes, edges, language, assumptions } = readText(STORY)
    const titles = new Map(nodes.map((node) => [node.key, node.title]))
    expect(language).toBe('en')
    expect(assumptions).toEqual([])
    expect(nodes.map((node) => [node.type, node.title])).toEqual([
      ['start', 'Start'], ['screen', 'Login'], ['decision', 'Password correct?'], ['popup', 'Show error'], ['decision', 'First time?'], ['screen', 'Tutorial'], ['screen', 'Dashboard'], ['end', 'End'],
    ])
    expect(nodes[1]!.elements).toEqual([{ type: 'input', label: 'Email' }, { type: 'input', label: 'Password' }])
    expect(edges.map((edge) => [titles.get(edge.from), edge.label, titles.get(edge.to)])).toEqual(expect.arrayContaining([
      ['Start', undefined, 'Login'], ['Login', undefined, 'Password correct?'], ['Password correct?', 'No', 'Show error'], ['Show error', undefined, 'Login'],
      ['Password correct?', 'Yes', 'First time?'], ['First time?', 'Yes', 'Tutorial'], ['First time?', 'No', 'Dashboard'], ['Tutorial', undefined, 'Dashboard'], ['Dashboard', undefined, 'End'],
    ]))
    expect(edges).toHaveLength(9)
    expect(edges.find((edge) => titles.get(edge.to) === 'Login' && edge.kind === 'loop')).toBeDefined()
  })

  it.each(['Anmeldung', 'Anmelden', 'Einloggen'])('reads the same in German: %s', (login) => {
    const { nodes, language } = readText(login + ' mit E-Mail und Passwort; wenn das Passwort falsch ist, eine Fehlermeldung zeigen und erneut versuchen lassen; beim ersten Mal ein Tutorial zeigen, sonst das Dashboard')
    expect(language).toBe('de')
    expect(nodes.map((node) => [node.type, node.title])).toEqual([
      ['start', 'Start'], ['screen', login], ['decision', 'Passwort richtig?'], ['popup', 'Fehlermeldung zeigen'], ['decision', 'Erstes Mal?'], ['screen', 'Tutorial'], ['screen', 'Dashboard'], ['end', 'Ende'],
    ])
  })
})

describe('readText', () => {
  it('gives no nodes and says so when the text tells no step', () => {
    for (const text of ['', '   \n\t', '!!! ??? ...', '12345', '\u0000\u0001']) {
      expect(readText(text)).toMatchObject({ nodes: [], edges: [], assumptions: [{ code: 'NO_STEP_FOUND', params: {} }] })
    }
  })

  it('puts the fields of a form onto its screen', () => {
    const { nodes } = readText('1. Registration form:\n   - Name\n   - Email\n   - Submit button\n2. Show the welcome page')
    expect(nodes[1]).toMatchObject({ type: 'screen', title: 'Registration form', elements: [{ type: 'input', label: 'Name' }, { type: 'input', label: 'Email' }, { type: 'button', label: 'Submit button' }] })
  })

  it('names actors, the title of the text and the source of each step', () => {
    const text = '# Returning goods\n\nThe customer requests a label. The clerk checks the parcel.'
    const reading = readText(text)
    expect(reading.title).toBe('Returning goods')
    expect(reading.actors).toEqual(['customer', 'clerk'])
    const step = reading.nodes.find((node) => node.title === 'Check parcel')!
    expect(text.slice(...step.span)).toContain('The clerk checks the parcel')
  })

  it('finds the language by its small words and obeys a given one', () => {
    expect(detectLanguage('The user opens the app')).toBe('en')
    expect(detectLanguage('Der Nutzer öffnet die App')).toBe('de')
    expect(readText('Login', { language: 'de' }).language).toBe('de')
  })

  it('reads a long text to its limit and says so', () => {
    const long = 'The clerk checks the parcel. '.repeat(40_000)
    const reading = readText(long)
    expect(long.length).toBeGreaterThan(1_000_000)
    expect(reading.assumptions[0]).toMatchObject({ code: 'TEXT_CUT', params: { of: long.length } })
    expect(reading.nodes.length).toBeLessThanOrEqual(READ_LIMIT.sentences + 2)
    expectSound(reading, 'long text')
  })

  it('gives the same reading for the same text', () => {
    expect(readText(STORY)).toEqual(readText(STORY))
  })
})

describe('any text', () => {
  it('is read without an error into a sound graph or none: random characters', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = createRandom(seed)
      let text = ''
      const length = random(400)
      for (let i = 0; i < length; i++) {
        const kind = random(6)
        text += kind === 0 ? String.fromCharCode(random(0x10000)) : kind === 1 ? String.fromCharCode(0xd800 + random(0x800)) : kind === 2 ? '"\'()[]->:;,.!?\n\t-•*'[random(20)]! : String.fromCharCode(97 + random(26))
      }
      expectSound(readText(text), `seed ${seed}`)
    }
  })

  it('is read into a sound graph: random recombinations of cue words', () => {
    const english = 'if|unless|otherwise|or|and|either|then|after three wrong attempts|until|while|meanwhile|at the same time|go back to step 2|the process ends|repeat step 1|again|the user taps Pay|the system sends an email|it is rejected|the request is approved|show the login page|who must sign it|optionally|may leave a note|is optional|in the former case|in the latter case|the first time|only if|not|when|once|,|.|;|:|?|->|\n- |\n  - |\n1. |\n2. |[if x]|(a, b)|either reject or accept it|sometimes|let them retry|returns to the login page|whereas|in case of errors|Given|Then'.split('|')
    const german = 'wenn|falls|sonst|oder|und|entweder|dann|nach drei Fehlversuchen|bis|während|gleichzeitig|zurück zu Schritt 2|der Prozess endet|erneut|der Nutzer tippt auf Kaufen|das System verschickt eine E-Mail|wird abgelehnt|ist der Antrag genehmigt|die Startseite erscheint|lädt er ein Foto hoch|optional|beim ersten Mal|nicht|sobald|,|.|;|:|?|->|\n- |\n  - |\n1. |bei Fehlern|sofern vorhanden|der ihn prüft|zu öffnen|hat|muss'.split('|')
    for (let seed = 1; seed <= 500; seed++) {
      const random = createRandom(seed * 7919)
      const words = seed % 2 === 0 ? english : german
      let text = ''
      const length = 3 + random(40)
      for (let i = 0; i < length; i++) text += words[random(words.length)]! + (random(8) === 0 ? '' : ' ')
      expectSound(readText(text, { language: seed % 2 === 0 ? 'en' : 'de' }), `seed ${seed}: ${text}`)
    }
  })
})
