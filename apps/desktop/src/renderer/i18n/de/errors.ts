import type { ErrorCode, ErrorParams, ErrorSentence } from '../errorCodes.ts';
import { moneyText } from '../money.ts';
import { keyErrorsGerman } from './keyErrors.ts';
import { sharingErrorsGerman } from './sharingErrors.ts';

/** What each error says in German. */
export const errorsGerman: Readonly<Record<ErrorCode, ErrorSentence>> = {
  ...sharingErrorsGerman,
  ...keyErrorsGerman,
  MODEL_KEY_REJECTED: model((p) =>
    p.reason === 'malformed'
      ? `Der Schlüssel für ${where(p)} enthält ein Zeichen, das in keinem Schlüssel vorkommt, vielleicht einen Zeilenumbruch vom Kopieren. Füge den Schlüssel in den Modelleinstellungen noch einmal ein.`
      : `${upper(where(p))} hat den Schlüssel abgelehnt${status(p)}. Prüfe den Schlüssel in den Modelleinstellungen und ob er ${p.model ? `„${p.model}“` : 'diesen Anbieter'} nutzen darf.`,
  ),
  MODEL_NOT_FOUND: model((p) =>
    p.reason === 'address'
      ? `${upper(where(p))} antwortet, aber nicht unter diesem Pfad. Prüfe die Basisadresse in den Modelleinstellungen; ${p.provider === 'openai' ? 'bei den meisten Endpunkten endet sie auf /v1' : 'sie steht dort ohne Pfad'}.`
      : p.provider === 'ollama'
        ? `Ollama unter ${where(p)} hat ${which(p)} nicht. Wähle ein anderes Modell oder hole es in den Modelleinstellungen.`
        : `${upper(where(p))} bietet ${which(p)} nicht an. Wähle in den Modelleinstellungen ein Modell aus der Liste.`,
  ),
  MODEL_RATE_LIMITED: model(
    (p) => `${upper(where(p))} nimmt gerade keine Anfragen mehr an. Versuche es ${typeof p.retryAfterMs === 'number' ? `in ${seconds(p.retryAfterMs)}` : 'in einer Minute'} noch einmal oder nimm ein anderes Modell.`,
  ),
  MODEL_QUOTA_EXHAUSTED: model((p) => `Das Guthaben des Kontos bei ${where(p)} ist aufgebraucht. Lade es dort auf oder wähle ein anderes Modell.`),
  MODEL_PROVIDER_FAILED: model((p) =>
    p.reason === 'memory'
      ? `${upper(where(p))} hat nicht genug Speicher für ${which(p)}. Wähle ein kleineres Modell oder schließe andere Programme.`
      : `${upper(where(p))} ist beim Antworten gescheitert${status(p)}. Versuche es noch einmal oder wähle ein anderes Modell.`,
  ),
  MODEL_TIMED_OUT: model((p) =>
    p.reason === 'silent'
      ? `${upper(where(p))} hat angefangen zu antworten und dann ${seconds(p.timeoutMs)} lang nichts mehr gesendet. Versuche es noch einmal oder wähle ein schnelleres Modell.`
      : `${upper(where(p))} ist nicht innerhalb von ${seconds(p.timeoutMs)} fertig geworden. Versuche es noch einmal oder wähle ein schnelleres Modell.`,
  ),
  MODEL_UNREACHABLE: model((p) =>
    p.reason === 'unknownHost'
      ? `Kein Rechner namens ${where(p)} ist zu finden. Prüfe die Adresse und die Netzverbindung.`
      : p.reason === 'reset'
        ? `${upper(where(p))} hat die Verbindung geschlossen, bevor eine Antwort kam. Versuche es noch einmal.`
        : p.provider === 'ollama'
          ? `Unter ${where(p)} antwortet niemand. Starte Ollama oder berichtige die Adresse in den Modelleinstellungen.`
          : `Unter ${where(p)} antwortet niemand. Prüfe die Adresse in den Modelleinstellungen und die Netzverbindung.`,
  ),
  MODEL_PROXY_REFUSED: model((p) =>
    p.status === 407
      ? `Der Proxy ${proxyOf(p)}auf dem Weg zu ${where(p)} verlangt Namen und Passwort (407). Trage sie in den Modelleinstellungen unter „Erweiterte Verbindung“ ein.`
      : `Der Proxy ${proxyOf(p)}lässt die App nicht zu ${where(p)} durch${status(p)}. Bitte die zuständige Stelle, diese Adresse zu erlauben, oder nimm den Proxy in den Modelleinstellungen unter „Erweiterte Verbindung“ heraus.`,
  ),
  MODEL_PROXY_UNREACHABLE: model(
    (p) => `Der Proxy ${proxyOf(p)}auf dem Weg zu ${where(p)} antwortet nicht. Prüfe seine Adresse in den Modelleinstellungen unter „Erweiterte Verbindung“ und die Netzverbindung.`,
  ),
  MODEL_CERTIFICATE: model((p) =>
    p.reason === 'notTls'
      ? `${upper(where(p))} spricht kein https. Schreibe http:// in die Adresse, wenn du diesem Rechner vertraust.`
      : p.reason === 'expired'
        ? `Das Zertifikat von ${where(p)} ist abgelaufen, oder die Uhr dieses Rechners geht falsch. Lass es von denen erneuern, die jenen Rechner betreiben; bis dahin wird nichts dorthin gesendet.`
        : p.reason === 'notYetValid'
          ? `Das Zertifikat von ${where(p)} gilt noch nicht. Prüfe die Uhr dieses Rechners.`
          : p.reason === 'wrongHost'
            ? `Das Zertifikat von ${where(p)} ist auf einen anderen Namen ausgestellt. Verwende in der Adresse den Namen, für den es gilt.`
            : p.reason === 'selfSigned'
              ? `${upper(where(p))} bürgt für sich selbst: Das Zertifikat ist selbst unterschrieben. Wenn du diesem Rechner vertraust, nimm sein Zertifikat in den Modelleinstellungen unter „Erweiterte Verbindung“ auf.`
              : p.reason === 'unknownAuthority'
                ? `Das Zertifikat von ${where(p)} stammt von einer Stelle, die dieser Rechner nicht kennt. Nimm das CA-Zertifikat deiner Organisation in den Modelleinstellungen unter „Erweiterte Verbindung“ auf.`
                : `Das Zertifikat von ${where(p)} ließ sich nicht prüfen (${p.networkCode ?? 'Grund unbekannt'}). Nimm sein CA-Zertifikat in den Modelleinstellungen unter „Erweiterte Verbindung“ auf oder berichtige die Adresse.`,
  ),
  MODEL_CANCELLED: model((p) => `Die Anfrage an ${which(p)} wurde abgebrochen.`),
  MODEL_OUTPUT_TRUNCATED: model((p) =>
    p.reason === 'length'
      ? `Mitten in der Antwort war die Höchstlänge von ${which(p)} erreicht. Verlange weniger auf einmal oder wähle ein Modell, das längere Antworten schreibt.`
      : `Die Antwort von ${which(p)} ist abgerissen. Versuche es noch einmal.`,
  ),
  MODEL_OUTPUT_INVALID: model((p) =>
    p.reason === 'protocol'
      ? `Die Antwort von ${where(p)} hält sich nicht an das eigene Protokoll. Prüfe in den Modelleinstellungen, ob Adresse und Art des Anbieters zusammenpassen.`
      : p.reason === 'tooLarge'
        ? `Von ${which(p)} kam weit mehr als gefragt; die Antwort wurde verworfen. Versuche es noch einmal oder wähle ein anderes Modell.`
        : p.reason === 'empty'
          ? `Von ${which(p)} kam eine leere Antwort. Versuche es noch einmal oder wähle ein anderes Modell.`
          : `Die Antwort von ${which(p)} hatte nicht die nötige Form, auch nicht nach einer Korrektur. Wähle ein stärkeres Modell oder mach mit den eingebauten Regeln weiter.`,
  ),
  MODEL_CONTEXT_TOO_LONG: model((p) => `Die Anfrage ist länger, als ${which(p)} auf einmal lesen kann. Frage nach einem kleineren Teil des Flows oder wähle ein Modell mit größerem Kontext.`),
  MODEL_WRONG_CONTENT_TYPE: model(
    (p) => `${upper(where(p))} hat mit ${p.contentType ?? 'etwas anderem'} statt mit der Antwort eines Modells geantwortet: wahrscheinlich eine Webseite oder ein Proxy. Prüfe die Basisadresse in den Modelleinstellungen.`,
  ),
  MODEL_REFUSED: model((p) =>
    p.reason === 'contentFilter'
      ? `Der Inhaltsfilter von ${where(p)} hat die Antwort gestoppt. Formuliere die Anfrage anders oder wähle ein anderes Modell.`
      : `${upper(which(p))} hat sich geweigert, darauf zu antworten. Formuliere die Anfrage anders oder wähle ein anderes Modell.`,
  ),
  MODEL_REQUEST_REJECTED: model((p) => `${upper(where(p))} hat die Anfrage zurückgewiesen${status(p)}. Prüfe, ob ${which(p)} das Gewünschte kann, oder wähle ein anderes Modell.`),
  MODEL_NO_VISION: model((p) => `${upper(which(p))} sieht keine Bilder. Sag in Worten, was das Bild zeigt, oder wähle ein Modell, das sieht.`),
  MODEL_CONTEXT_OVERFLOW: model(
    (p) => `Das sind mindestens ${count(p.needed)} Token, und ${which(p)} liest höchstens ${count(p.available)} auf einmal. Es wurde nicht gesendet. Frage nach einem kleineren Teil des Flows oder wähle ein Modell mit größerem Kontext.`,
  ),
  MODEL_CIRCUIT_OPEN: model(
    (p) => `${upper(where(p))} ist mehrmals hintereinander gescheitert und wird deshalb ${typeof p.retryAfterMs === 'number' ? seconds(p.retryAfterMs) : 'einige Zeit'} in Ruhe gelassen. Versuche es dann noch einmal, teste die Verbindung in den Modelleinstellungen, damit sofort wieder gefragt wird, oder wähle ein anderes Modell.`,
  ),
  MODEL_PULL_FAILED: model((p) =>
    p.reason === 'unknownModel'
      ? `Die Bibliothek von Ollama hat ${which(p)} nicht. Prüfe den Namen; ollama.com/library nennt alle.`
      : p.reason === 'disk'
        ? `Auf dem Datenträger von Ollama ist zu wenig Platz für ${which(p)}${typeof p.neededBytes === 'number' && typeof p.freeBytes === 'number' ? ` (${gigabytes(p.neededBytes)} zu holen, ${gigabytes(p.freeBytes)} frei)` : ''}. Schaffe Platz und hole es dann noch einmal: Was angekommen ist, bleibt.`
        : p.reason === 'network'
          ? `Ollama konnte seine Bibliothek nicht erreichen, um ${which(p)} zu holen. Prüfe das Netz des Rechners, auf dem es läuft, und hole es dann noch einmal: Was angekommen ist, bleibt.`
          : p.reason === 'cut'
            ? `Die Verbindung zu Ollama unter ${where(p)} riss ab, während es ${which(p)} holte. Hole es noch einmal: Was angekommen ist, bleibt.`
            : `Ollama konnte ${which(p)} nicht holen. Hole es noch einmal: Was angekommen ist, bleibt.`,
  ),
  MODEL_SETTINGS_INVALID: model((p) => `Die Modelleinstellungen lassen sich nicht verwenden: ${settingsReason(p.reason)}. Berichtige sie in den Modelleinstellungen.`),

  DATA_FOLDER_IN_USE: () => 'Ein anderes Programm arbeitet schon mit diesem Datenordner. Nichts wurde geändert. Nutze das offene Fenster oder schließe es und versuche es noch einmal.',
  STORE_FULL: () => 'Der Datenträger ist voll, deshalb wurde die letzte Änderung nicht gespeichert. Alles vorher Gespeicherte ist sicher. Schaffe Platz und versuche es noch einmal.',
  STORE_NOT_WRITABLE: () => 'In den Datenordner kann nicht geschrieben werden. Alles vorher Gespeicherte ist sicher. Prüfe die Rechte des Ordners oder wähle einen anderen.',
  STORE_CORRUPT: () => 'Die Datei mit den gespeicherten Flows ist beschädigt und wurde so gelassen, wie sie ist. Kopiere den Datenordner an einen sicheren Ort und spiele dann eine Sicherung zurück.',
  STORE_IO_FAILED: () => 'Der Datenträger hat die letzte Änderung nicht angenommen. Alles vorher Gespeicherte ist sicher. Prüfe den Datenträger und versuche es noch einmal.',
  STORE_BUSY: () => 'Ein anderes Programm hält die Datei mit den Flows fest, deshalb wurde die letzte Änderung nicht gespeichert. Alles vorher Gespeicherte ist sicher. Schließe jenes Programm und versuche es noch einmal.',
  STORE_READ_ONLY: newerApp,
  STORE_NEWER: newerApp,
  STORE_CLOSED: () => 'Der Datenordner ist geschlossen, deshalb wurde die letzte Änderung nicht gespeichert. Alles vorher Gespeicherte ist sicher. Öffne die App noch einmal.',
  FLOW_NOT_FOUND: () => 'Diesen Flow gibt es nicht mehr. Nichts wurde geändert. Geh zurück zur Liste der Flows.',
  LOG_NOT_FOUND: () => 'Die Geschichte dieses Flows wurde nicht gefunden. Nichts wurde geändert. Geh zurück zur Liste der Flows.',
  LOG_SHARED: () => 'Dieser Flow ist geteilt; seine Änderungen nummeriert der Server. Nichts wurde gespeichert. Die Änderung bleibt aufgehoben, bis der Server sie hat.',
  LOG_GAP: () => 'Änderungen kamen in falscher Reihenfolge an und wurden nicht übernommen. Alles vorher Gespeicherte ist sicher. Verbinde dich neu, um die fehlenden zu bekommen.',
  LOG_FORKED: () => 'Die Geschichte hier ist eine andere als die, die angekommen ist. Nichts wurde geändert. Nimm die andere; deine eigenen Änderungen bleiben aufgehoben.',
  LOG_NEEDS_NEWER_APP: () => 'Dieser Flow wurde zuletzt von einer neueren Version der App geändert; diese Version zeigt ihn nur. Nichts wird geändert; aktualisiere die App, um ihn zu bearbeiten.',
  LOG_VERSION_UNKNOWN: () => 'Eine neuere Version der App hat diesen Flow geändert; diese Version zeigt ihn nur. Nichts ist verloren; aktualisiere die App, um ihn zu bearbeiten.',

  DOCUMENT_INVALID: (p) => `Der Flow lässt sich nicht öffnen: ${firstProblem(p)}. Die Datei blieb, wie sie war. Berichtige die genannten Stellen und öffne sie noch einmal.`,
  DOCUMENT_NOT_A_FLOW: () => 'Die Datei ist JSON, aber kein UX-Flow: Ihr „format“ ist nicht „uxflow“. Nichts wurde geändert. Wähle eine .uxflow-Datei.',
  DOCUMENT_NOT_JSON: (p) => `Die Datei ist kein JSON: ${p.line === undefined ? p.reason : `Zeile ${p.line}, Spalte ${p.column} ist nicht lesbar`}. Sie blieb, wie sie war. Berichtige die Stelle oder wähle eine andere Datei.`,
  DOCUMENT_NOT_TEXT: () => 'Diese Datei ist kein Text, also auch kein .uxflow-Dokument. Nichts wurde geändert. Wähle eine andere Datei.',
  DOCUMENT_TOO_LARGE: (p) => `Die Datei hat ${p.length} Zeichen; höchstens ${p.maximum} lassen sich öffnen. Nichts wurde geändert. Teile den Flow in mehrere.`,
  DOCUMENT_TRUNCATED: (p) =>
    p.position === 0
      ? 'Die Datei ist leer. Sie blieb, wie sie war. Öffne eine Sicherung oder eine frühere Fassung.'
      : `Die Datei bricht in Zeile ${p.line}, Spalte ${p.column} ab; ${p.complete} Einträge davor sind vollständig. Sie blieb, wie sie war. Öffne eine Sicherung oder eine frühere Fassung.`,
  DOCUMENT_VERSION_UNKNOWN: (p) =>
    p.newer === true
      ? `Die Datei stammt von einer neueren Version der App (Format ${p.version}; diese kennt ${p.newest}). Sie blieb, wie sie war. Aktualisiere die App, um sie zu bearbeiten.`
      : `Die „version“ der Datei ist ${p.version === null ? 'nicht angegeben' : JSON.stringify(p.version)}; diese App kennt ${p.newest}. Die Datei blieb, wie sie war. Berichtige die Version oder wähle eine andere Datei.`,

  ENTRY_INVALID: () => 'Diese Änderung ist nicht richtig beschrieben. Nichts wurde geändert; lade die Seite neu und versuche es noch einmal.',
  INTENT_EMPTY: () => 'Diese Änderung ließe alles, wie es ist. Nichts wurde geändert.',
  OP_FIELD_CHANGED: () => 'Was du ändern wolltest, hat sich inzwischen geändert. Nichts wurde überschrieben; sieh es dir noch einmal an und wiederhole deine Änderung.',
  OP_FIELD_INVALID: () => 'Das lässt sich so nicht ändern. Der Flow ist, wie er war.',
  OP_ID_TAKEN: () => 'Das ist schon im Flow. Nichts wurde doppelt hinzugefügt.',
  OP_KIND_UNKNOWN: () => 'Diese Version der App kennt diese Art von Änderung nicht. Der Flow ist, wie er war; aktualisiere die App.',
  OP_OUT_OF_SCOPE: () => 'Du darfst hier nur kommentieren. Der Flow ist, wie er war; bitte den Besitzer um das Recht zu bearbeiten.',
  OP_RECORD_MISSING: () => 'Was du ändern wolltest, ist nicht mehr im Flow. Sonst wurde nichts geändert; „Rückgängig“ oder der Verlauf bringen es zurück.',
  OP_REFERENCE_MISSING: () => 'Das führt zu etwas, das nicht mehr im Flow ist. Nichts wurde geändert; wähle ein anderes Ziel.',
  OP_VALUE_INVALID: () => 'Dieser Wert passt hier nicht. Der alte bleibt; gib einen anderen ein.',
  TRANSACTION_INVALID: () => 'Diese Änderung ist nicht lesbar. Nichts wurde geändert; aktualisiere die App oder prüfe die Datei, aus der sie kommt.',
  TRANSACTION_SCHEMA: () => 'Diese Änderung stammt von einer anderen Version der App und passt nicht zu diesem Flow. Nichts wurde geändert; aktualisiere die App.',
  REPLICA_READ_ONLY: () => 'Dieser Flow lässt sich hier gerade nicht ändern. Nichts ist verloren; aktualisiere die App oder warte auf den Schlüssel des Flows.',

  AGENT_INPUT_INVALID: ({ name, problems }) => `Damit kann „${String(name)}“ nicht arbeiten: ${Array.isArray(problems) ? problems.join('; ') : ''}. Es wurde nichts ausgeführt; berichtige die Eingabe.`,
  AGENT_UNKNOWN: ({ name }) => `Einen Agenten „${String(name)}“ gibt es nicht. Es wurde nichts ausgeführt; wähle einen aus der Liste.`,
  IMAGE_GONE: () => 'Das Bild zu dieser Nachricht ist nicht mehr da. Es wurde nichts geändert; schicke es noch einmal.',
  IMAGE_TOO_LARGE: ({ reason, pixels, bytes, limit }) =>
    reason === 'pixels'
      ? `Das Bild hat ${Math.round(Number(pixels) / 1e6)} Megapixel; bis zu ${Number(limit) / 1e6} sind möglich. Es wurde nicht gesendet und deine Worte sind noch da; verkleinere es.`
      : `Das Bild hat ${(Number(bytes) / 1024 / 1024).toFixed(1).replace('.', ',')} MB; bis zu ${Number(limit) / 1024 / 1024} MB sind möglich. Es wurde nicht gesendet und deine Worte sind noch da; verkleinere es.`,
  IMAGE_TYPE_UNSUPPORTED: () => 'Diese Datei ist kein Bild, das gelesen werden kann: Möglich sind PNG, JPEG, WebP, GIF und SVG. Es wurde nichts gesendet und deine Worte sind noch da; speichere es in einem dieser Formate.',
  IMAGE_UNREADABLE: () => 'Das Bild ist beschädigt; daraus lässt sich nichts lesen. Es wurde nicht gesendet und deine Worte sind noch da; speichere oder exportiere es noch einmal.',
  NO_FLOW_SEEN: () => 'Auf diesem Bild ist kein Flow zu erkennen. Es wurde nichts geändert; schicke ein Bild mit Schritten und Pfeilen oder beschreibe es in Worten.',
  AUTHOR_REFUSED: () => 'Eine Ansicht darf nicht im Namen eines Agenten schreiben. Nichts wurde gespeichert.',
  BUDGET_PRICE_UNKNOWN: (p) => `Es gibt ein Budget, und niemand weiß, was ${String(p.model ?? 'dieses Modell')} kostet. Es wurde nicht gefragt und nichts wurde geändert. Gib seinen Preis in den Einstellungen ein oder erlaube dort Modelle mit unbekanntem Preis.`,
  BUDGET_USED_UP: (p) => `Das Budget für ${p.period === 'month' ? 'diesen Monat' : 'heute'} lässt keinen weiteren Aufruf zu: ${dollars(p.usedUsd)} von ${dollars(p.limitUsd)} sind verbraucht. Niemand wurde gefragt und nichts wurde geändert. Erhöhe das Budget in den Einstellungen, warte, bis es neu beginnt, oder wähle ein Modell auf diesem Rechner; versuche es dann noch einmal.`,
  EGRESS_REFUSED: egress,
  ENTRY_NOT_FOUND: () => 'Diese Änderung steht nicht im Verlauf des Flows. Nichts wurde geändert.',
  ENTRY_OF_OTHER_LOG: () => 'Diese Änderung gehört zu einem anderen Flow. Nichts wurde gespeichert.',
  ENTRY_TOO_LARGE: () => 'Diese Änderung ist größer als 4 MB und wurde nicht gespeichert. Der Flow ist, wie er war; ändere in kleineren Teilen.',
  PROMPT_AGENT_UNKNOWN: () => 'Dieser Agent hat keinen Wortlaut, der sich ändern ließe. Nichts wurde geändert.',
  PROMPT_CHANGE_DECIDED: () => 'Über diese Änderung ist schon entschieden. Nichts wurde geändert.',
  PROMPT_CHANGE_NOT_LAST: () => 'Das ist nicht mehr die letzte Änderung des Wortlauts, deshalb lässt sie sich nicht zurücknehmen. Nichts wurde geändert; wähle unter den Fassungen die gewünschte aus.',
  PROMPT_IN_USE: () => 'Dieser Wortlaut ist in Gebrauch und lässt sich deshalb weder erproben noch löschen. Nichts wurde geändert.',
  PROMPT_INVALID: () => 'Dieser Wortlaut wurde nicht aufgenommen: Er ist zu kurz, zu lang, oder seine Platzhalter passen nicht.',
  PROMPT_KNOWN: (p) => `Diesen Wortlaut gibt es schon${p.number === undefined ? '' : ` als Fassung ${p.number}`}. Nichts wurde hinzugefügt.`,
  PROMPT_LEARNING_OFF: () => 'Das Lernen ist ausgeschaltet, deshalb lässt sich kein Wortlaut erproben. Schalte es zuerst ein.',
  PROMPT_NOT_FOUND: () => 'Diesen Wortlaut gibt es nicht mehr. Nichts wurde geändert.',
  PROMPT_NOT_MEASURED: () => 'Über die Arbeit dieses Agenten allein entscheidet niemand, deshalb lassen sich seine Fassungen nicht vergleichen. Nimm den Wortlaut stattdessen selbst in Gebrauch.',
  FINDING_GONE: () => 'Dieser Befund besteht nicht mehr; der Flow hat sich inzwischen geändert. Nichts wurde geändert.',
  FLOW_NOT_DELETED: () => 'Nur Flows aus dem Papierkorb lassen sich endgültig löschen. Der Flow bleibt.',
  ENDPOINT_CA_INVALID: (p) =>
    p.reason === 'privateKey'
      ? 'Das enthält einen privaten Schlüssel und wurde nicht gespeichert. Gib nur das Zertifikat an: den Teil zwischen BEGIN CERTIFICATE und END CERTIFICATE.'
      : p.reason === 'noCertificate'
        ? 'Das ist kein Zertifikat in PEM-Form; das bisherige bleibt. Gib den Text an, der mit -----BEGIN CERTIFICATE----- beginnt.'
        : 'Das Zertifikat ist beschädigt; das bisherige bleibt. Lass dir die Datei noch einmal geben und nimm sie ganz auf.',
  ENDPOINT_HEADER_INVALID: (p) =>
    p.reason === 'reserved'
      ? `Die Kopfzeile „${p.name}“ setzt die App selbst; sie wurde nicht gespeichert. Nimm einen anderen Namen.`
      : p.reason === 'value'
        ? `Der Wert der Kopfzeile „${p.name}“ ist leer oder enthält ein Zeichen, das in keiner steht; er wurde nicht gespeichert. Gib ihn noch einmal ein.`
        : `„${p.name}“ kann nicht der Name einer Kopfzeile sein; sie wurde nicht gespeichert. Erlaubt sind Buchstaben, Ziffern und Striche.`,
  ENDPOINT_PROXY_INVALID: () => 'Die Adresse des Proxys lässt sich nicht verwenden; die bisherige bleibt. Sie beginnt mit http:// oder https:// und nennt einen Rechner und einen Port.',
  KEY_EMPTY: () => 'Der Schlüssel ist leer. Der bisherige bleibt; gib einen ein oder entferne ihn.',
  LAYOUT_CLOSED: () => 'Das Anordnen wurde beendet, während dieser Auftrag wartete. Nichts wurde verschoben; öffne den Flow noch einmal und wiederhole es.',
  LAYOUT_FAILED: (p) => `Das Anordnen ist gescheitert${p.reason ? ` (${p.reason})` : ''}. Nichts wurde verschoben; versuche es noch einmal oder ordne von Hand.`,
  PRICE_PATTERN_INVALID: (p) => `„${String(p.pattern ?? '')}“ nennt kein Modell. Nichts wurde geändert; schreib den Anbieter, einen Doppelpunkt und den Namen des Modells, etwa openai:gpt-5.4 oder openai:*.`,
  TELEMETRY_ENDPOINT_INVALID: (p) => `„${String(p.endpoint ?? '')}“ ist als Adresse nicht zu brauchen. Nichts wurde gesendet; schreib sie wie http://127.0.0.1:4318, ohne Namen und Passwort.`,
  TELEMETRY_FAILED: (p) => `Die Aufrufe konnten nicht an ${String(p.host ?? 'den Endpunkt')} gesendet werden${typeof p.status === 'number' ? ` (${p.status})` : ''}. Sie stehen weiter im Verzeichnis; prüfe die Adresse und sende sie noch einmal.`,
  TELEMETRY_NO_ENDPOINT: () => 'Es ist kein Endpunkt für Telemetrie eingetragen. Nichts wurde gesendet; gib zuerst seine Adresse ein.',
  NAME_EMPTY: () => 'Ein Flow braucht einen Namen. Es bleibt, wie es war; gib einen ein.',
  VERSION_NOT_FOUND: () => 'Diese Version des Flows gibt es nicht. Nichts wurde geändert.',
  INTERNAL: (p) => `Etwas Unerwartetes ist schiefgegangen: ${p.message ?? 'Grund unbekannt'}. Deine gespeicherte Arbeit ist unberührt.`,

  AGENT_OUTPUT_INVALID: () => 'Das Modell hat eine Antwort gegeben, mit der sich nichts anfangen lässt. Nichts wurde geändert; die eingebauten Regeln antworten stattdessen.',
  DESIGN_INVALID: () => 'Der Entwurf des Modells ließ sich auch beim zweiten Mal nicht in den Flow schreiben. Nichts wurde geändert.',
  MESSAGE_EMPTY: () => 'Die Nachricht ist leer, es gibt also nichts zu tun. Schreib, was Menschen tun können sollen.',
  MESSAGE_NOT_TEXT: () => 'Die Nachricht enthält Binärdaten und wurde nicht gesendet. Füge Text ein.',
  MESSAGE_TOO_LONG: (p) => `Die Nachricht hat ${Number(p.length).toLocaleString('de')} Zeichen; gelesen werden höchstens ${Number(p.limit).toLocaleString('de')}. Sie wurde nicht gesendet; kürze oder teile sie.`,
  PLAN_EMPTY: () => 'Der Plan hat keinen Schritt mehr, es gibt also nichts zu bauen. Behalte wenigstens einen Schritt oder lehne den Plan ab.',
  PROPOSAL_CLOSED: () => 'In diesem Vorschlag ist schon alles entschieden. Nichts wurde geändert.',
  PROPOSAL_NOT_FOUND: () => 'Diesen Vorschlag gibt es nicht mehr. Nichts wurde geändert.',
  TURN_CANCELLED: () => 'Das wurde angehalten. Was bis dahin getan war, bleibt.',
  TURN_NOT_FOUND: () => 'Diese Anfrage gibt es nicht mehr. Nichts wurde geändert.',
  TURN_NOT_ASKED: () => 'Dieser Vorschlag kam von einer anderen App, deshalb gibt es hier nichts neu zu fragen. Nichts wurde geändert.',
  TURN_NOT_WAITING: () => 'Darauf warten die Agenten nicht mehr. Nichts wurde geändert; schick stattdessen eine neue Nachricht.',

  MCP_ADDRESS_INVALID: (p) => `Die Adresse von „${String(p.name)}“ ist keine Webadresse ohne Namen und Passwort. Sie wurde nicht gespeichert; gib eine wie https://example.com/mcp ein, ein Schlüssel gehört in eine Kopfzeile.`,
  MCP_ARGUMENTS_INVALID: () => 'Die Angaben zu diesem Werkzeug stimmen nicht. Es wurde nichts getan.',
  MCP_ARGUMENTS_TOO_LARGE: (p) => `Die Angaben haben ${String(p.length)} Zeichen; bis ${String(p.limit)} werden angenommen. Es wurde nichts getan.`,
  MCP_BUSY: () => 'Es läuft oder wartet schon zu viel auf einmal. Es wurde nichts getan; warte kurz und versuche es erneut.',
  MCP_CALL_CANCELLED: () => 'Der Aufruf wurde abgebrochen. Es wurde nichts getan.',
  MCP_CARD_UNFIT: () => 'Der Flow kann diese Karten nicht aufnehmen. Es wurde nichts vorgeschlagen.',
  MCP_CARDS_OR_WORDS: () => 'Der Aufruf braucht entweder Karten oder eine Anweisung. Es wurde nichts vorgeschlagen.',
  MCP_CONSENT_DENIED: () => 'Du hast das abgelehnt. Es wurde nichts getan.',
  MCP_CONSENT_NO_SCREEN: () => 'Die App war nicht offen, um dich zu fragen. Es wurde nichts getan.',
  MCP_CONSENT_TIMED_OUT: () => 'Es kam keine Antwort, darum wurde abgelehnt. Es wurde nichts getan.',
  MCP_FLOW_READ_ONLY: () => 'Dieser Flow kann hier nur gelesen werden: Eine neuere Version der App hat ihn gemacht. Es wurde nichts vorgeschlagen.',
  MCP_FLOW_UNKNOWN: () => 'Diesen Flow gibt es nicht (mehr). Es wurde nichts geändert.',
  MCP_NOTHING_TO_CHANGE: () => 'Diese Änderungen ließen den Flow, wie er ist. Es wurde nichts vorgeschlagen.',
  MCP_OFF: () => 'Verbindungen für andere Agenten sind ausgeschaltet. Es wurde nichts getan; schalte sie unter Einstellungen, Verbindungen ein.',
  MCP_PORT_IN_USE: (p) => `Port ${String(p.port)} wird von einem anderen Programm benutzt, darum kann sich kein Agent über HTTP verbinden. Wähle unter Verbindungen einen anderen Port.`,
  MCP_PORT_INVALID: () => 'Ein Port ist eine Zahl von 1024 bis 65535. Der Port wurde nicht geändert.',
  MCP_PORT_REFUSED: (p) => `Port ${String(p.port)} kann nicht geöffnet werden (${String(p.code)}), darum kann sich kein Agent über HTTP verbinden. Wähle unter Verbindungen einen anderen Port.`,
  MCP_PROPOSAL_UNKNOWN: () => 'Diesen Vorschlag gibt es nicht (mehr). Es wurde nichts geändert.',
  MCP_RESULT_TOO_LARGE: (p) => `Die Antwort hätte ${String(p.length)} Zeichen; höchstens ${String(p.limit)} passen hinein.`,
  MCP_REVISION_STALE: (p) => `Der Flow hat sich geändert: Seine Revision ist jetzt ${String(p.revision)}, der Aufruf war für ${String(p.given)}. Es wurde nichts vorgeschlagen.`,
  MCP_SECRET_INVALID: (p) => `„${String(p.name)}“ kann nicht hinterlegt werden. Schreib je Zeile einen Namen und einen Wert: NAME=Wert für einen Befehl, Name: Wert für eine Adresse. Es wurde nichts gespeichert.`,
  MCP_SERVER_FAILED: (p) => `Der MCP-Server „${String(p.name)}“ ist gescheitert: ${String(p.detail)}. Es wurde nichts geändert. Prüfe seine Einstellungen und versuche es erneut.${words(p)}`,
  MCP_SERVER_FLOODS: (p) => `Der MCP-Server „${String(p.name)}“ hat mehr gesendet, als die App annimmt, darum wurde die Verbindung beendet. Es wurde nichts geändert. Frag seinen Hersteller oder schalte ihn aus.`,
  MCP_SERVER_GONE: (p) => `Der MCP-Server „${String(p.name)}“ hat geendet, während er gebraucht wurde. Es wurde nichts geändert. Versuche es erneut; endet er wieder, starte seinen Befehl in einem Terminal, um den Grund zu sehen.${words(p)}`,
  MCP_SERVER_NOT_STARTED: (p) => `Der Befehl des MCP-Servers „${String(p.name)}“ lässt sich nicht starten (${String(p.reason)}). Es wurde nichts geändert. Prüfe den Befehl; ein ganzer Pfad hilft, wo die App deinen PATH nicht kennt.`,
  MCP_SERVER_REFUSED: (p) => `Der MCP-Server „${String(p.name)}“ hat die Verbindung abgelehnt (${String(p.status)}). Es wurde nichts geändert. Füge die Kopfzeile hinzu, die er verlangt, meist Authorization.`,
  MCP_SERVER_SILENT: (p) => `Der MCP-Server „${String(p.name)}“ hat nicht rechtzeitig geantwortet. Es wurde nichts geändert. Prüfe, ob er läuft, und versuche es erneut.${words(p)}`,
  MCP_SERVER_TOOL_UNKNOWN: () => 'Dieser Server hat dieses Werkzeug nicht (mehr). Es wurde nichts geändert; verbinde ihn neu.',
  MCP_SERVER_UNKNOWN: () => 'Dieser MCP-Server steht nicht mehr in den Einstellungen. Es wurde nichts geändert.',
  MCP_TOO_MANY_PROPOSALS: (p) => `Auf diesen Flow warten schon ${String(p.open)} Vorschläge anderer Agenten. Es wurde nichts vorgeschlagen.`,
  MCP_TOO_MANY_SERVERS: (p) => `Es gibt schon ${String(p.limit)} MCP-Server. Es wurde nichts hinzugefügt; entferne einen, den du nicht brauchst.`,
  MCP_TOOL_DENIED: () => 'Du hast dieses Werkzeug auf „Nie“ gestellt. Es wurde nichts getan.',
  MCP_TOOL_UNKNOWN: () => 'Dieses Werkzeug gibt es nicht. Es wurde nichts getan.',

  BAD_REQUEST: () => 'Die Engine konnte diese Anfrage nicht lesen. Nichts wurde geändert; lade die Seite neu, und wenn das nicht hilft, aktualisiere die App.',
  ENGINE_AWAY: () => 'Die Engine antwortet gerade nicht. Änderungen auf der Zeichenfläche sind hier aufgehoben und werden gesendet, sobald sie wieder da ist; alles andere versuche dann noch einmal.',
  INTERNAL_SERVER_ERROR: () => 'In der Engine ist etwas Unerwartetes schiefgegangen. Deine gespeicherte Arbeit ist unberührt; versuche es noch einmal.',
  PORT_IN_USE: (p) => `Port ${p.port} wird von einem anderen Programm benutzt. Nichts wurde geändert; wähle mit --port einen anderen.`,
  PORT_REFUSED: (p) => `Port ${p.port} lässt sich nicht öffnen (${p.code}). Nichts wurde geändert; wähle mit --port einen anderen.`,
  SECRETS_NOT_WRITTEN: (p) => `Der Schlüssel wurde nicht gespeichert (${p.reason}); die bisherigen bleiben. Schaffe Platz auf dem Datenträger oder prüfe die Rechte des Datenordners und gib ihn noch einmal ein.`,
  SECRETS_UNREADABLE: (p) => `Die Datei der Schlüssel, ${p.file}, ist nicht lesbar und blieb, wie sie war. Deine Flows sind unberührt. Lege sie beiseite und gib deine Schlüssel noch einmal ein.`,
  SOCKET_UNAVAILABLE: (p) => `Der lokale Socket ${p.socketPath} lässt sich nicht öffnen. Deine Flows sind unberührt; wähle mit UXFLOW_DATA einen anderen Datenordner.`,
};

