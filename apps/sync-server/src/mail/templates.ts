/** What the server writes to people, in English and German. Names that people chose are data: they are escaped and never become links. */
import { roleName } from './roleNames.ts';

export type Language = 'en' | 'de';

/** A mail by its kind, with what it says. */
export type MailContent =
  | { kind: 'verify'; params: { name: string; link: string; code: string } }
  | { kind: 'exists'; params: { name: string; link: string } }
  | { kind: 'reset'; params: { name: string; link: string; code: string } }
  | { kind: 'passwordChanged'; params: { name: string; link: string } }
  | { kind: 'locked'; params: { name: string; minutes: number; link: string } }
  | { kind: 'suspicious'; params: { name: string; at: string; address: string; device: string; link: string } }
  | { kind: 'security'; params: { name: string; change: SecurityChange; detail: string; link: string } }
  | { kind: 'emailAsked'; params: { name: string; newEmail: string; link: string; code: string } }
  | { kind: 'emailConfirm'; params: { name: string; link: string; code: string } }
  | { kind: 'emailChanged'; params: { name: string; newEmail: string; day: string; link: string; code: string } }
  | { kind: 'emailReserved'; params: { day: string; link: string } }
  | { kind: 'notice'; params: { name: string; subject: string; text: string; link: string } }
  | { kind: 'domainProof'; params: { name: string; domain: string; workspaceName: string; day: string; isOver: boolean; link: string } }
  | { kind: 'deletion'; params: { name: string; day: string; link: string } }
  | { kind: 'invitation'; params: { workspaceName: string; inviterName: string; role: string; link: string; note?: string; encrypted?: boolean } };

/** What was changed about how an account is entered. */
export type SecurityChange = 'passkeyAdded' | 'passkeyRemoved' | 'providerLinked' | 'providerUnlinked' | 'twoFactorOn' | 'twoFactorOff' | 'apiKeyMade' | 'emailUndone';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

interface Wording {
  subject: string;
  lines: string[];
  /** Text of the link. */
  action: string;
  /** Said below the link. */
  after: string[];
}

