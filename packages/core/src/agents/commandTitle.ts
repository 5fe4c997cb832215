import type { FlowView } from '../flow/schema.ts';
import type { EditCommand, NodeRef } from '../language/instructionCommand.ts';
import type { ReadLanguage } from '../language/reading.ts';

/** What a command does, in a few words of the person's language: the title of its card. */
export function commandTitle(command: EditCommand, view: FlowView, refs: ReadonlyMap<NodeRef, string>, language: ReadLanguage): string {
  const quote = (text: string) => (language === 'de' ? `„${text}“` : `"${text}"`);
  const name = (ref: NodeRef) => quote(view.node.get(refs.get(ref) ?? ref)?.data.title ?? '');
  const arrow = (id: string) => {
    const edge = view.edge.get(id);
    return edge ? `${name(edge.source)} → ${name(edge.target)}` : '';
  };
  const say = (english: string, german: string) => (language === 'de' ? german : english);
  switch (command.kind) {
    case 'rename': return say(`Rename ${name(command.node)} to ${quote(command.title)}`, `${name(command.node)} in ${quote(command.title)} umbenennen`);
    case 'retype': return say(`Turn ${name(command.node)} into ${TYPES.en[command.type]}`, `${name(command.node)} wird ${TYPES.de[command.type]}`);
    case 'insert':
    case 'add': return say(`Add ${quote(command.node.title)}`, `${quote(command.node.title)} einfügen`);
    case 'branch': return say(`Branch ${quote(command.steps[0]?.title ?? '')} at ${name(command.from)}`, `Zweig ${quote(command.steps[0]?.title ?? '')} bei ${name(command.from)}`);
    case 'decide': return say(`Ask ${quote(command.decision.title)}`, `Entscheidung ${quote(command.decision.title)}`);
    case 'arms': return say(`Add ways out of ${name(command.node)}`, `Wege aus ${name(command.node)} ergänzen`);
    case 'remove': return say(`Remove ${name(command.node)}`, `${name(command.node)} entfernen`);
    case 'connect':
    case 'lead': return say(`Connect ${name(command.from)} to ${name(command.to)}`, `${name(command.from)} mit ${name(command.to)} verbinden`);
    case 'redirect': return say(`Lead ${arrow(command.edgeId)} to ${name(command.to)}`, `${arrow(command.edgeId)} nach ${name(command.to)} führen`);
    case 'disconnect': return say(`Remove the arrow ${arrow(command.edgeId)}`, `Pfeil ${arrow(command.edgeId)} entfernen`);
    case 'label': return say(`Label ${arrow(command.edgeId)} ${quote(command.label)}`, `${arrow(command.edgeId)} mit ${quote(command.label)} beschriften`);
    case 'note': return say(`Note on ${name(command.node)}`, `Notiz zu ${name(command.node)}`);
    case 'describe': return say(`Describe ${name(command.node)}`, `${name(command.node)} beschreiben`);
    case 'field': return say(`Set ${command.field.replace('data.', '')} of ${name(command.node)} to ${quote(command.value)}`, `${command.field.replace('data.', '')} von ${name(command.node)} auf ${quote(command.value)} setzen`);
    case 'copy': return say(`Copy ${name(command.node)} as ${quote(command.copy.title)}`, `${name(command.node)} als ${quote(command.copy.title)} kopieren`);
    case 'move': return say(`Move ${name(command.node)}`, `${name(command.node)} verschieben`);
    case 'swap': return say(`Swap ${name(command.a)} and ${name(command.b)}`, `${name(command.a)} und ${name(command.b)} vertauschen`);
    case 'element': return say(`Add ${quote(command.label)} to ${name(command.node)}`, `${quote(command.label)} in ${name(command.node)} ergänzen`);
    case 'variant': return say(`State ${quote(command.name)} of ${name(command.node)}`, `Zustand ${quote(command.name)} von ${name(command.node)}`);
    case 'errorPath': return say(`When ${name(command.node)} fails`, `Wenn ${name(command.node)} fehlschlägt`);
    case 'renameFlow': return say(`Rename the flow to ${quote(command.name)}`, `Ablauf in ${quote(command.name)} umbenennen`);
    case 'tidy': return say('Tidy up the layout', 'Layout aufräumen');
    case 'undo': return say('Undo', 'Rückgängig');
  }
}

const TYPES = {
  en: { start: 'a start', end: 'an end', screen: 'a screen', popup: 'a popup', action: 'an action', apiCall: 'an API call', decision: 'a decision', condition: 'a condition', subflow: 'a sub-flow', note: 'a note' },
  de: { start: 'ein Start', end: 'ein Ende', screen: 'ein Screen', popup: 'ein Popup', action: 'eine Aktion', apiCall: 'ein API-Aufruf', decision: 'eine Entscheidung', condition: 'eine Bedingung', subflow: 'ein Teilablauf', note: 'eine Notiz' },
} as const;