/** A model's failure: the sentence, the provider's own words, and what became of the flow. */
function model(sentence: (params: ErrorParams) => string): ErrorSentence {
  return (params) => `${sentence(params)}${params.detail ? ` Antwort von dort: „${String(params.detail).replace(/\.$/, '')}“.` : ''} An deinem Flow wurde nichts geändert.`;
}

function egress(p: ErrorParams): string {
  const host = typeof p.host === 'string' ? p.host : 'dieser Adresse';
  const sentences: Record<string, string> = {
    localOnly: `Die App ist auf „Nur lokal“ gestellt und hat ${host} deshalb nicht angesprochen. Schalte „Nur lokal“ aus oder nenne diesen Rechner als hauseigen.`,
    notAllowed: `${host} steht nicht auf der Liste der Rechner, die die App ansprechen darf. Nimm ihn in den Einstellungen auf, wenn du ihm vertraust.`,
    scheme: `Die App sendet nur über http und https, nicht an ${host}. Berichtige die Adresse.`,
    credentialsInUrl: `Die Adresse von ${host} enthält einen Namen oder ein Passwort. Nimm sie heraus und lege den Schlüssel in den Modelleinstellungen ab.`,
    redirectToLoopback: `Ein anderer Rechner wollte die App auf ${host} auf diesem Rechner umleiten. Prüfe die Adresse in den Einstellungen.`,
    redirectDowngrade: `Eine Umleitung führte bei ${host} von https zu unverschlüsseltem http. Prüfe die Adresse in den Einstellungen.`,
    redirectLoop: `Zu viele Umleitungen folgten aufeinander, die letzte zu ${host}. Prüfe die Adresse in den Einstellungen.`,
    redirectHidden: `${host} leitet zu einer Adresse um, die sich hier nicht prüfen lässt. Trage die endgültige Adresse in den Einstellungen ein.`,
    proxyLocalOnly: `Die App ist auf „Nur lokal“ gestellt, und der Weg zu ${host} führt über den Proxy ${proxyOf(p)}. Nimm den Proxy aus der Verbindung, nenne ihn als hauseigen oder schalte „Nur lokal“ aus.`.replace(' .', '.'),
    proxyNotAllowed: `Der Proxy ${proxyOf(p)}auf dem Weg zu ${host} steht nicht auf der Liste der Rechner, die die App ansprechen darf. Berichtige den Proxy dieser Verbindung in den Modelleinstellungen.`,
    invalidUrl: 'Das ist keine Webadresse. Berichtige sie in den Einstellungen.',
  };
  return `${sentences[String(p.reason)] ?? `Die Verbindung zu ${host} wurde nicht erlaubt.`} Nichts wurde dorthin gesendet.`;
}

