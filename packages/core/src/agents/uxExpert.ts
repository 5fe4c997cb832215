import { z } from 'zod';
import { findingText, review, type FlowView, type Finding, type Node, type NodeType } from '../flow/index.ts';
import { findNode } from '../language/instructionTarget.ts';
import { prepareText } from '../language/instructionText.ts';
import { flowPart, type Agent, type AgentContext } from './agent.ts';
import { principleFor } from './uxPrinciples.ts';

export const uxExpertInput = z.object({ question: z.string() });
/** `principle`: the rule of good design that the answer rests on; empty where it is a plain fact of the flow. */
export const uxAnswerSchema = z.object({ answer: z.string().min(1), principle: z.string(), nodeIds: z.array(z.string()) });

/** Answers questions from the flow itself, its review and a table of principles. */
export const uxExpert: Agent<z.infer<typeof uxExpertInput>, z.infer<typeof uxAnswerSchema>> = {
  name: 'uxExpert',
  input: uxExpertInput,
  output: uxAnswerSchema,
  answer: uxAnswerSchema,
  instructions: {
    version: '2',
    text: 'You are a UX expert. Answer in {{language}}, in at most five sentences, from the flow that is shown; name the principle that you rest on, and the ids of the nodes that you speak of.',
  },
  variables: (_, { language }) => ({ language: language === 'de' ? 'German' : 'English' }),
  parts: ({ question }, { state, language }) => [
    flowPart(state),
    { name: 'findings of the review', text: review(state).map((finding) => findingText(finding, language)).join('\n'), trust: 'data' },
    { name: 'question', text: question, trust: 'person' },
  ],
  adapt: (answer, _, { state }) => ({ ...answer, nodeIds: answer.nodeIds.filter((id) => state.node.has(id)) }),
  rules: answerByRules,
  credit(answer, used, { language }) {
    const named = used.map(({ tool, server }) => (language === 'de' ? `„${tool}“ (${server})` : `"${tool}" (${server})`)).join(', ');
    return { ...answer, answer: `${answer.answer}\n\n${language === 'de' ? 'Mit deinen Werkzeugen nachgesehen' : 'Looked up with your tools'}: ${named}` };
  },
};

function answerByRules({ question }: { question: string }, { state, language }: AgentContext): z.infer<typeof uxAnswerSchema> {
  const german = language === 'de';
  const fact = (english: string, deutsch: string, nodeIds: string[] = [], principle = '') => ({ answer: german ? deutsch : english, principle, nodeIds });
  const titles = (nodes: readonly Node[]) => nodes.slice(0, 12).map((node) => (german ? `„${node.data.title}“` : `"${node.data.title}"`)).join(', ');
  if (!state.node.size) return fact('The flow is still empty. Tell me how people move through your product, and I will draw it.', 'Der Ablauf ist noch leer. Erzähl mir, wie Menschen durch dein Produkt gehen, dann zeichne ich ihn.');
  const counted = /\b(?:how many|number of)\b|(?:wie ?viele|anzahl)(?!\p{L})/iu.test(question);
  const type = TYPES.find(([pattern]) => pattern.test(question))?.[1];
  if (counted || (type && /^(?:which|what|list|welche|was)/iu.test(question.trim()) && /\b(?:are there|do we have|exist)|gibt es|haben wir/iu.test(question))) {
    const nodes = [...state.node.values()].filter((node) => !type || node.type === type);
    const name = /edge|arrow|connection|pfeil|verbindung/iu.test(question) ? undefined : nodes;
    if (!name) return fact(`There are ${state.edge.size} arrows.`, `Es gibt ${state.edge.size} Pfeile.`);
    const list = type && nodes.length ? `: ${titles(nodes)}` : '';
    return fact(`There are ${nodes.length} of them${list}.`, `Es sind ${nodes.length}${list}.`, nodes.map((node) => node.id));
  }
  const findings = relevantFindings(question, review(state));
  const prepared = prepareText(question, state);
  const reach = /\b(?:where does|what (?:comes|happens|follows) (?:after|next)|how do (?:i|users|people|you) (?:get|come) to|where do)\b|(?:was kommt nach|wohin führt|wie kommt man|wo führt|was passiert nach)/iu.test(question);
  const target = findNode(prepared.sentences.join(' ').replace(/^(?:where does|what comes after|what happens after|what follows after|how do (?:i|users|people|you) (?:get|come) to|was kommt nach|wohin führt|wie kommt man (?:zu|zum|zur)|was passiert nach)\s+/iu, '').replace(/\s+(?:lead(?: to)?|go(?: to)?)?\?*$/iu, ''), state, prepared);
  const node = target.kind === 'one' ? state.node.get(target.id) : undefined;
  if (reach && node) return neighbours(node, state, question, fact, titles);
  const chosen = node ? findings.filter((finding) => finding.nodeIds.includes(node.id)) : findings;
  const shown = (chosen.length ? chosen : findings).slice(0, 5);
  if (shown.length) {
    const list = shown.map((finding) => `- ${findingText(finding, language)}`).join('\n');
    const principle = principleFor(shown[0]!.code, language);
    return { answer: `${german ? 'Das fällt mir auf:' : 'This is what I see:'}\n${list}${principle ? `\n\n${principle.name}: ${principle.text}` : ''}`, principle: principle?.name ?? '', nodeIds: [...new Set(shown.flatMap((finding) => [...finding.nodeIds]))] };
  }
  if (/\b(?:missing|wrong|improve|better|problem|issue|dead end|complete|good|check|review)\b|(?:fehlt|falsch|besser|verbessern|problem|sackgasse|vollständig|gut|prüfen)/iu.test(question)) return fact('I find nothing wrong: every step can be reached, every path ends, and every decision has its labelled ways.', 'Ich finde nichts: Jeder Schritt ist erreichbar, jeder Weg endet, und jede Entscheidung hat ihre beschrifteten Ausgänge.');
  if (node) return neighbours(node, state, question, fact, titles);
  const screens = [...state.node.values()].filter((item) => item.type === 'screen');
  return fact(`This flow has ${state.node.size} steps and ${state.edge.size} arrows; its screens are ${titles(screens) || 'none yet'}. Ask me what is missing, what comes after a step, or how many there are of a kind.`, `Dieser Ablauf hat ${state.node.size} Schritte und ${state.edge.size} Pfeile; seine Screens: ${titles(screens) || 'noch keine'}. Frag mich, was fehlt, was nach einem Schritt kommt oder wie viele es von einer Art gibt.`);
}

