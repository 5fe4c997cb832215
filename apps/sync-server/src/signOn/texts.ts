/** The words of the pages of single sign-on. */
import type { Language } from '../mail/templates.ts';

const en = {
  signOn: 'Single sign-on',
  signOnLead: 'Your company’s own sign-in. Enter your address at work; its domain tells where to go.',
  email: 'E-mail address',
  name: 'Name',
  go: 'Continue',
  back: 'Back',
  cancel: 'Cancel',
  otherWay: 'Sign in another way',
  failed: 'The sign-on did not succeed',
  leading: 'On to your company’s sign-in',
  leadingLead: 'You sign in at {host} and come back here by yourself.',
  onward: 'Go on',
  unasked: 'Sign in here?',
  unaskedLead: '“{name}” sent you here as {email}. Go on only if you began this yourself.',
  askedLead: 'Another page sent you here to sign in by single sign-on. Go on only if you began this yourself.',
  subject: 'Name at the provider',
  groups: 'Groups',
  tested: 'The connection works',
  testedLead: 'This is what the provider says of you. You would have been let in.',
  testFailed: 'The provider answered, but you would not have been let in',
  signedOut: 'You are signed out here',
  signedOutLead: 'At “{name}” ({host}) you are still signed in. Sign out there too when others use this computer; other programs of your company may want you to sign in again then.',
  signOutThere: 'Sign out there too',
  signInAgain: 'Sign in again',
};
type Texts = typeof en;

const de: Texts = {
  signOn: 'Firmenanmeldung',
  signOnLead: 'Die Anmeldung deines Unternehmens (Single Sign-on). Gib deine Adresse bei der Arbeit ein; ihre Domain sagt, wohin es geht.',
  email: 'E-Mail-Adresse',
  name: 'Name',
  go: 'Weiter',
  back: 'Zurück',
  cancel: 'Abbrechen',
  otherWay: 'Anders anmelden',
  failed: 'Die Anmeldung ist nicht gelungen',
  leading: 'Weiter zur Anmeldung deines Unternehmens',
  leadingLead: 'Du meldest dich bei {host} an und kommst von selbst hierher zurück.',
  onward: 'Weiter dorthin',
  unasked: 'Hier anmelden?',
  unaskedLead: '„{name}“ hat dich als {email} hierher geschickt. Geh nur weiter, wenn du das selbst begonnen hast.',
  askedLead: 'Eine andere Seite hat dich hierher geschickt, um dich per Single Sign-on anzumelden. Geh nur weiter, wenn du das selbst begonnen hast.',
  subject: 'Name beim Anbieter',
  groups: 'Gruppen',
  tested: 'Die Verbindung funktioniert',
  testedLead: 'Das sagt der Anbieter über dich. Du wärst hereingelassen worden.',
  testFailed: 'Der Anbieter hat geantwortet, aber du wärst nicht hereingelassen worden',
  signedOut: 'Du bist hier abgemeldet',
  signedOutLead: 'Bei „{name}“ ({host}) bist du noch angemeldet. Melde dich auch dort ab, wenn andere diesen Rechner benutzen; andere Programme deines Unternehmens wollen dann vielleicht, dass du dich neu anmeldest.',
  signOutThere: 'Auch dort abmelden',
  signInAgain: 'Wieder anmelden',
};

/** The words in a language. */
export function signOnTexts(language: Language): Texts {
  return language === 'de' ? de : en;
}
