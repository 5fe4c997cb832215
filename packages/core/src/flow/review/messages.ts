/** The sentences of findings and fixes, English and German. `{name}` stands for a parameter. */
import type { Finding, FindingParams, Fix } from './finding.ts';
import type { FindingCode } from './review.ts';
import type { TextLanguage } from './reviewContext.ts';

type Sentence = Record<TextLanguage, string>;

/** One sentence for each code: what is wrong and what that means for the people who use the flow. */
export const findingSentences: Record<FindingCode, Sentence> = {
  NO_START: { en: 'The flow has no start, so nobody can tell where people enter.', de: 'Der Flow hat keinen Start; niemand sieht, wo Menschen einsteigen.' },
  TOO_FEW_ARMS: { en: '“{title}” needs at least two ways out, but has {count}.', de: '„{title}“ braucht mindestens zwei Ausgänge, hat aber {count}.' },
  LOOP_WITHOUT_EXIT: { en: 'Whoever comes to “{title}” goes round for ever: nothing leads out of this loop. Steps in it: {count}.', de: 'Wer zu „{title}“ kommt, dreht sich im Kreis: Nichts führt aus dieser Schleife hinaus. Schritte darin: {count}.' },
  PORT_UNKNOWN: { en: 'A connection of “{title}” uses the port “{port}”, which does not exist.', de: 'Eine Verbindung von „{title}“ nutzt den Anschluss „{port}“, den es nicht gibt.' },
  SUBFLOW_UNKNOWN: { en: '“{title}” opens a flow that does not exist.', de: '„{title}“ öffnet einen Flow, den es nicht gibt.' },
  SUBFLOW_SELF: { en: '“{title}” opens the very flow that it is part of.', de: '„{title}“ öffnet den Flow, in dem es selbst steht.' },
  SUBFLOW_CYCLE: { en: '“{title}” leads back into this flow: {flows}.', de: '„{title}“ führt in diesen Flow zurück: {flows}.' },
  SEVERAL_STARTS: { en: 'The flow has {count} starts; one entrance is easier to follow.', de: 'Der Flow hat {count} Starts; ein einziger Einstieg ist leichter zu verstehen.' },
  NO_END: { en: 'The flow has no end, so nobody can tell when people are done.', de: 'Der Flow hat kein Ende; niemand sieht, wann Menschen fertig sind.' },
  UNREACHABLE: { en: '“{title}” cannot be reached from the start. Steps cut off: {count}.', de: '„{title}“ ist vom Start aus nicht erreichbar. Abgeschnittene Schritte: {count}.' },
  DEAD_END: { en: '“{title}” leads nowhere; people are stuck there.', de: '„{title}“ führt nirgendwohin; Menschen bleiben dort stecken.' },
  ORPHAN_NODE: { en: '“{title}” is not connected to anything.', de: '„{title}“ ist mit nichts verbunden.' },
  START_WITH_INCOMING: { en: 'Something leads back into the start “{title}”; lead it to the first step instead.', de: 'Etwas führt zurück in den Start „{title}“; besser führt es zum ersten Schritt.' },
  END_WITH_OUTGOING: { en: 'The flow goes on after its end “{title}”.', de: 'Hinter dem Ende „{title}“ geht der Flow weiter.' },
  SELF_LOOP: { en: '“{title}” leads to itself.', de: '„{title}“ führt zu sich selbst.' },
  BRANCH_UNLABELLED: { en: 'Ways out of “{title}” have no label ({count}), so nobody knows when they are taken.', de: 'Ausgänge von „{title}“ haben keine Beschriftung ({count}); niemand weiß, wann sie gelten.' },
  BRANCH_LABEL_DUPLICATE: { en: 'Several ways out of “{title}” are called “{label}”.', de: 'Mehrere Ausgänge von „{title}“ heißen „{label}“.' },
  BRANCHES_MEET: { en: 'Every way out of “{title}” leads to the same step, so the question changes nothing.', de: 'Alle Ausgänge von „{title}“ führen zum selben Schritt; die Frage ändert nichts.' },
  CONDITION_WITHOUT_EDGE: { en: 'Nothing happens when “{label}” holds at “{title}”.', de: 'Wenn bei „{title}“ der Fall „{label}“ eintritt, geschieht nichts.' },
  TRIGGER_MISPLACED: { en: 'A way out of “{title}” waits for “{trigger}”, which cannot happen there.', de: 'Ein Ausgang von „{title}“ wartet auf „{trigger}“; das kann dort nicht geschehen.' },
  MISSING_ERROR_PATH: { en: 'Nothing says what people see when “{title}” fails.', de: 'Nirgends steht, was Menschen sehen, wenn „{title}“ fehlschlägt.' },
  SUBFLOW_WITHOUT_TARGET: { en: '“{title}” does not say which flow it opens.', de: '„{title}“ sagt nicht, welchen Flow es öffnet.' },
  SUBFLOW_TOO_DEEP: { en: 'Below “{title}” flows are nested more than {maximum} levels deep.', de: 'Unter „{title}“ sind Flows tiefer als {maximum} Ebenen verschachtelt.' },
  TITLE_MISSING: { en: '“{title}” has no title.', de: '„{title}“ hat keinen Titel.' },
  TOO_MANY_NODES: { en: 'The flow has {count} nodes; past {maximum} it is better split into sub-flows.', de: 'Der Flow hat {count} Knoten; ab {maximum} wird er besser in Unter-Flows geteilt.' },
  TOO_MANY_EDGES: { en: 'The flow has {count} connections; past {maximum} it is better split into sub-flows.', de: 'Der Flow hat {count} Verbindungen; ab {maximum} wird er besser in Unter-Flows geteilt.' },
  EMPTY_FLOW: { en: 'There are no steps yet. Describe the flow in your own words, or add a first screen.', de: 'Noch gibt es keine Schritte. Beschreibe den Flow in eigenen Worten oder füge einen ersten Bildschirm hinzu.' },
  DUPLICATE_EDGE: { en: 'The same connection from “{title}” is drawn twice.', de: 'Dieselbe Verbindung von „{title}“ ist doppelt gezeichnet.' },
  AMBIGUOUS_WAYS: { en: '“{title}” has {count} ways out without a label or trigger; say when each is taken.', de: '„{title}“ hat {count} Ausgänge ohne Beschriftung oder Auslöser; sag, wann welcher gilt.' },
  TRIGGER_WITHOUT_ELEMENT: { en: 'A way out of “{title}” waits for “{trigger}”, but there is nothing to press.', de: 'Ein Ausgang von „{title}“ wartet auf „{trigger}“, aber es gibt nichts zu drücken.' },
  API_WITHOUT_URL: { en: '“{title}” has no address yet.', de: '„{title}“ hat noch keine Adresse.' },
  MISSING_STATES: { en: '“{title}” shows data, but not how it looks when that is {states}.', de: '„{title}“ zeigt Daten; es fehlt, wie das aussieht: {states}.' },
  FORM_WITHOUT_ERROR: { en: 'Nothing says what happens when somebody fills in “{title}” wrongly.', de: 'Nirgends steht, was geschieht, wenn „{title}“ falsch ausgefüllt wird.' },
  NO_WAY_BACK: { en: 'From “{title}” nobody gets back to an earlier screen. Screens without a way back: {count}.', de: 'Von „{title}“ kommt niemand zu einem früheren Bildschirm zurück. Bildschirme ohne Rückweg: {count}.' },
  TITLE_SHORT: { en: 'The title “{title}” is too short to be understood.', de: 'Der Titel „{title}“ ist zu kurz, um verstanden zu werden.' },
  TITLE_GENERIC: { en: 'The title “{title}” does not say what happens there.', de: 'Der Titel „{title}“ sagt nicht, was dort geschieht.' },
  TITLE_DUPLICATE: { en: '{count} steps are called “{title}”.', de: '{count} Schritte heißen „{title}“.' },
  TITLE_LONG: { en: 'The title “{title}” has {count} characters; past {maximum} it does not fit.', de: 'Der Titel „{title}“ hat {count} Zeichen; mehr als {maximum} passen nicht.' },
  LABEL_LONG: { en: 'The label “{label}” has {count} characters; past {maximum} it does not fit.', de: 'Die Beschriftung „{label}“ hat {count} Zeichen; mehr als {maximum} passen nicht.' },
  DESCRIPTION_LONG: { en: 'The description of “{title}” has {count} characters; past {maximum} nobody reads it.', de: 'Die Beschreibung von „{title}“ hat {count} Zeichen; über {maximum} liest sie niemand.' },
  FRAME_EMPTY: { en: 'The frame “{title}” is empty.', de: 'Der Rahmen „{title}“ ist leer.' },
  FRAME_FULL: { en: 'The frame “{title}” holds {count} nodes; past {maximum} it is better split.', de: 'Der Rahmen „{title}“ enthält {count} Knoten; ab {maximum} wird er besser geteilt.' },
  NODE_OUTSIDE_FRAME: { en: 'Nodes of the frame “{title}” stand outside of it ({count}).', de: 'Knoten des Rahmens „{title}“ stehen außerhalb ({count}).' },
  NODES_OVERLAP: { en: '“{title}” lies on top of “{other}”.', de: '„{title}“ liegt auf „{other}“.' },
  FLOW_COMPLEX: { en: 'There are {count} independent ways through the flow; past {maximum} it is hard to keep in mind. Sub-flows help.', de: 'Durch den Flow führen {count} unabhängige Wege; über {maximum} sind schwer zu überblicken. Unter-Flows helfen.' },
  COMMENT_OPEN: { en: 'Comments that nobody has resolved: {count}.', de: 'Kommentare, die noch niemand erledigt hat: {count}.' },
};

