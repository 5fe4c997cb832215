const list = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/))

const pairs = (words: string): ReadonlyMap<string, string> => {
  const parts = words.trim().split(/\s+/)
  return new Map(parts.flatMap((word, index) => (index % 2 === 0 ? [[word, parts[index + 1]!] as const] : [])))
}

/** Finite forms of strong verbs (third person and imperative) to their infinitive, without prefixes. */
export const STRONG_FINITE = pairs(`
gibt geben nimmt nehmen liest lesen sieht sehen lässt lassen lädt laden fährt fahren trägt tragen hält halten trifft treffen wirft werfen hilft helfen spricht sprechen vergisst vergessen schlägt schlagen
fällt fallen läuft laufen stößt stoßen fängt fangen tritt treten schließt schließen weist weisen weiß wissen isst essen bricht brechen stirbt sterben gilt gelten rät raten brät braten wächst wachsen wäscht waschen schläft schlafen
misst messen verdirbt verderben befiehlt befehlen empfiehlt empfehlen erlischt erlöschen geschieht geschehen reist reisen löst lösen setzt setzen passt passen fasst fassen grüßt grüßen heißt heißen begrüßt begrüßen muss müssen
tut tun geht gehen steht stehen gib geben nimm nehmen lies lesen sieh sehen lass lassen wähl wählen
`)

/** Strong participles without prefix to their infinitive. */
export const STRONG_PARTICIPLE = pairs(`
gegeben geben genommen nehmen gelesen lesen gesehen sehen gelassen lassen geladen laden gefahren fahren getragen tragen gehalten halten getroffen treffen geworfen werfen geholfen helfen gesprochen sprechen geschlagen schlagen
gefallen fallen gelaufen laufen gestoßen stoßen gefangen fangen getreten treten geschlossen schließen gewiesen weisen gewusst wissen gebrochen brechen geraten raten gewachsen wachsen gewaschen waschen gemessen messen
gegangen gehen gestanden stehen gekommen kommen gebracht bringen gedacht denken gefunden finden gebunden binden geschrieben schreiben geblieben bleiben gestiegen steigen gezogen ziehen geschoben schieben gewogen wiegen verloren verlieren
begonnen beginnen gewonnen gewinnen gesendet senden gesandt senden getan tun geboten bieten gebeten bitten gelegen liegen gesessen sitzen gerufen rufen gelungen gelingen gesprungen springen gesungen singen gegriffen greifen
geschnitten schneiden entschieden entscheiden verglichen vergleichen gestrichen streichen vermieden vermeiden unterschrieben unterschreiben beschrieben beschreiben erhalten erhalten enthalten enthalten übergeben übergeben übernommen übernehmen
unternommen unternehmen empfangen empfangen empfohlen empfehlen vergeben vergeben verlassen verlassen verworfen verwerfen bewiesen beweisen erschienen erscheinen überwiesen überweisen verschoben verschieben vorgelesen vorlesen behalten behalten
widerrufen widerrufen unterbrochen unterbrechen gegossen gießen gebacken backen gemahlen mahlen
`)

/** Separable prefixes: the last word of a main clause that belongs to its verb. */
export const SEPARABLE = list(`
aus an ab auf ein zu vor hoch zurück weiter frei durch mit nach um her hin los fest herunter runter hinzu bei fort weg statt heran heraus hinein herein zusammen bereit wieder teil um fern vorbei entgegen unter dar dazu herauf hinauf voran vorher stand bekannt sicher fehl still
`)

/** Prefixes that never leave their verb. */
export const INSEPARABLE = ['be', 'er', 'ver', 'ent', 'zer', 'miss', 'über', 'unter', 'wider', 'hinter', 'emp']

