import type { messagesEnglish } from '../en/messages.ts';

/** What codes of the engine say. A code without a text here says its own English sentence. */
export const messagesGerman: Readonly<Record<keyof typeof messagesEnglish, string>> = {
  languageTag: 'de',
  'error.INTERNAL': 'Etwas Unerwartetes ist schiefgegangen: {message}',
  'error.ENGINE_AWAY': 'Die Engine antwortet gerade nicht. Was du getan hast, bleibt hier und wird gesendet, sobald sie zurück ist.',
  'error.FLOW_NOT_FOUND': 'Diesen Flow gibt es nicht: Er wurde endgültig gelöscht, oder die Adresse stimmt nicht. Sonst wurde nichts berührt.',
  'connect.refusedTitle': 'Diese Seite hat kein Recht mehr an der Engine',
  'connect.refusedText': 'Jeder Start der App vergibt eine Adresse. Starte sie neu oder öffne die neueste Adresse, die sie ausgegeben hat. Deine Flows sind sicher.',
};