/** The engine names what is wrong with settings in English; the usual cases are said in German, the rest as it is. */
function settingsReason(reason: unknown): string {
  if (typeof reason !== 'string') return 'Grund unbekannt';
  const address = /^"(.*)" is not a web address$/.exec(reason)?.[1];
  if (address !== undefined) return `„${address}“ ist keine Webadresse`;
  if (reason.startsWith('the address must begin with')) return 'die Adresse muss mit http:// oder https:// beginnen';
  if (reason.startsWith('the address holds a name or password')) return 'die Adresse enthält einen Namen oder ein Passwort; der Schlüssel gehört in sein eigenes Feld';
  if (reason === 'the name of a model holds no space') return 'im Namen eines Modells steht kein Leerzeichen';
  if (reason === 'no model is chosen') return 'es ist kein Modell gewählt';
  return reason;
}

function firstProblem(p: ErrorParams): string {
  const problems = Array.isArray(p.problems) ? (p.problems as { path?: string; detail?: string }[]) : [];
  const first = problems[0];
  const more = typeof p.count === 'number' && p.count > 1 ? ` (und ${p.count - 1} weitere)` : '';
  return first ? `${first.path ? `${first.path}: ` : ''}${first.detail ?? ''}${more}` : 'sie enthält Fehler';
}

