/** The words of the server's own pages. */
import type { Context } from 'hono';
import type { Language } from '../mail/templates.ts';
import { germanSignOnProblems } from '../signOn/germanProblems.ts';

const en = {
  signIn: 'Sign in',
  signUp: 'Create an account',
  signOut: 'Sign out',
  email: 'E-mail address',
  password: 'Password',
  newPassword: 'New password',
  passwordHint: '12 characters or more. Several words in a row do well.',
  name: 'Your name',
  remember: 'Stay signed in on this device',
  forgot: 'Forgot your password?',
  noAccount: 'Create an account',
  haveAccount: 'I have an account already',
  secondFactor: 'Second factor',
  secondFactorLead: 'Enter the code that your authenticator app shows, or one of your backup codes.',
  code: 'Code',
  go: 'Continue',
  mailed: 'Check your inbox',
  mailedLead: 'If the address is right, a mail is on its way to {email}. Open the link in it. It can take a minute; look into your spam folder, too.',
  verify: 'Confirm your address',
  verifyLead: 'Press the button to confirm. If the field is empty, copy the code from the mail into it.',
  verifyButton: 'Confirm',
  verified: 'Your address is confirmed',
  verifiedLead: 'You can go on now.',
  forgotTitle: 'Set a new password',
  forgotLead: 'We send you a link by mail.',
  forgotButton: 'Send the link',
  resetDone: 'Your password is changed',
  resetDoneLead: 'Every device was signed out. Sign in with the new password.',
  desktopTitle: 'Sign in on this computer?',
  desktopLead: 'UX Flow Engine on “{device}” wants to use your account {email}. Go on only if you have just started this in the app yourself.',
  desktopAllow: 'Sign in there',
  desktopDeny: 'Cancel',
  desktopDenied: 'Nothing was signed in',
  desktopDeniedLead: 'You can close this page.',
  otherAccount: 'Use another account',
  unverified: 'Confirm your address first',
  unverifiedLead: 'We sent a mail to {email}. Open the link in it, then come back to this page.',
  resend: 'Send the mail again',
  account: 'Your account',
  accountLead: 'You are signed in as {name} ({email}).',
  with: 'Sign in with {provider}',
  signOn: 'Single sign-on',
  closing: 'This account will be deleted on {day}.',
  keep: 'Keep the account',
  invitation: 'Invitation',
  invitationSignIn: 'Sign in with the address that was invited, or create an account with it. The invitation waits for you.',
  invitationOpen: 'For {email}:',
  invitationNone: 'There is no open invitation for {email}. Sign in with the address that was invited, or ask for a new invitation.',
  invitationFrom: '{inviter} invites you as {role}.',
  accept: 'Accept',
  decline: 'Decline',
  joined: 'You are in',
  joinedLead: 'Open UX Flow Engine and sign in there: the workspace is in its list. If it is encrypted, paste the link that you were sent into the app: it brings the key.',
};
export type Texts = typeof en;

