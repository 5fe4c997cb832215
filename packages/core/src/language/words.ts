import type { ReadLanguage } from './reading.ts'

/**
 * Word classes that carry meaning for the flow, English beside German (base forms, lower case).
 * A new word goes here and nowhere else.
 */
const WORDS = {
  screen: {
    en: 'page screen view dashboard site website tab home homepage overview portal landing wizard calendar inbox feed map catalog catalogue cart basket checkout login signup registration tutorial onboarding walkthrough settings results profile preview paywall start-screen summary review confirmation welcome',
    de: 'seite bildschirm ansicht dashboard startseite übersicht portal kalender warenkorb anmeldeseite anmelden einloggen registrieren profil vorschau zusammenfassung maske formular bestätigungsseite kasse einstellungen ergebnisliste willkommensseite tutorial login anmeldung registrierung startbildschirm detailseite suchseite hauptmenü paywall screen tab home-tab splash-screen',
  },
  popup: {
    en: 'dialog dialogue popup pop-up modal toast banner alert warning error tooltip snackbar overlay message prompt sheet lightbox hint notice',
    de: 'dialog popup modal toast banner warnung fehler fehlermeldung hinweis meldung overlay tooltip einblendung fenster warnhinweis dialogfenster bestätigungsdialog',
  },
  form: { en: 'form questionnaire survey', de: 'formular fragebogen bogen' },
  system: {
    en: 'system server api we app application backend service platform software website site bot algorithm database engine product',
    de: 'system server api wir app anwendung backend dienst plattform software webseite datenbank',
  },
  process: {
    en: 'process flow workflow procedure instance path journey story subprocess scenario',
    de: 'prozess ablauf vorgang workflow verfahren prozedur',
  },
  end: { en: 'end finish terminate stop complete conclude close done over finished ended complete', de: 'enden beenden abschließen stoppen abbrechen fertig beendet abgeschlossen zu-ende' },
  begin: { en: 'start begin initiate trigger commence', de: 'starten beginnen auslösen anstoßen einleiten' },
  continue: { en: 'continue proceed carry-on go-on', de: 'fortsetzen weitergehen weiterlaufen fortfahren' },
  limit: { en: 'attempt attempts try tries times failures retries reminder reminders', de: 'versuch versuche versuchen fehlversuch fehlversuche fehlversuchen mal malen fehleingaben erinnerungen' },
  negative: { en: 'reject deny decline refuse cancel withdraw abort dismiss discard disapprove fail', de: 'ablehnen verweigern abbrechen stornieren zurückziehen verwerfen absagen zurückweisen' },
  outcome: {
    en: 'fail succeed work expire time exceed match exist agree approve reject accept decline deny validate confirm go disagree',
    de: 'fehlschlagen gelingen klappen ablaufen stimmen passen existieren vorliegen fehlen genehmigen ablehnen akzeptieren scheitern zustimmen',
  },
  input: { en: 'enter type fill provide input specify write', de: 'eingeben eintragen ausfüllen angeben eintippen erfassen' },
  choose: { en: 'choose select pick tick check', de: 'wählen auswählen ankreuzen anhaken' },
  click: { en: 'tap click press hit push', de: 'tippen antippen klicken anklicken drücken' },
  submit: { en: 'submit send confirm save place request continue', de: 'absenden abschicken senden bestätigen speichern weiter fortfahren' },
  show: {
    en: 'show display present open see view load land appear reach visit render',
    de: 'zeigen anzeigen erscheinen öffnen sehen einblenden landen laden aufrufen gelangen sich-öffnen',
  },
  appear: { en: 'appear open come pop show display load', de: 'erscheinen öffnen kommen aufgehen folgen auftauchen' },
  move: { en: 'go get land arrive start begin return come proceed continue jump move navigate switch bring take redirect send lead direct forward', de: 'gehen kommen landen gelangen zurückkehren zurückgehen springen wechseln leiten weiterleiten führen starten' },
  automatic: {
    en: 'send email notify save store charge create generate validate verify calculate update delete log record sync redirect block lock unlock refund authorize encrypt ship activate deactivate issue register publish import export compute',
    de: 'verschicken versenden senden benachrichtigen speichern abbuchen erstellen anlegen prüfen berechnen aktualisieren löschen sperren freigeben entsperren erstatten',
  },
  retry: { en: 'retry', de: 'wiederholen' },
  person: {
    en: 'user customer visitor shopper patient guest member person people client buyer seller admin owner recipient applicant employee manager he she they i someone everyone anyone student teacher driver rider passenger traveller guests users customers shoppers payers clerk agent staff supervisor you him her them',
    de: 'nutzer nutzerin benutzer kunde kundin besucher patient patientin gast mitglied person käufer verkäufer mitarbeiter mitarbeiterin er sie man ich jemand antragsteller leser fahrer',
  },
  stepNoun: { en: 'step phase stage activity task action thing', de: 'schritt phase aufgabe' },
  vague: { en: 'do achieve describe explain detail happen occur take consist depend follow mean make regard count deal', de: 'tun erledigen beschreiben passieren geschehen bedeuten machen' },
  place: { en: 'place put move add', de: 'setzen stellen legen einreihen verschieben' },
} as const

