/** What the words of a flow say to a reviewer, English and German. Lists, not cleverness: each entry is one that misled nobody. */

const NEGATIVE = /^(no|not|n|nein|nicht|kein|false|invalid|fail|error|wrong|denied|reject|declin|otherwise|else|ungültig|falsch|fehl|abgelehnt|sonst|andernfalls)/i;
const ERROR = /\b(error|errors|fail|fails|failed|failure|invalid|wrong|denied|declined|rejected|timeout|time-out|timed out|offline|unavailable|exception|not found|fehler|fehlgeschlagen|ungültig|falsch|abgelehnt|zeitüberschreitung|nicht (?:gefunden|erreichbar|verfügbar)|schlägt fehl)/i;
const LIST = /\b(list|lists|results?|feed|history|gallery|catalogue?|overview|notifications|search results|library|liste|ergebnisse?|verlauf|galerie|katalog|benachrichtigungen|suchergebnisse|treffer|bibliothek)\b|(?:liste|übersicht)\b/i;
const BACK = /\b(back|cancel|close|dismiss|previous|return|edit|zurück|abbrechen|schließen|verwerfen|bearbeiten)\b/i;
const GENERIC = /^(?:(?:new|neuer?s?|my|mein) )?(?:untitled|unnamed|unbenannt|ohne titel|screen|page|view|popup|dialog|modal|node|step|action|task|api|api ?call|decision|condition|subflow|sub-flow|element|item|thing|stuff|test|todo|tbd|xxx|foo|bar|seite|bildschirm|ansicht|schritt|aktion|knoten|aufgabe|entscheidung|bedingung|platzhalter|placeholder|lorem ipsum)(?: ?#?\d+)?$/i;

/** True for a label of the arm that is taken when a question is answered with no. */
export function isNegative(label: string): boolean {
  return NEGATIVE.test(label.trim());
}

/** True when a text speaks of something that went wrong. */
export function saysError(text: string | undefined): boolean {
  return !!text && ERROR.test(text);
}

/** True when a title names a collection, which can be empty. */
export function namesList(title: string): boolean {
  return LIST.test(title);
}

/** True when a label offers a way back or out. */
export function saysBack(label: string | undefined): boolean {
  return !!label && BACK.test(label);
}

/** True when a title says nothing: "Screen", "New page", "Step 3". */
export function isGeneric(title: string): boolean {
  return GENERIC.test(title.trim());
}

/** The form in which two titles or labels count as the same: case, white space and end punctuation aside. */
export function sameForm(text: string): string {
  return text.trim().toLowerCase().replace(/[\s?!.:]+/g, ' ').trim();
}
