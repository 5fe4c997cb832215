import { type Condition, type Item, likeness, stemsOf, type StepDraft } from './discourse.ts'
import { type Exit, type Graph, unite } from './graph.ts'
import type { Move } from './assemble.ts'
import type { ReadLanguage } from './reading.ts'
import type { Ways } from './ways.ts'
import { LABELS } from './words.ts'

/** What later sentences do with alternatives that were told. */
export interface AlternativesReader {
  pickOf(condition: Condition): number | undefined
  optionOf(event: StepDraft): number | undefined
  ownerOf(draft: StepDraft): number | undefined
  pick(index: number): void
  settleAlternatives(lead: Item): void
  collapseAlternatives(items: Item[], ahead: Move[]): Item[]
}

/** A reader of alternatives over the ways of one text; `popOpen` closes the innermost open decision. */
export function createAlternatives(language: ReadLanguage, graph: Graph, ways: Ways, popOpen: () => void): AlternativesReader {
  const labels = LABELS[language]

  /** The alternative that a condition takes up: "A or B. If A, ...". */
  function pickOf(condition: Condition): number | undefined {
    if (ways.alternatives === undefined || condition.verb === '') return undefined
    const found = ways.alternatives.options.findIndex((option) => option.steps.some((step) => step.verb === condition.verb))
    return found < 0 || ways.alternatives.options.every((option) => option.steps.some((step) => step.verb === condition.verb)) ? undefined : found
  }

  function optionOf(event: StepDraft): number | undefined {
    if (ways.alternatives === undefined) return undefined
    const found = ways.alternatives.options.map((option) => option.steps.some((step) => step.verb !== '' && step.verb === event.verb))
    return found.filter(Boolean).length === 1 ? found.indexOf(true) : undefined
  }

  /** Behind alternatives the text goes on with those that did not refuse. */
  function settleAlternatives(lead: Item): void {
    if (ways.alternatives === undefined || ways.casesLater) return
    if (lead.kind === 'case' || lead.kind === 'if' && pickOf(lead.condition) !== undefined || lead.kind === 'event' && optionOf(lead.step) !== undefined) return
    if (lead.kind === 'step' && ownerOf(lead.step) !== undefined) return
    const refusing = ways.alternatives.options.filter((option) => option.negative)
    if (refusing.length > 0 && refusing.length < ways.alternatives.options.length) {
      const exits = refusing.flatMap((option) => option.exits)
      const rest = ways.frontier.filter((exit) => !exits.some((other) => other.from === exit.from))
      if (rest.length > 0) {
        ways.dead = unite(ways.dead, ways.frontier.filter((exit) => exits.some((other) => other.from === exit.from)))
        ways.frontier = rest
      }
    }
    ways.alternatives = undefined
  }

  function ownerOf(draft: StepDraft): number | undefined {
    if (ways.alternatives === undefined || draft.actor === undefined) return undefined
    const actor = draft.actor
    if ([...graph.drafts.values()].some((other) => other.actor === actor)) return undefined
    const stems = stemsOf(language, actor)
    if (stems.size === 0 || [...stems].length > 2) return undefined
    const owners = ways.alternatives.options.map((option) => option.steps.some((step) => [...stems].every((stem) => step.stems.has(stem))))
    return owners.filter(Boolean).length === 1 ? owners.indexOf(true) : undefined
  }

  function pick(index: number): void {
    const current = ways.alternatives!
    const chosen = current.options[index]!
    const mine = (exit: Exit): boolean => chosen.exits.some((other) => other.from === exit.from)
    const others = current.options.flatMap((option) => (option === chosen ? [] : option.exits))
    const already = ways.open.findIndex((entry) => entry.kind === 'pick' && entry.node === current.node)
    if (already >= 0) {
      while (ways.open.length > already + 1) popOpen()
      const entry = ways.open[already]!
      entry.done = unite(entry.done.filter((exit) => !mine(exit)), ways.frontier.filter((exit) => !mine(exit)))
    } else {
      const refused = current.options.filter((option) => option !== chosen && option.negative).flatMap((option) => option.exits)
      ways.dead = unite(ways.dead, refused)
      const condition: Condition = { question: '', negative: false, label: '', stems: new Set(), subjectHead: '', subjectIsPerson: false, stative: false, verb: '', cue: '', negated: false, span: [0, 0] }
      const kept = ways.frontier.filter((exit) => !mine(exit) && !refused.some((other) => other.from === exit.from))
      ways.open.push({ node: current.node, done: unite(kept, others.filter((exit) => !refused.includes(exit))), elseOpen: false, elseExit: { from: current.node }, condition, arms: 1, kind: 'pick', passes: [] })
    }
    ways.dead = ways.dead.filter((exit) => !mine(exit))
    ways.frontier = chosen.exits
  }

  /** "must approve or reject it. If it is approved ...": deciding is one step, its outcome the decision. */
  function collapseAlternatives(items: Item[], ahead: Move[]): Item[] {
    const next = ahead.find((move) => move.items.length > 0)?.items[0]
    if (next?.kind !== 'if' || next.condition.verb === '') return items
    return items.map((item) => {
      if (item.kind !== 'alternatives') return item
      const steps = item.options.map((option) => (option.length === 1 && option[0]!.kind === 'step' ? option[0] : undefined))
      const first = steps[0]
      if (first === undefined || steps.some((step) => step === undefined || step.step.actor !== first.step.actor && step.step.actor !== undefined)) return item
      const drafts = steps.map((step) => step!.step)
      if (!drafts.some((draft) => draft.verb === next.condition.verb) || !item.sharesSubject || !item.duty) return item
      const german = `${drafts[0]!.title} ${labels.or} ${drafts.slice(1).map((draft) => draft.verb).join(` ${labels.or} `)}`
      const title = language === 'de' ? german : `${drafts.map((draft, index) => (index === 0 ? bare(draft, drafts) : index === drafts.length - 1 ? lower(draft.title) : lower(bare(draft, drafts)))).join(` ${labels.or} `)}`
      return { ...first, step: { ...first.step, title, stems: stemsOf(language, title), verb: '' } }
    })
  }

  return { pickOf, optionOf, ownerOf, pick, settleAlternatives, collapseAlternatives }
}

function bare(draft: StepDraft, all: StepDraft[]): string {
  const shared = all.every((other) => likeness(other.objectStems, draft.objectStems) > 0.9)
  return shared && draft.verb !== '' ? draft.title.split(' ').slice(0, draft.verb.split(' ').length).join(' ') : draft.title
}

/** A title inside another one: its first letter in lower case, unless it is a name. */
export function lower(title: string): string {
  return /^\p{Lu}\p{Ll}/u.test(title) ? title.slice(0, 1).toLowerCase() + title.slice(1) : title
}