function neighbours(node: Node, view: FlowView, question: string, fact: (english: string, german: string, nodeIds?: string[]) => z.infer<typeof uxAnswerSchema>, titles: (nodes: readonly Node[]) => string): z.infer<typeof uxAnswerSchema> {
  const before = [...view.edge.values()].filter((edge) => edge.target === node.id).map((edge) => view.node.get(edge.source)!);
  const after = [...view.edge.values()].filter((edge) => edge.source === node.id).map((edge) => view.node.get(edge.target)!);
  const ids = [node.id, ...before.map((item) => item.id), ...after.map((item) => item.id)];
  if (/\b(?:get|come) to\b|wie kommt man/iu.test(question)) return fact(`"${node.data.title}" is reached from ${titles(before) || 'nowhere'}.`, `„${node.data.title}“ erreicht man von ${titles(before) || 'nirgends'}.`, ids);
  return fact(`"${node.data.title}" leads to ${titles(after) || 'nothing'}; it is reached from ${titles(before) || 'nowhere'}.`, `„${node.data.title}“ führt zu ${titles(after) || 'nichts'}; man erreicht es von ${titles(before) || 'nirgends'}.`, ids);
}

/** The findings that a question is about: by its words, else all, the gravest first. */
function relevantFindings(question: string, findings: Finding[]): Finding[] {
  const codes = ABOUT.filter(([pattern]) => pattern.test(question)).flatMap(([, found]) => found);
  const grave = { error: 0, warning: 1, info: 2 };
  const sorted = [...findings].sort((a, b) => grave[a.severity] - grave[b.severity]);
  if (codes.length) return sorted.filter((finding) => codes.some((code) => finding.code.includes(code)));
  return /\b(?:missing|wrong|improve|better|problem|issues?|weak|complete|review|check|good|think)\b|(?:fehlt|falsch|besser|verbesser|problem|schwach|vollständig|prüf|gut|hältst)/iu.test(question) ? sorted : [];
}

const ABOUT: [RegExp, string[]][] = [
  [/dead[ -]?end|sackgasse/iu, ['DEAD_END']],
  [/unreachable|orphan|unerreichbar|verwaist|reach(?:ed)?\b/iu, ['UNREACHABLE', 'ORPHAN']],
  [/\berror|fail|fehler/iu, ['ERROR']],
  [/\bloop|schleife/iu, ['LOOP']],
  [/\blabel|beschrift/iu, ['LABEL', 'UNLABELLED']],
  [/\bback\b|zurück/iu, ['BACK']],
  [/\bempty|loading|leer|lade/iu, ['STATE']],
];
const TYPES: [RegExp, NodeType][] = [[/\bscreens?\b|seiten|bildschirm/iu, 'screen'], [/\bpop-?ups?\b|dialog/iu, 'popup'], [/\bdecisions?\b|entscheidung/iu, 'decision'], [/\bapi|aufruf/iu, 'apiCall'], [/\bactions?\b|aktion/iu, 'action'], [/\bends?\b|enden/iu, 'end'], [/\bnotes?\b|notiz/iu, 'note']];
