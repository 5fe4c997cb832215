// Prints one JSON line: the time to read a page of plain text (500 words), median of warm runs.
import { readFileSync } from 'node:fs'
import { readText } from '../packages/core/src/language/index.ts'

const FIXTURES = ['hospital-admission', 'conference-paper', 'restocking', 'payroll', 'bank-onboarding', 'restaurant-kitchen']
const RUNS = 40

const texts = FIXTURES.map((name) => JSON.parse(readFileSync(new URL(`../packages/core/src/language/fixtures/${name}.json`, import.meta.url), 'utf8')) as { text: string })
const page = texts.map((fixture) => fixture.text).join('\n\n').split(' ').slice(0, 500).join(' ')
for (let run = 0; run < 10; run++) readText(`${page} warm ${run}`)
const times: number[] = []
for (let run = 0; run < RUNS; run++) {
  const started = performance.now()
  // A text that differs each time: the last readings are remembered.
  readText(`${page} ${run}`)
  times.push(performance.now() - started)
}
times.sort((a, b) => a - b)
console.log(JSON.stringify({ bench: 'language', peer: '-', n: RUNS, metric: 'page of text', value: Number(times[RUNS / 2]!.toFixed(2)), unit: 'ms' }))