/** What a quick fix does, as the label of its button. */
export const fixSentences: Record<string, Sentence> = {
  ADD_START: { en: 'Add a start', de: 'Start hinzufügen' },
  MERGE_STARTS: { en: 'Make it one start', de: 'Zu einem Start machen' },
  ADD_END: { en: 'Add an end', de: 'Ende hinzufügen' },
  REMOVE_NODE: { en: 'Remove the node', de: 'Knoten entfernen' },
  CONNECT_TO_END: { en: 'Connect to an end', de: 'Mit einem Ende verbinden' },
  ADD_EXIT: { en: 'Add a way out', de: 'Ausgang hinzufügen' },
  LEAD_PAST_START: { en: 'Lead it to the first step', de: 'Zum ersten Schritt führen' },
  REMOVE_EDGE: { en: 'Remove the connection', de: 'Verbindung entfernen' },
  ADD_MISSING_ARM: { en: 'Add the missing way out', de: 'Fehlenden Ausgang hinzufügen' },
  LABEL_BRANCHES: { en: 'Label with Yes and No', de: 'Mit Ja und Nein beschriften' },
  CONNECT_CONDITION: { en: 'Connect to an end', de: 'Mit einem Ende verbinden' },
  CLEAR_PORT: { en: 'Use any side', de: 'Beliebige Seite nutzen' },
  CLEAR_TRIGGER: { en: 'Remove the trigger', de: 'Auslöser entfernen' },
  ADD_BUTTON: { en: 'Add a button', de: 'Knopf hinzufügen' },
  ADD_ERROR_PATH: { en: 'Add an error message with a way back', de: 'Fehlermeldung mit Rückweg hinzufügen' },
  ADD_STATES: { en: 'Add the missing states', de: 'Fehlende Zustände hinzufügen' },
  ADD_WAY_BACK: { en: 'Add a way back', de: 'Rückweg hinzufügen' },
  REMOVE_FRAME: { en: 'Remove the frame', de: 'Rahmen entfernen' },
  FIT_FRAME: { en: 'Fit the frame', de: 'Rahmen anpassen' },
  MOVE_APART: { en: 'Move it to a free place', de: 'An einen freien Platz schieben' },
};

