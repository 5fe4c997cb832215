import type { FlowView } from '../flow/schema.ts';
import type { ReadLanguage, TextReading } from '../language/reading.ts';
import type { Plan, PlanStep } from './turnSchema.ts';

/** A piece of the person's text that stands for one step of a plan: offsets [from, to) and its words. */
export interface Stage {
  id: string;
  from: number;
  to: number;
  text: string;
}

/** More pieces than this are put together, so that a plan stays readable. */
const MOST_STAGES = 12;

/** The pieces of a text, sentence by sentence; ids are `step-1`, `step-2`, …; only pieces that tell of a node count. */
export function stagesOf(text: string, reading: TextReading): Stage[] {
  const cuts: [number, number][] = [];
  const pattern = /[^.!?;\n]+(?:[.!?;](?!\s|$)[^.!?;\n]*)*[.!?;]*/gu;
  for (const match of text.matchAll(pattern)) if (match[0].trim()) cuts.push([match.index, match.index + match[0].length]);
  const starts = reading.nodes.filter((node) => node.type !== 'start' && node.type !== 'end').map((node) => node.span[0]);
  const told: [number, number][] = [];
  for (const cut of cuts) {
    const last = told.at(-1);
    if (!last || starts.some((at) => at >= cut[0] && at < cut[1])) told.push([...cut]);
    else last[1] = cut[1];
  }
  const size = Math.ceil(told.length / MOST_STAGES) || 1;
  const stages: Stage[] = [];
  for (let i = 0; i < told.length; i += size) {
    const [from, to] = [told[i]![0], told[Math.min(i + size, told.length) - 1]![1]];
    stages.push({ id: `step-${stages.length + 1}`, from, to, text: text.slice(from, to).trim().replace(/[;,]+$/, '') });
  }
  return stages;
}

/** The stage that a place in the text belongs to; the first one for places before it. */
export function stageAt(stages: readonly Stage[], offset: number): number {
  let found = 0;
  stages.forEach((stage, index) => {
    if (offset >= stage.from) found = index;
  });
  return found;
}

/** The text that an edited plan stands for: changed steps take the place of their piece, removed ones are left out, new ones follow. */
export function textOfPlan(text: string, reading: TextReading, plan: Plan): string {
  const stages = stagesOf(text, reading);
  const same = plan.steps.length === stages.length && plan.steps.every((step, index) => step.id === stages[index]!.id && step.task.trim() === stages[index]!.text);
  if (same) return text;
  const sentences = plan.steps.filter((step) => !isAddendum(step)).map((step) => {
    const stage = stages.find((item) => item.id === step.id);
    const words = (stage && stage.text === step.task.trim() ? text.slice(stage.from, stage.to) : step.task).trim();
    return /[.!?;:]$/.test(words) ? words : `${words}.`;
  });
  return sentences.join('\n');
}

/** Plan steps that came from feedback are applied to the flow that the others make, not read as part of the text. */
export const isAddendum = (step: Pick<PlanStep, 'id'>): boolean => step.id.startsWith('feedback-');

/** What a stage brings, in the person's language: `Screen "Login", decision "Password correct?"`. */
export function describeNodes(nodes: readonly { type: string; title: string }[], language: ReadLanguage): string {
  return nodes.map((node) => `${TYPE_NAMES[language][node.type] ?? node.type} ${language === 'de' ? `„${node.title}“` : `"${node.title}"`}`).join(', ');
}

/** True when a flow holds nothing yet, or a start alone. */
export const isBlank = (view: FlowView): boolean => [...view.node.values()].every((node) => node.type === 'start' || node.type === 'note');

const TYPE_NAMES: Record<ReadLanguage, Record<string, string>> = {
  en: { start: 'start', end: 'end', screen: 'screen', popup: 'popup', action: 'action', apiCall: 'API call', decision: 'decision', condition: 'condition', subflow: 'sub-flow', note: 'note' },
  de: { start: 'Start', end: 'Ende', screen: 'Screen', popup: 'Popup', action: 'Aktion', apiCall: 'API-Aufruf', decision: 'Entscheidung', condition: 'Bedingung', subflow: 'Teilablauf', note: 'Notiz' },
};