/** The name of a word class. */
export type WordClass = keyof typeof WORDS

const INDEX: Record<ReadLanguage, Map<WordClass, ReadonlySet<string>>> = { en: indexWords('en'), de: indexWords('de') }

/** Whether a word (base form, any case) belongs to a class; German compounds count by their last part. */
export function isWord(language: ReadLanguage, wordClass: WordClass, word: string | undefined): boolean {
  if (word === undefined || word === '') return false
  const lower = word.toLowerCase()
  const words = INDEX[language].get(wordClass)!
  if (words.has(lower)) return true
  if (language === 'en') return lower.length > 3 && lower.endsWith('s') && words.has(lower.slice(0, -1)) || lower.endsWith('es') && words.has(lower.slice(0, -2))
  if (lower.length < 6) return false
  for (const known of words) if (known.length >= 5 && lower.endsWith(known)) return true
  return /(?:en|n|s|es)$/.test(lower) && (words.has(lower.replace(/(?:en|es|n|s)$/, '')) || words.has(lower.replace(/n$/, '')))
}

function indexWords(language: ReadLanguage): Map<WordClass, ReadonlySet<string>> {
  const index = new Map<WordClass, ReadonlySet<string>>()
  for (const [wordClass, words] of Object.entries(WORDS)) index.set(wordClass as WordClass, new Set(words[language].split(/\s+/)))
  return index
}

/** Pairs of opposites: the second says that the first is not so. */
const OPPOSITES: Record<ReadLanguage, [string, string][]> = {
  en: [['correct', 'wrong'], ['correct', 'incorrect'], ['valid', 'invalid'], ['right', 'wrong'], ['available', 'unavailable'], ['successful', 'unsuccessful'], ['complete', 'incomplete'], ['approve', 'reject'], ['accept', 'reject'], ['accept', 'decline'], ['approve', 'decline'], ['approve', 'deny'], ['positive', 'negative'], ['succeed', 'fail'], ['exist', 'miss'], ['yes', 'no'], ['known', 'unknown'], ['ok', 'wrong'], ['acceptance', 'rejection'], ['confirmation', 'withdrawal'], ['new', 'existing'], ['accepted', 'rejected'], ['agree', 'disagree'], ['sufficient', 'insufficient'], ['approval', 'rejection'], ['approval', 'refusal'], ['success', 'failure'], ['accept', 'refuse']],
  de: [['richtig', 'falsch'], ['korrekt', 'falsch'], ['gültig', 'ungültig'], ['verfügbar', 'vergriffen'], ['vollständig', 'unvollständig'], ['genehmigen', 'ablehnen'], ['annehmen', 'ablehnen'], ['positiv', 'negativ'], ['gelingen', 'fehlschlagen'], ['bekannt', 'unbekannt'], ['erfolgreich', 'erfolglos'], ['zustimmen', 'ablehnen'], ['bestätigen', 'ablehnen'], ['akzeptieren', 'ablehnen']],
}

/** The positive word whose opposite this is ("wrong" -> "correct"), or undefined. */
export function oppositeOf(language: ReadLanguage, word: string): string | undefined {
  return OPPOSITES[language].find((pair) => pair[1] === word)?.[0]
}

/** Whether two sets of words hold a pair of opposites. */
export function areOpposites(language: ReadLanguage, a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return OPPOSITES[language].some(([yes, no]) => a.has(yes) && b.has(no) || a.has(no) && b.has(yes))
}

/** Labels that the reader itself puts on edges and nodes. */
export const LABELS: Record<ReadLanguage, { yes: string; no: string; start: string; end: string; show: string; again: string; or: string; limit: string; firstTime: string; done: string; otherwise: string; want: string; next: string; sometimes: string }> = {
  en: { yes: 'Yes', no: 'No', start: 'Start', end: 'End', show: 'Show', again: 'Again', or: 'or', limit: 'Limit reached', firstTime: 'First time', done: 'Done', otherwise: 'Otherwise', want: 'Wanted', next: 'Which way', sometimes: 'Needed' },
  de: { yes: 'Ja', no: 'Nein', start: 'Start', end: 'Ende', show: 'anzeigen', again: 'Erneut', or: 'oder', limit: 'Limit erreicht', firstTime: 'Erstes Mal', done: 'Fertig', otherwise: 'Sonst', want: 'Gewünscht', next: 'Welcher Weg', sometimes: 'Nötig' },
}