/** Verbs of process texts whose forms look like adjectives or adverbs. */
export const GERMAN_VERBS = list(`
öffnen wählen auswählen eingeben angeben ausfüllen prüfen bestätigen klicken tippen drücken zeigen anzeigen senden absenden schicken verschicken speichern sichern laden hochladen herunterladen erstellen anlegen buchen bezahlen zahlen kaufen bestellen
liefern versenden erhalten bekommen empfangen lesen sehen suchen finden filtern sortieren löschen entfernen ändern bearbeiten aktualisieren ergänzen hinzufügen freigeben genehmigen ablehnen annehmen akzeptieren verweigern melden anmelden abmelden
registrieren einloggen ausloggen starten beginnen beenden enden abbrechen stornieren kündigen verlassen gehen kommen landen gelangen kehren zurückkehren springen wechseln leiten weiterleiten führen erscheinen folgen warten wiederholen versuchen
informieren benachrichtigen erinnern antworten beantworten fragen bitten auffordern entscheiden bewerten beurteilen vergleichen berechnen ermitteln bestimmen messen scannen drucken unterschreiben unterzeichnen übergeben übernehmen abholen bringen
holen legen setzen stellen nehmen geben lassen machen tun schreiben kommentieren teilen einladen vereinbaren verschieben absagen zusagen reservieren vormerken sperren entsperren aktivieren deaktivieren verknüpfen verbinden koppeln installieren
testen kontrollieren überprüfen untersuchen analysieren korrigieren beheben reparieren montieren verpacken lagern einlagern entnehmen kommissionieren verbuchen erfassen dokumentieren archivieren veröffentlichen vorbereiten planen organisieren
durchführen ausführen erledigen abschließen fertigstellen bereitstellen zusammenstellen vorlegen einreichen beantragen weitergeben weitersagen überweisen abbuchen erstatten gutschreiben rechnen abrechnen mahnen verlängern erneuern zurücksetzen
bieten brauchen benötigen dürfen können müssen sollen wollen mögen helfen erklären begrüßen empfangen beraten behandeln entlassen aufnehmen mitteilen nennen rufen anrufen sprechen verlangen fordern anfordern tippen wischen ziehen scrollen markieren
`)

/** Verbs that tell a state and no step. */
export const GERMAN_STATE_VERBS = list('sein haben werden bleiben heißen bestehen enthalten gehören liegen gelten brauchen benötigen wissen kennen bedeuten kosten dauern passen stimmen vorliegen existieren fehlen umfassen wollen dienen')

export const DETERMINERS = list('der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines dieser diese dieses diesen diesem jeder jede jedes jeden jedem alle allen aller mein meine meinen sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser unsere unseren unserem euer eure einige mehrere beide beiden welche welcher welches welchen etwaige sämtliche')
export const PRONOUNS = list('ich du er sie es wir man ihm ihn ihnen mir mich dir dich uns euch sich jemand niemand nichts etwas alles wer einer keiner diejenigen derjenige')
export const PREPOSITIONS = list('in im ins an am ans auf aufs aus bei beim mit nach von vom zu zum zur für gegen ohne um durch über unter vor hinter neben zwischen per via seit während wegen trotz laut innerhalb außerhalb anhand mittels bis ab je pro gemäß statt anstelle entlang außer')
export const MODALS = pairs('kannst können musst müssen sollst sollen darfst dürfen willst wollen möchtest mögen könntest können solltest sollen kann können können können muss müssen müssen müssen soll sollen sollen sollen darf dürfen dürfen dürfen will wollen wollen wollen möchte mögen möchten mögen könnte können könnten können sollte sollen sollten sollen')
export const BE = list('ist sind war waren sei seien wäre bin bist')
export const BECOME = list('wirst wird werden wurde wurden würde würden worden')
export const HAVE = list('hast hat haben hatte hatten habe habt')
export const ADVERBS = list(`
nicht auch nur schon noch nun jetzt dann danach zuerst zunächst hier dort da direkt sofort bereits erneut wieder nochmals nochmal immer oft selten gerne sehr zu so wie mehr weniger heute morgen gestern vorher nachher später bald gleich gleichzeitig
daraufhin anschließend schließlich zuletzt optional ebenfalls außerdem zusätzlich jedoch aber trotzdem dennoch deshalb daher stattdessen sonst andernfalls ansonsten automatisch manuell online telefonisch schriftlich persönlich gemeinsam einmal zweimal dreimal
links rechts oben unten zurück weiter hin her los mal doch eben etwa ungefähr mindestens höchstens länger spätestens frühestens wahlweise gegebenenfalls eventuell vielleicht möglicherweise fertig neu alt gut korrekt richtig falsch gültig ungültig vorhanden leer voll offen frei
verfügbar vollständig unvollständig erfolgreich dringend möglich nötig notwendig zufrieden einverstanden leider endlich wahr klar selbst genug zuvor parallel inzwischen währenddessen meist meistens normalerweise zeitgleich umgehend unverzüglich vergeblich geradewegs
kostenlos eingeloggt angemeldet interessiert gewünscht bekannt unbekannt defekt beschädigt krank gesund fällig abgelaufen
`)
export const SUBORDINATORS = list('wenn falls sofern soweit sobald nachdem bevor ehe während weil da damit dass ob bis obwohl indem solange seitdem sodass')