const de: Texts = {
  signIn: 'Anmelden',
  signUp: 'Konto anlegen',
  signOut: 'Abmelden',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  newPassword: 'Neues Passwort',
  passwordHint: '12 Zeichen oder mehr. Mehrere Wörter hintereinander eignen sich gut.',
  name: 'Dein Name',
  remember: 'Auf diesem Gerät angemeldet bleiben',
  forgot: 'Passwort vergessen?',
  noAccount: 'Konto anlegen',
  haveAccount: 'Ich habe schon ein Konto',
  secondFactor: 'Zweiter Faktor',
  secondFactorLead: 'Gib den Code aus deiner Authenticator-App ein oder einen deiner Ersatzcodes.',
  code: 'Code',
  go: 'Weiter',
  mailed: 'Sieh in dein Postfach',
  mailedLead: 'Wenn die Adresse stimmt, ist eine Mail an {email} unterwegs. Öffne den Link darin. Es kann eine Minute dauern; sieh auch im Spam-Ordner nach.',
  verify: 'Adresse bestätigen',
  verifyLead: 'Drück zum Bestätigen die Taste. Ist das Feld leer, übertrag den Code aus der Mail.',
  verifyButton: 'Bestätigen',
  verified: 'Deine Adresse ist bestätigt',
  verifiedLead: 'Es kann weitergehen.',
  forgotTitle: 'Neues Passwort setzen',
  forgotLead: 'Wir schicken dir einen Link.',
  forgotButton: 'Link schicken',
  resetDone: 'Dein Passwort ist geändert',
  resetDoneLead: 'Alle Geräte wurden abgemeldet. Melde dich mit dem neuen Passwort an.',
  desktopTitle: 'Auf diesem Computer anmelden?',
  desktopLead: 'UX Flow Engine auf „{device}“ möchte dein Konto {email} benutzen. Geh nur weiter, wenn du das eben selbst in der App begonnen hast.',
  desktopAllow: 'Dort anmelden',
  desktopDeny: 'Abbrechen',
  desktopDenied: 'Es wurde nichts angemeldet',
  desktopDeniedLead: 'Du kannst diese Seite schließen.',
  otherAccount: 'Ein anderes Konto benutzen',
  unverified: 'Bestätige zuerst deine Adresse',
  unverifiedLead: 'Wir haben eine Mail an {email} geschickt. Öffne den Link darin und komm dann auf diese Seite zurück.',
  resend: 'Mail noch einmal schicken',
  account: 'Dein Konto',
  accountLead: 'Du bist angemeldet als {name} ({email}).',
  with: 'Mit {provider} anmelden',
  signOn: 'Firmenanmeldung',
  closing: 'Dieses Konto wird am {day} gelöscht.',
  keep: 'Konto behalten',
  invitation: 'Einladung',
  invitationSignIn: 'Melde dich mit der eingeladenen Adresse an, oder leg damit ein Konto an. Die Einladung wartet auf dich.',
  invitationOpen: 'Für {email}:',
  invitationNone: 'Für {email} gibt es keine offene Einladung. Melde dich mit der eingeladenen Adresse an, oder bitte um eine neue Einladung.',
  invitationFrom: '{inviter} lädt dich ein (Rolle: {role}).',
  accept: 'Annehmen',
  decline: 'Ablehnen',
  joined: 'Du bist dabei',
  joinedLead: 'Öffne UX Flow Engine und melde dich dort an: Der Arbeitsbereich steht in der Liste. Ist er verschlüsselt, füg den Link, der dir geschickt wurde, in der App ein: Er bringt den Schlüssel.',
};

