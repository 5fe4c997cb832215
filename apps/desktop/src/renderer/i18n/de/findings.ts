import type { findingsEnglish } from '../en/findings.ts';

/** The findings panel; the sentences of the findings themselves come with the rules. */
export const findingsGerman: Readonly<Record<keyof typeof findingsEnglish, string>> = {
  'findings.title': 'Befunde',
  'findings.list': 'Befunde: {count}',
  'findings.error': 'Fehler',
  'findings.warning': 'Warnungen',
  'findings.info': 'Hinweise',
  'findings.show': 'Auf der Zeichenfläche zeigen',
  'findings.fixing': 'Wird behoben …',
  'findings.fixed': 'Erledigt: {fix}',
  'findings.readOnly': 'Dieser Flow ist hier nur lesbar; Befunde lassen sich nicht beheben.',
  'findings.emptyTitle': 'Nichts zu beanstanden',
  'findings.emptyText': 'Jeder Schritt ist erreichbar, jede Wahl beschriftet, und niemand bleibt stecken. Gut gezeichnet.',
  'findings.keys': 'Pfeiltasten bewegen, Eingabe zeigt, Pfeil rechts führt zur Lösung',
};