function newerApp(): string {
  return 'Diese Flows wurden von einer neueren Version der App gespeichert; diese Version zeigt sie nur. Nichts wurde geändert. Aktualisiere die App, um weiterzuarbeiten.';
}

function where(p: ErrorParams): string {
  return typeof p.host === 'string' ? p.host : 'der Anbieter';
}

/** With a space behind it, where it has a name. */
function proxyOf(p: ErrorParams): string {
  return typeof p.proxy === 'string' ? `${p.proxy} ` : '';
}

function count(value: unknown): string {
  return Number(value).toLocaleString('de');
}

function which(p: ErrorParams): string {
  return p.model ? `„${p.model}“` : 'das Modell';
}

function status(p: ErrorParams): string {
  return p.status === undefined ? '' : ` (${p.status})`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toLocaleString('de', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GB`;
}

function seconds(ms: unknown): string {
  return typeof ms === 'number' ? `${Math.max(1, Math.ceil(ms / 1000))} s` : 'einiger Zeit';
}

function upper(text: string): string {
  return text.startsWith('der ') || text.startsWith('das ') ? text[0]!.toUpperCase() + text.slice(1) : text;
}

function dollars(value: unknown): string {
  return typeof value === 'number' ? moneyText(value, 'de') : 'dem Betrag';
}

/** The last words of a program, quoted. */
function words(p: ErrorParams): string {
  return p.words ? ` Seine letzten Worte: ${String(p.words)}` : '';
}