/** The mail in a language, as plain text and as HTML without anything loaded from elsewhere. */
export function renderMail(content: MailContent, language: Language): RenderedMail {
  const { subject, lines, action, after } = wordingOf(content, language);
  const { link } = content.params;
  const code = 'code' in content.params ? content.params.code : undefined;
  const codeLine = code === undefined ? [] : [language === 'de' ? `Oder gib auf der Seite diesen Code ein: ${code}` : `Or enter this code on the page: ${code}`];
  const text = [...lines, `${action}: ${link}`, ...codeLine, ...after, '–', 'UX Flow Engine'].join('\n\n');
  const paragraph = (line: string) => `<p style="margin:0 0 16px">${escape(line)}</p>`;
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escape(subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif"><div style="max-width:560px;margin:0 auto">
${lines.map(paragraph).join('\n')}
<p style="margin:0 0 16px"><a href="${escape(link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#3b4cca;color:#ffffff;text-decoration:none">${escape(action)}</a></p>
${[...codeLine, ...after].map(paragraph).join('\n')}
<p style="margin:24px 0 0;font-size:13px">UX Flow Engine</p>
</div></body></html>`;
  return { subject: oneLine(subject), text, html };
}

function wordingOf(content: MailContent, language: Language): Wording {
  switch (content.kind) {
    case 'verify':
      return language === 'de'
        ? { subject: 'Bestätige deine Adresse', lines: [`Hallo ${content.params.name},`, 'jemand hat mit dieser Adresse ein Konto angelegt. Warst du das, bestätige bitte die Adresse.'], action: 'Adresse bestätigen', after: ['Der Link gilt 24 Stunden. Warst du es nicht, tu nichts.'] }
        : { subject: 'Confirm your address', lines: [`Hello ${content.params.name},`, 'Somebody made an account with this address. If it was you, please confirm it.'], action: 'Confirm the address', after: ['The link works for 24 hours. If it was not you, do nothing.'] };
    case 'exists':
      return language === 'de'
        ? { subject: 'Du hast bereits ein Konto', lines: [`Hallo ${content.params.name},`, 'jemand wollte mit dieser Adresse ein neues Konto anlegen. Du hast schon eines; es wurde nichts geändert.'], action: 'Anmelden', after: ['Kennst du dein Passwort nicht mehr, kannst du dort ein neues setzen.'] }
        : { subject: 'You already have an account', lines: [`Hello ${content.params.name},`, 'Somebody tried to make a new account with this address. You have one already; nothing was changed.'], action: 'Sign in', after: ['If you no longer know your password, you can set a new one there.'] };
    case 'reset':
      return language === 'de'
        ? { subject: 'Neues Passwort setzen', lines: [`Hallo ${content.params.name},`, 'jemand hat ein neues Passwort für dein Konto verlangt.'], action: 'Neues Passwort setzen', after: ['Der Link gilt eine Stunde und nur einmal. Warst du es nicht, tu nichts: Dein Passwort bleibt, wie es ist.'] }
        : { subject: 'Set a new password', lines: [`Hello ${content.params.name},`, 'Somebody asked for a new password for your account.'], action: 'Set a new password', after: ['The link works for one hour and once. If it was not you, do nothing: your password stays as it is.'] };
    case 'passwordChanged':
      return language === 'de'
        ? { subject: 'Dein Passwort wurde geändert', lines: [`Hallo ${content.params.name},`, 'das Passwort deines Kontos wurde geändert, und andere Geräte wurden abgemeldet.'], action: 'Passwort zurücksetzen', after: ['Warst du es nicht, setz sofort ein neues.'] }
        : { subject: 'Your password was changed', lines: [`Hello ${content.params.name},`, 'The password of your account was changed, and other devices were signed out.'], action: 'Reset the password', after: ['If it was not you, set a new one at once.'] };
    case 'locked':
      return language === 'de'
        ? { subject: 'Zu viele Anmeldeversuche', lines: [`Hallo ${content.params.name},`, `jemand hat mehrmals mit einem falschen Passwort versucht, sich bei deinem Konto anzumelden. Es ist für ${content.params.minutes} Minuten gesperrt.`], action: 'Neues Passwort setzen', after: ['Ein neues Passwort hebt die Sperre sofort auf.'] }
        : { subject: 'Too many attempts to sign in', lines: [`Hello ${content.params.name},`, `Somebody tried several times to sign in to your account with a wrong password. It is locked for ${content.params.minutes} minutes.`], action: 'Set a new password', after: ['A new password lifts the lock at once.'] };
    case 'suspicious':
      return language === 'de'
        ? { subject: 'Anmeldung von einem neuen Gerät', lines: [`Hallo ${content.params.name},`, `dein Konto wurde von einem Gerät benutzt, das wir nicht kennen: ${content.params.device}, Netzadresse ${content.params.address}, ${content.params.at} (UTC).`], action: 'Neues Passwort setzen', after: ['Warst du es, ist nichts zu tun.'] }
        : { subject: 'A sign-in from a new device', lines: [`Hello ${content.params.name},`, `Your account was used from a device that we do not know: ${content.params.device}, network address ${content.params.address}, ${content.params.at} (UTC).`], action: 'Set a new password', after: ['If it was you, there is nothing to do.'] };
    case 'security': {
      const sentence = fillDetail((language === 'de' ? germanChanges : englishChanges)[content.params.change], content.params.detail);
      return language === 'de'
        ? { subject: 'Der Zugang zu deinem Konto wurde geändert', lines: [`Hallo ${content.params.name},`, sentence], action: 'Konto ansehen', after: ['Warst du es, ist nichts zu tun. Warst du es nicht, setz sofort ein neues Passwort.'] }
        : { subject: 'How your account is entered was changed', lines: [`Hello ${content.params.name},`, sentence], action: 'Look at the account', after: ['If it was you, there is nothing to do. If it was not you, set a new password at once.'] };
    }
    case 'emailAsked':
      return language === 'de'
        ? { subject: 'Dein Konto soll eine andere Adresse bekommen', lines: [`Hallo ${content.params.name},`, `jemand hat für dein Konto die neue Adresse ${content.params.newEmail} verlangt. Sie gilt erst, wenn sie von dort bestätigt ist.`], action: 'Das war ich nicht', after: ['Warst du es, tu nichts. Warst du es nicht, ist jemand in deinem Konto: Der Link ruft die Änderung zurück und meldet überall ab. Setz danach ein neues Passwort.'] }
        : { subject: 'Your account is to get another address', lines: [`Hello ${content.params.name},`, `Somebody asked for the new address ${content.params.newEmail} for your account. It holds only once it is confirmed from there.`], action: 'It was not me', after: ['If it was you, do nothing. If it was not you, somebody is in your account: the link calls the change off and signs out everywhere. Set a new password after that.'] };
    case 'emailConfirm':
      return language === 'de'
        ? { subject: 'Bestätige deine neue Adresse', lines: [`Hallo ${content.params.name},`, 'diese Adresse soll die neue deines Kontos werden. Warst du das, bestätige sie bitte.'], action: 'Neue Adresse bestätigen', after: ['Der Link gilt 24 Stunden. Warst du es nicht, tu nichts.'] }
        : { subject: 'Confirm your new address', lines: [`Hello ${content.params.name},`, 'This address is to become the new one of your account. If it was you, please confirm it.'], action: 'Confirm the new address', after: ['The link works for 24 hours. If it was not you, do nothing.'] };
    case 'emailChanged':
      return language === 'de'
        ? { subject: 'Dein Konto hat eine neue Adresse', lines: [`Hallo ${content.params.name},`, `dein Konto gehört jetzt zu ${content.params.newEmail}. Andere Geräte wurden abgemeldet.`], action: 'Rückgängig machen', after: [`Warst du es nicht, mach es rückgängig: Bis zum ${content.params.day} bringt der Link das Konto zu dieser Adresse zurück und meldet überall ab.`] }
        : { subject: 'Your account has a new address', lines: [`Hello ${content.params.name},`, `Your account belongs to ${content.params.newEmail} now. Other devices were signed out.`], action: 'Undo', after: [`If it was not you, undo it: until ${content.params.day} the link brings the account back to this address and signs out everywhere.`] };
    case 'emailReserved':
      return language === 'de'
        ? { subject: 'Diese Adresse ist noch vorgemerkt', lines: ['Hallo,', `mit dieser Adresse sollte ein Konto angelegt werden. Sie gehörte bis vor Kurzem zu einem anderen Konto und bleibt dafür bis zum ${content.params.day} vorgemerkt.`], action: 'Später anlegen', after: ['Warst du es nicht, tu nichts.'] }
        : { subject: 'This address is still reserved', lines: ['Hello,', `Somebody wanted to make an account with this address. It belonged to another account until recently and stays reserved for that until ${content.params.day}.`], action: 'Make it later', after: ['If it was not you, do nothing.'] };
    case 'notice': {
      const { name, subject, text } = content.params;
      const lines = text.split(/\n{2,}/);
      return language === 'de'
        ? { subject, lines: [`Hallo ${name},`, ...lines], action: 'Konto ansehen', after: ['Diese Nachricht schreibt, wer den Server betreibt.'] }
        : { subject, lines: [`Hello ${name},`, ...lines], action: 'Look at your account', after: ['This message comes from who runs the server.'] };
    }
    case 'domainProof': {
      const { name, domain, workspaceName, day, isOver } = content.params;
      const required = { en: 'Where sign-on is required, the owner still comes in with two factors.', de: 'Wo die Firmenanmeldung verlangt wird, kommt weiterhin mit zwei Faktoren hinein, wem der Arbeitsbereich gehört.' };
      if (language === 'de') {
        return isOver
          ? { subject: `Die Firmenanmeldung gilt für ${domain} nicht mehr`, lines: [`Hallo ${name},`, `seit sieben Tagen fehlt der Nachweis, dass ${domain} zur Firmenanmeldung von „${workspaceName}“ gehört. Mit Adressen dieser Domain meldet sich dort niemand mehr an.`], action: 'Nachweis ansehen', after: ['Steht der Nachweis wieder im DNS oder auf der Website, lass dort danach suchen: Dann geht es sofort weiter.', required.de] }
          : { subject: `Der Nachweis für ${domain} fehlt`, lines: [`Hallo ${name},`, `der Nachweis, dass ${domain} zur Firmenanmeldung von „${workspaceName}“ gehört, ist weder im DNS noch auf der Website zu finden. Stell ihn bis zum ${day} wieder her; danach meldet sich mit Adressen dieser Domain dort niemand mehr an.`], action: 'Nachweis ansehen', after: ['Es wurde noch nichts geändert.'] };
      }
      return isOver
        ? { subject: `Single sign-on does not hold for ${domain} any more`, lines: [`Hello ${name},`, `The proof that ${domain} belongs to the single sign-on of “${workspaceName}” has been missing for seven days. Nobody with an address of this domain signs in by it any more.`], action: 'See the proof', after: ['Once the proof is back in DNS or at the website, look for it there: then it goes on at once.', required.en] }
        : { subject: `The proof for ${domain} is missing`, lines: [`Hello ${name},`, `The proof that ${domain} belongs to the single sign-on of “${workspaceName}” is found neither in DNS nor at its website. Put it back by ${day}; after that nobody with an address of this domain signs in by it.`], action: 'See the proof', after: ['Nothing was changed yet.'] };
    }
    case 'deletion':
      return language === 'de'
        ? { subject: 'Dein Konto wird gelöscht', lines: [`Hallo ${content.params.name},`, `dein Konto wird am ${content.params.day} mit allem, was dazu gehört, gelöscht. Alle Geräte sind abgemeldet.`], action: 'Anmelden und behalten', after: ['Bis dahin kannst du dich anmelden und das Konto behalten.'] }
        : { subject: 'Your account will be deleted', lines: [`Hello ${content.params.name},`, `Your account and all that belongs to it will be deleted on ${content.params.day}. All devices were signed out.`], action: 'Sign in and keep it', after: ['Until then you can sign in and keep the account.'] };
    case 'invitation': {
      const { workspaceName, inviterName, role, note, encrypted } = content.params;
      return language === 'de'
        ? { subject: `Einladung in „${workspaceName}“`, lines: ['Hallo,', `${inviterName} lädt dich in den Arbeitsbereich „${workspaceName}“ ein (Rolle: ${roleName(role, language)}).`, ...(note ? [`„${note}“`] : [])], action: 'Einladung ansehen', after: [...(encrypted ? [`Der Arbeitsbereich ist verschlüsselt: ${inviterName} sendet dir auf anderem Weg einen zweiten Link. Füg ihn in der App ein („Mit mir geteilt“, „Mit einem Link beitreten“); er bringt den Schlüssel, den dieser Server nicht kennt.`] : []), 'Die Einladung gilt sieben Tage und nur für diese Adresse.'] }
        : { subject: `Invitation to “${workspaceName}”`, lines: ['Hello,', `${inviterName} invites you to the workspace “${workspaceName}” as ${roleName(role, language)}.`, ...(note ? [`“${note}”`] : [])], action: 'See the invitation', after: [...(encrypted ? [`The workspace is encrypted: ${inviterName} sends you a second link by other means. Paste it in the app (“Shared with me”, “Join with a link”); it brings the key, which this server does not know.`] : []), 'The invitation is valid for seven days and for this address only.'] };
    }
  }
}

const englishChanges: Record<SecurityChange, string> = {
  passkeyAdded: 'The passkey “{detail}” was added to your account.',
  passkeyRemoved: 'The passkey “{detail}” was removed from your account.',
  providerLinked: 'Signing in with {detail} was added to your account.',
  providerUnlinked: 'Signing in with {detail} was removed from your account.',
  twoFactorOn: 'The second factor of your account was switched on.',
  twoFactorOff: 'The second factor of your account was switched off.',
  apiKeyMade: 'The key “{detail}” for programs was made for your account.',
  emailUndone: 'The change of the address of your account was undone. Every device was signed out.',
};
const germanChanges: Record<SecurityChange, string> = {
  passkeyAdded: 'der Passkey „{detail}“ wurde deinem Konto hinzugefügt.',
  passkeyRemoved: 'der Passkey „{detail}“ wurde aus deinem Konto entfernt.',
  providerLinked: 'die Anmeldung mit {detail} wurde deinem Konto hinzugefügt.',
  providerUnlinked: 'die Anmeldung mit {detail} wurde aus deinem Konto entfernt.',
  twoFactorOn: 'der zweite Faktor deines Kontos wurde eingeschaltet.',
  twoFactorOff: 'der zweite Faktor deines Kontos wurde ausgeschaltet.',
  apiKeyMade: 'für dein Konto wurde der Schlüssel „{detail}“ für Programme angelegt.',
  emailUndone: 'die Änderung der Adresse deines Kontos wurde rückgängig gemacht. Alle Geräte wurden abgemeldet.',
};

function fillDetail(sentence: string, detail: string): string {
  return sentence.replace('{detail}', () => detail);
}

/** A header holds one line; what people chose may hold more. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ').trim();
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