const WORDS: Record<string, Sentence> = {
  loading: { en: 'loading', de: 'beim Laden' },
  empty: { en: 'empty', de: 'leer' },
  error: { en: 'failing', de: 'bei einem Fehler' },
  start: { en: 'untitled start', de: 'Start ohne Titel' },
  end: { en: 'untitled end', de: 'Ende ohne Titel' },
  screen: { en: 'untitled screen', de: 'Bildschirm ohne Titel' },
  popup: { en: 'untitled popup', de: 'Popup ohne Titel' },
  action: { en: 'untitled action', de: 'Aktion ohne Titel' },
  apiCall: { en: 'untitled API call', de: 'API-Aufruf ohne Titel' },
  decision: { en: 'untitled decision', de: 'Entscheidung ohne Titel' },
  condition: { en: 'untitled condition', de: 'Bedingung ohne Titel' },
  subflow: { en: 'untitled sub-flow', de: 'Unter-Flow ohne Titel' },
  note: { en: 'untitled note', de: 'Notiz ohne Titel' },
  frame: { en: 'untitled frame', de: 'Rahmen ohne Titel' },
};

/** The sentence of a finding in a language. */
export function findingText(finding: Pick<Finding, 'code' | 'params'>, language: TextLanguage): string {
  const sentence = findingSentences[finding.code as FindingCode];
  return sentence ? filled(sentence[language], finding.params, language) : finding.code;
}

/** The label of a quick fix in a language. */
export function fixText(fix: Pick<Fix, 'code'>, language: TextLanguage): string {
  return fixSentences[fix.code]?.[language] ?? fix.code;
}

function filled(template: string, params: FindingParams, language: TextLanguage): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (Array.isArray(value)) return (value as readonly string[]).map((key) => WORDS[key]?.[language] ?? key).join(', ');
    if (name === 'title' && value === '') return WORDS[String(params.type)]?.[language] ?? whole;
    return value === undefined ? whole : String(value);
  });
}
