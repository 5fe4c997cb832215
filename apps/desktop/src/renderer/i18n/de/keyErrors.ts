import type { ErrorSentence, KeyErrorCode } from '../errorCodes.ts';

/** What keeps something encrypted from being opened, sent or given, in German. */
export const keyErrorsGerman: Readonly<Record<KeyErrorCode, ErrorSentence>> = {
  ASSET_DAMAGED: () => 'Ein Bild kam vom Server mit anderem Inhalt, als der Flow nennt, darum wird es nicht gezeigt. Es wurde nichts geändert; frag, wer den Server betreibt.',
  ASSET_NAME_WRONG: () => 'Ein Bild kam nicht so beim Server an, wie es hier liegt. Dort wurde nichts gespeichert; es wird noch einmal gesendet.',
  ASSET_NOT_FOUND: () => 'Der Server hat dieses Bild (noch) nicht. Es wurde nichts geändert; es kommt, wenn verbunden ist, wer es in den Flow gesetzt hat.',
  ASSET_NOT_HERE: () => 'Dieses Bild ist noch nicht hier. Verloren ist nichts; es kommt, wenn verbunden ist, wer es in den Flow gesetzt hat, und diese App auch.',
  ASSET_NOT_NAMED: () => 'Dieser Flow zeigt dieses Bild nicht (mehr). Es wurde nichts geändert.',
  ASSET_NOT_SEALED: () => 'Der Server hat ein Bild abgelehnt, weil es nicht versiegelt ankam. Dort wurde nichts davon gespeichert; aktualisiere die App.',
  ASSET_TOO_LARGE: () => 'Dieses Bild ist größer, als der Server annimmt. Es bleibt hier; setze ein kleineres in den Flow.',
  DEVICE_CODE_LIMIT: (p) => `Es gibt ${String(p.limit)} Codes, die noch niemand benutzt hat. Es wurde nichts geändert; nimm einen davon, oder warte zehn Minuten.`,
  DEVICE_CODE_UNKNOWN: () => 'Dieser Code ist unbekannt, benutzt oder älter als zehn Minuten. Es wurde nichts geändert; lass dir auf dem anderen Gerät einen neuen zeigen.',
  ENTRY_NOT_SEALED: () => 'Der Server hat eine Änderung abgelehnt, weil sie nicht versiegelt ankam. Dort wurde nichts davon gespeichert, und hier liegt sie beiseite; aktualisiere die App.',
  INVITATION_KEY_UNKNOWN: () => 'Hinter dieser Einladung liegt kein Schlüssel (mehr) für dich. Du bist im Arbeitsbereich; bitte jemanden aus dessen Verwaltung um den Schlüssel.',
  INVITATION_LINK_INVALID: () => 'Das ist kein Link einer Einladung, oder nicht der ganze. Es wurde nichts geändert; kopiere ihn noch einmal bis zum Ende.',
  INVITATION_OTHER_SERVER: (p) => `Diese Einladung gilt für den Server ${String(p.host)}, und du bist an einem anderen angemeldet. Es wurde nichts geändert; melde dich zuerst dort an.`,
  KEYS_CHANGED: () => 'Die Schlüssel deines Kontos wurden auf einem anderen Gerät geändert. Hier wurde nichts geändert; versuche es noch einmal.',
  KEYS_EXIST: () => 'Dein Konto hat schon Schlüssel. Es wurde nichts geändert; bring sie mit dem Wiederherstellungstext oder mit dem Code eines anderen Geräts hierher.',
  KEYS_NOT_HERE: () => 'Die Schlüssel deines Kontos sind nicht auf diesem Gerät, darum lässt sich hier nichts Verschlüsseltes öffnen oder senden. Es wurde nichts geändert; bring sie mit dem Wiederherstellungstext oder dem Code eines anderen Geräts, oder richte die Verschlüsselung ein.',
  KEYS_NOT_OWN: () => 'Diese Schlüssel gehören einem anderen Konto. Es wurde nichts geändert.',
  KEYS_NOT_SET: () => 'Dein Konto hat noch keine Schlüssel. Es wurde nichts geändert; richte zuerst die Verschlüsselung ein.',
  KEY_MEMBER_WITHOUT_KEYS: () => 'Diese Person hat die Verschlüsselung noch nicht eingerichtet, darum gibt es nichts, worauf sich versiegeln ließe. Es wurde nichts gegeben; sobald sie das in ihrer App getan hat, versuche es noch einmal.',
  KEY_TEXT_MISTYPED: (p) => {
    const what = p.kind === 'code' ? 'Code' : 'Wiederherstellungstext';
    if (p.problem === 'LENGTH') return `Das ist kein ganzer ${what}. Es wurde nichts geändert; ein ${what} hat ${p.kind === 'code' ? 'acht' : '14'} Gruppen zu vier Zeichen.`;
    if (p.problem === 'LETTER') return `Darin steht ein Zeichen, das in keinem ${what} vorkommt. Es wurde nichts geändert; vergleiche Zeichen für Zeichen.`;
    return `Im ${what} stimmt mindestens ein Zeichen nicht. Es wurde nichts geändert; vergleiche Zeichen für Zeichen.`;
  },
  LINK_KEY_UNKNOWN: () => 'Diesen Link gibt es nicht (mehr). Es wurde nichts geändert.',
  SIGN_IN_AGAIN: (p) => `Dafür musst du dich in den letzten ${String(p.minutes)} Minuten angemeldet haben. Es wurde nichts geändert; melde dich ab und wieder an, dann versuche es noch einmal.`,
  WORKSPACE_KEY_MISSING: () => 'Dieser Arbeitsbereich ist verschlüsselt und hat noch keinen Schlüssel, darum lässt sich darin nichts teilen. Es wurde nichts geändert; öffne ihn zuerst auf einem Gerät der Person, der er gehört.',
  WORKSPACE_NOT_ENCRYPTED: () => 'Dieser Arbeitsbereich ist nicht verschlüsselt, und das lässt sich nachträglich nicht ändern. Es wurde nichts geändert; lege einen verschlüsselten an und teile die Flows dort.',
  WRAPS_REFUSED: () => 'Der Server hat den Schlüssel nicht angenommen: Jemand ist nicht mehr im Arbeitsbereich oder hat inzwischen andere Schlüssel. Es wurde nichts geändert; sieh dir die Mitglieder noch einmal an.',
};