/** German sentences of what can go wrong on these pages; English ones come with the problem itself. */
export const germanProblems: Record<string, string> = {
  ...germanSignOnProblems,
  SIGN_IN_FAILED: 'Adresse oder Passwort stimmen nicht. Es wurde nichts geändert; versuch es noch einmal oder setz ein neues Passwort.',
  SIGN_IN_LOCKED: 'Es gab zu viele falsche Versuche. Es wurde nichts geändert; versuch es in {retryAfter} Sekunden wieder oder setz ein neues Passwort.',
  RATE_LIMITED: 'Zu viele Anfragen. Es wurde nichts geändert; versuch es in {retryAfter} Sekunden wieder.',
  ACCOUNT_SUSPENDED: 'Dieses Konto wurde von der Verwaltung gesperrt. Es wurde nichts geändert; wende dich an die Verwaltung des Servers.',
  SIGN_UP_CLOSED: 'Auf diesem Server gibt es neue Konten nur auf Einladung. Es wurde nichts geändert; lass dich einladen.',
  TOO_SHORT: 'Dieses Passwort ist zu kurz. Es wurde nichts geändert; nimm mindestens 12 Zeichen.',
  TOO_LONG: 'Dieses Passwort ist zu lang. Es wurde nichts geändert; nimm höchstens 128 Zeichen.',
  COMMON: 'Dieses Passwort ist zu leicht zu erraten: Viele Menschen benutzen es oder ein sehr ähnliches. Es wurde nichts geändert; wähl ein anderes.',
  BREACHED: 'Dieses Passwort ist bei einem Einbruch anderswo bekannt geworden. Es wurde nichts geändert; wähl ein anderes.',
  PERSONAL: 'Dieses Passwort besteht vor allem aus deinem Namen oder deiner Adresse. Es wurde nichts geändert; wähl ein anderes.',
  PATTERN: 'Dieses Passwort ist eine Reihe oder eine Wiederholung und zu leicht zu erraten. Es wurde nichts geändert; wähl ein anderes.',
  PASSWORD_REUSED: 'Dieses Passwort hatte das Konto schon einmal. Es wurde nichts geändert; wähl ein anderes.',
  TOKEN_INVALID: 'Dieser Link oder Code gilt nicht mehr. Es wurde nichts geändert; verlange einen neuen.',
  CHALLENGE_INVALID: 'Die Anmeldung hat zu lange gedauert oder ist schon abgeschlossen. Es wurde nichts geändert; beginn noch einmal.',
  TWO_FACTOR_NEEDED: 'Dafür braucht es einen zweiten Faktor. Es wurde nichts geändert; richte erst einen ein, oder melde dich mit einem Passkey an.',
  CODE_WRONG: 'Dieser Code stimmt nicht. Es wurde nichts geändert; versuch den nächsten.',
  CODE_USED: 'Dieser Code wurde schon benutzt. Es wurde nichts geändert; warte auf den nächsten.',
  INPUT_INVALID: 'Etwas an der Eingabe stimmt nicht. Es wurde nichts geändert; sieh die Felder noch einmal durch.',
  REDIRECT_REFUSED: 'Eine App bekommt nur auf dem eigenen Computer Antwort (http://127.0.0.1 mit Port). Es wurde nichts geändert.',
  INVITATION_NOT_FOUND: 'Für die Adresse, mit der du angemeldet bist, gibt es keine solche offene Einladung. Es wurde nichts geändert; lass dich noch einmal einladen.',
  SEATS_FULL: 'Der Tarif dieses Arbeitsbereichs hat {limit} Plätze, und alle sind belegt. Es wurde nichts geändert; wer dich eingeladen hat, kann Platz schaffen.',
  GUESTS_NOT_ALLOWED: 'Dieser Arbeitsbereich nimmt keine Gäste auf. Es wurde nichts geändert; wende dich an die Verwaltung des Arbeitsbereichs.',
  PROVIDER_FAILED: 'Die Anmeldung dort ist nicht gelungen, oder die Adresse ist dort nicht bestätigt. Es wurde nichts geändert; versuch es noch einmal oder nimm einen anderen Weg.',
  PASSWORD_WRONG: 'Das aktuelle Passwort stimmt nicht. Es wurde nichts geändert; versuch es noch einmal.',
  TWO_FACTOR_ON: 'Der zweite Faktor ist schon eingeschaltet. Es wurde nichts geändert.',
  TWO_FACTOR_OFF: 'Es gibt keinen zweiten Faktor. Es wurde nichts geändert; richte zuerst einen ein.',
  SESSION_NOT_FOUND: 'Dieses Gerät ist nicht mehr angemeldet. Es wurde nichts geändert; sieh die Liste noch einmal durch.',
  API_KEY_NOT_FOUND: 'Diesen Schlüssel gibt es nicht mehr. Es wurde nichts geändert; sieh die Liste noch einmal durch.',
  API_KEYS_FULL: 'Der Tarif erlaubt {most} Schlüssel. Es wurde keiner angelegt; zieh zuerst einen zurück.',
  WORKSPACE_NOT_FOUND: 'Diesen Arbeitsbereich gibt es nicht, oder du bist kein Mitglied. Es wurde nichts geändert; sieh die Liste noch einmal durch.',
  EXPORT_FIRST: 'Lade zuerst deine Daten herunter, oder sag, dass du sie nicht möchtest. Es wurde nichts gelöscht.',
  WORKSPACES_OWNED: 'Dir gehören Arbeitsbereiche, in denen andere Mitglied sind. Es wurde nichts gelöscht; gib sie zuerst ab oder lösch sie.',
  NOT_CLOSING: 'Dieses Konto soll nicht gelöscht werden. Es wurde nichts geändert.',
  EMAIL_SAME: 'Das Konto hat diese Adresse schon. Es wurde nichts geändert.',
  EMAIL_HELD: 'Ein Arbeitsbereich von dir verlangt von allen mit einer Adresse bei {domain} die Firmenanmeldung. Es wurde nichts geändert; verlass zuerst den Arbeitsbereich, oder wende dich an dessen Verwaltung.',
  PROVIDER_NOT_LINKED: 'Das Konto meldet sich nicht mit diesem Anbieter an. Es wurde nichts geändert; sieh die Liste noch einmal durch.',
  LINK_FAILED: 'Jenes Konto konnte nicht hinzugefügt werden: Es gehört hier zu einem anderen Konto, seine Adresse ist dort nicht bestätigt, oder es hat zu lange gedauert. Es wurde nichts geändert; versuch es noch einmal.',
  LAST_WAY_IN: 'Das ist der letzte Weg in das Konto. Es wurde nichts geändert; setz zuerst ein Passwort oder füg einen anderen Weg hinzu.',
  PASSKEYS_IMPOSSIBLE: 'Passkeys brauchen einen Server mit Namen und https oder einen auf diesem Computer, der als localhost geöffnet ist. Es wurde nichts geändert; nimm einen anderen Weg.',
  PASSKEY_FAILED: 'Dieser Passkey wurde nicht angenommen. Es wurde nichts geändert; versuch es noch einmal oder nimm einen anderen Weg.',
  PASSKEY_NOT_FOUND: 'Diesen Passkey gibt es nicht mehr. Es wurde nichts geändert; sieh die Liste noch einmal durch.',
  PASSKEYS_FULL: 'Ein Konto hat höchstens {most} Passkeys. Es wurde keiner angelegt; entfern zuerst einen.',
  PROVIDER_UNKNOWN: 'Diesen Weg der Anmeldung kennt der Server nicht. Es wurde nichts geändert; nimm einen anderen.',
};
/** English sentences that say more than the problem's own: by what is wrong with a password. */
const englishProblems: Record<string, string> = {
  TOO_SHORT: 'This password is too short. Nothing was changed; take 12 characters or more.',
  TOO_LONG: 'This password is too long. Nothing was changed; take 128 characters at most.',
  COMMON: 'This password is too easy to guess: many people use it, or one much like it. Nothing was changed; choose another one.',
  BREACHED: 'This password became known in a break-in elsewhere. Nothing was changed; choose another one.',
  PERSONAL: 'This password is mostly your name or your address. Nothing was changed; choose another one.',
  PATTERN: 'This password is a row or a repetition, and too easy to guess. Nothing was changed; choose another one.',
};

/** The words in a language. */
export function textsOf(language: Language): Texts {
  return language === 'de' ? de : en;
}

/** A sentence with its parameters put in. */
export function fill(sentence: string, params: Record<string, unknown>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

/** What went wrong, in a language. */
export function problemSentence({ code, message, params }: { code: string; message: string; params: Record<string, unknown> }, language: Language): string {
  const sentence = (language === 'de' ? germanProblems : englishProblems)[code === 'PASSWORD_UNFIT' ? String(params.fault) : code];
  return sentence ? fill(sentence, params) : message;
}

/** What can go wrong by its code, with the parameters still open: for scripts, which have no words of their own. English ones come with the problem. */
export function sentencesOf(codes: readonly string[], language: Language): Record<string, string> {
  const table = language === 'de' ? germanProblems : englishProblems;
  return Object.fromEntries(codes.flatMap((code) => (table[code] ? [[code, table[code]]] : [])));
}

/** The language that a browser asks for; German when it stands before English. */
export function languageOfRequest(context: Context): Language {
  const wanted = (context.req.header('accept-language') ?? '').toLowerCase().split(',').map((part) => part.trim().slice(0, 2));
  return wanted.find((one) => one === 'de' || one === 'en') === 'de' ? 'de' : 'en';
}
