/** What codes of the engine say. A code without a text here says its own English sentence. */
export const messagesEnglish = {
  languageTag: 'en',
  'error.INTERNAL': '{message}',
  'error.ENGINE_AWAY': 'The engine does not answer just now. What you did is kept here and sent as soon as it is back.',
  'error.FLOW_NOT_FOUND': 'This flow is not there: it was deleted for ever, or the address is wrong. Nothing else was touched.',
  'connect.refusedTitle': 'This page has lost its right to the engine',
  'connect.refusedText': 'Each start of the app gives out one address. Start it again, or open the newest address that it printed. Your flows are safe.',
} as const;
