import { describe, expect, it } from 'vitest'
import { readText } from './readText.ts'

/** One line a node: its type, its title and where its edges lead. */
function outline(text: string): string[] {
  const reading = readText(text)
  const titles = new Map(reading.nodes.map((node) => [node.key, node.title]))
  return reading.nodes.filter((node) => node.type !== 'end').map((node) => {
    const ways = reading.edges.filter((edge) => edge.from === node.key)
    return `${node.type} ${node.title} -> ${ways.map((edge) => `${edge.label === undefined ? '' : `[${edge.label}] `}${edge.kind === 'loop' ? '(loop) ' : ''}${titles.get(edge.to)}`).join(' | ')}`
  })
}

const CASES: { name: string; text: string; graph: string[] }[] = [
  {
    name: 'a plain sequence of coordinated verbs',
    text: 'The user enters an email address and a password, taps Continue and confirms the order.',
    graph: [
      'start Start -> Enter email address',
      'action Enter email address -> Tap Continue',
      'action Tap Continue -> Confirm order',
      'action Confirm order -> End',
    ],
  },
  {
    name: 'a decision with an else arm',
    text: 'If the code is valid, show the dashboard. Otherwise, show an error message.',
    graph: [
      'start Start -> Code valid?',
      'decision Code valid? -> [Yes] Dashboard | [No] Show error message',
      'screen Dashboard -> End',
      'popup Show error message -> End',
    ],
  },
  {
    name: 'a test whose failure goes back to a numbered step',
    text: '1. Open the app\n2. Enter the code\n3. If the code is invalid, go back to step 2\n4. Show the welcome page',
    graph: [
      'start Start -> Open app',
      'action Open app -> Enter code',
      'action Enter code -> Code valid?',
      'decision Code valid? -> [No] (loop) Enter code | [Yes] Welcome page',
      'screen Welcome page -> End',
    ],
  },
  {
    name: 'unless',
    text: 'Unless the user is signed in, show the login page. Show the dashboard.',
    graph: [
      'start Start -> User signed in?',
      'decision User signed in? -> [No] Login page | [Yes] Dashboard',
      'screen Login page -> Dashboard',
      'screen Dashboard -> End',
    ],
  },
  {
    name: 'a trailing only if',
    text: 'A receipt is emailed only if the customer has an account. The order is shipped.',
    graph: [
      'start Start -> Customer has an account?',
      'decision Customer has an account? -> [Yes] Email receipt | [No] Ship order',
      'apiCall Email receipt -> Ship order',
      'apiCall Ship order -> End',
    ],
  },
  {
    name: 'in case',
    text: 'In case the card is expired, show a warning. The user confirms the payment.',
    graph: [
      'start Start -> Card expired?',
      'decision Card expired? -> [Yes] Show warning | [No] Confirm payment',
      'popup Show warning -> Confirm payment',
      'action Confirm payment -> End',
    ],
  },
  {
    name: 'an if not behind the test',
    text: 'The system checks the address. If it is complete, the parcel is shipped; if not, the customer is called.',
    graph: [
      'start Start -> Check address',
      'apiCall Check address -> Complete?',
      'decision Complete? -> [Yes] Ship parcel | [No] Call customer',
      'apiCall Ship parcel -> End',
      'action Call customer -> End',
    ],
  },
  {
    name: 'a limit behind the test that it limits',
    text: 'The user types the PIN. If the PIN is wrong, show an error and let them try again. After three wrong attempts the card is blocked. Show the balance.',
    graph: [
      'start Start -> Type PIN',
      'action Type PIN -> PIN correct?',
      'decision PIN correct? -> [No] After three wrong attempts? | [Yes] Show balance',
      'popup Show error -> (loop) Type PIN',
      'decision After three wrong attempts? -> [No] Show error | [Yes] Block card',
      'apiCall Block card -> End',
      'screen Show balance -> End',
    ],
  },
  {
    name: 'first time',
    text: 'Open the app. The first time, show a tutorial, otherwise the home page.',
    graph: [
      'start Start -> Open app',
      'action Open app -> First time?',
      'decision First time? -> [Yes] Tutorial | [No] Home page',
      'screen Tutorial -> Home page',
      'screen Home page -> End',
    ],
  },
  {
    name: 'an optional step',
    text: 'The user fills in the form. She can optionally attach a photo. The user submits the form.',
    graph: [
      'start Start -> Fill in form',
      'action Fill in form -> Attach photo?',
      'decision Attach photo? -> [Yes] Attach photo | [No] Submit form',
      'action Attach photo -> Submit form',
      'action Submit form -> End',
    ],
  },
  {
    name: 'an option told afterwards',
    text: 'The user picks a date. Adding a note is optional. The user confirms the booking.',
    graph: [
      'start Start -> Pick date',
      'action Pick date -> Add note?',
      'decision Add note? -> [Yes] Add note | [No] Confirm booking',
      'action Add note -> Confirm booking',
      'action Confirm booking -> End',
    ],
  },
  {
    name: 'may',
    text: 'The customer may leave a comment. The order is archived.',
    graph: [
      'start Start -> Leave comment?',
      'decision Leave comment? -> [Yes] Leave comment | [No] Archive order',
      'action Leave comment -> Archive order',
      'action Archive order -> End',
    ],
  },
  {
    name: 'a loop with until',
    text: 'The clerk calls the customer until the address is complete. The clerk closes the file.',
    graph: [
      'start Start -> Call customer',
      'action Call customer -> Address complete?',
      'decision Address complete? -> [No] (loop) Call customer | [Yes] Close file',
      'action Close file -> End',
    ],
  },
  {
    name: 'repeat until on the step before',
    text: 'The team tests the build. If it fails, the developer fixes the bug. This is repeated until the build works. The build is released.',
    graph: [
      'start Start -> Test build',
      'action Test build -> Fails?',
      'decision Fails? -> [Yes] Fix bug | [No] Release build',
      'action Fix bug -> (loop) Test build',
      'action Release build -> End',
    ],
  },
  {
    name: 'again goes back',
    text: 'The mechanic repairs the car. The car is tested. If the test fails, the mechanic repairs the car again. The car is returned.',
    graph: [
      'start Start -> Repair car',
      'action Repair car -> Test car',
      'action Test car -> Test fails?',
      'decision Test fails? -> [Yes] (loop) Repair car | [No] Return car',
      'action Return car -> End',
    ],
  },
  {
    name: 'at the same time',
    text: 'The order is confirmed. The invoice is printed and, at the same time, the warehouse is notified. The parcel is shipped.',
    graph: [
      'start Start -> Confirm order',
      'action Confirm order -> Print invoice | Notify warehouse',
      'action Print invoice -> Ship parcel',
      'apiCall Notify warehouse -> Ship parcel',
      'apiCall Ship parcel -> End',
    ],
  },
  {
    name: 'meanwhile beside another actor\'s run',
    text: 'The order is accepted. The kitchen cooks the meal and packs the meal. Meanwhile, the driver prepares the bike. The driver picks up the bag.',
    graph: [
      'start Start -> Accept order',
      'action Accept order -> Cook meal | Prepare bike',
      'action Cook meal -> Pack meal',
      'action Pack meal -> Pick up bag',
      'action Prepare bike -> Pick up bag',
      'action Pick up bag -> End',
    ],
  },
  {
    name: 'a fronted while',
    text: 'While the laboratory analyses the sample, the nurse calls the doctor. The doctor reads the report.',
    graph: [
      'start Start -> Analyse sample | Call doctor',
      'action Analyse sample -> Read report',
      'action Call doctor -> Read report',
      'action Read report -> End',
    ],
  },
  {
    name: 'either or',
    text: 'The manager either approves the budget or requests changes. The assistant files the document.',
    graph: [
      'start Start -> Approve budget or request changes?',
      'decision Approve budget or request changes? -> [Approve budget] Approve budget | [Request changes] Request changes',
      'action Approve budget -> File document',
      'action Request changes -> File document',
      'action File document -> End',
    ],
  },
  {
    name: 'a refusing alternative ends',
    text: 'The bank rejects the loan or the bank grants the loan. The bank transfers the money.',
    graph: [
      'start Start -> Reject loan or grant loan?',
      'decision Reject loan or grant loan? -> [Reject loan] Reject loan | [Grant loan] Grant loan',
      'action Reject loan -> End',
      'action Grant loan -> Transfer money',
      'action Transfer money -> End',
    ],
  },
  {
    name: 'deciding as one step before its outcomes',
    text: 'The supervisor must approve or reject the request. If the request is rejected, the employee is informed. If the request is approved, the request is archived.',
    graph: [
      'start Start -> Approve or reject request',
      'action Approve or reject request -> Request accepted?',
      'decision Request accepted? -> [No] Inform employee | [Yes] Archive request',
      'action Inform employee -> End',
      'action Archive request -> End',
    ],
  },
  {
    name: 'former and latter',
    text: 'The customer can accept or decline the offer. In the former case, the goods are shipped. In the latter case, the offer is deleted.',
    graph: [
      'start Start -> Accept offer or decline offer?',
      'decision Accept offer or decline offer? -> [Accept offer] Accept offer | [Decline offer] Decline offer',
      'action Accept offer -> Ship goods',
      'action Decline offer -> Delete offer',
      'apiCall Ship goods -> End',
      'apiCall Delete offer -> End',
    ],
  },
  {
    name: 'the process ends',
    text: 'If the customer cancels, the process ends. The invoice is sent.',
    graph: [
      'start Start -> Customer cancels?',
      'decision Customer cancels? -> [No] Send invoice | [Yes] End',
      'apiCall Send invoice -> End',
    ],
  },
  {
    name: 'a temporal clause that repeats a step',
    text: 'The customer signs the contract. After the contract has been signed, the clerk archives the contract.',
    graph: [
      'start Start -> Sign contract',
      'action Sign contract -> Archive contract',
      'action Archive contract -> End',
    ],
  },
  {
    name: 'a temporal clause that tells a step',
    text: 'As soon as the goods arrive, the clerk inspects the goods.',
    graph: [
      'start Start -> Goods arrive',
      'action Goods arrive -> Inspect goods',
      'action Inspect goods -> End',
    ],
  },
  {
    name: 'siblings of one test',
    text: 'If the request is rejected, the clerk writes a letter. If the request is approved, the clerk books a room. If the request is postponed, the clerk sets a reminder. The clerk closes the file.',
    graph: [
      'start Start -> Request accepted?',
      'decision Request accepted? -> [The request is rejected] Write letter | [The request is approved] Book room | [The request is postponed] Set reminder',
      'action Write letter -> Close file',
      'action Book room -> Close file',
      'action Set reminder -> Close file',
      'action Close file -> End',
    ],
  },
  {
    name: 'a passive with its agent',
    text: 'The report is reviewed by the auditor and sent to the board.',
    graph: [
      'start Start -> Review report',
      'action Review report -> Send report',
      'apiCall Send report -> End',
    ],
  },
  {
    name: 'a relative clause that tells a step',
    text: 'The form is sent to the manager, who must sign the form.',
    graph: [
      'start Start -> Send form',
      'apiCall Send form -> Sign form',
      'action Sign form -> End',
    ],
  },
  {
    name: 'jump back by name',
    text: 'The user opens the cart page. The user taps Pay. If the payment fails, the app returns to the cart page. Show the receipt.',
    graph: [
      'start Start -> Open cart page',
      'screen Open cart page -> Tap Pay',
      'action Tap Pay -> Payment fails?',
      'decision Payment fails? -> [Yes] (loop) Open cart page | [No] Show receipt',
      'screen Show receipt -> End',
    ],
  },
  {
    name: 'an arrow path',
    text: 'Home -> Search -> Product page',
    graph: [
      'start Start -> Home',
      'screen Home -> Search',
      'screen Search -> Product page',
      'screen Product page -> End',
    ],
  },
  {
    name: 'an arrow path with a guard',
    text: 'Cart -> Login [if signed out] -> Checkout',
    graph: [
      'start Start -> Cart',
      'screen Cart -> Signed out?',
      'decision Signed out? -> [Yes] Login | [No] Checkout',
      'screen Login -> Checkout',
      'screen Checkout -> End',
    ],
  },
  {
    name: 'an arrow path with otherwise',
    text: 'Cart -> Checkout [if signed in], otherwise -> Login -> Checkout',
    graph: [
      'start Start -> Cart',
      'screen Cart -> Signed in?',
      'decision Signed in? -> [Yes] Checkout | [No] Login',
      'screen Checkout -> End',
      'screen Login -> Checkout',
    ],
  },
  {
    name: 'nested bullets as arms',
    text: '- Visitor opens the link\n  - link expired -> show the expired page\n  - otherwise -> show the file preview\n- Visitor closes the tab',
    graph: [
      'start Start -> Open link',
      'action Open link -> Link expired?',
      'decision Link expired? -> [Yes] Expired page | [No] File preview',
      'screen Expired page -> Close tab',
      'screen File preview -> Close tab',
      'action Close tab -> End',
    ],
  },
  {
    name: 'a question with answers',
    text: '- Admin clicks Invite\n- Seats left?\n  - yes: send the invitation\n  - no: show the upgrade page\n- Show the members page',
    graph: [
      'start Start -> Click Invite',
      'action Click Invite -> Seats left?',
      'decision Seats left? -> [Yes] Send invitation | [No] Upgrade page',
      'apiCall Send invitation -> Members page',
      'screen Upgrade page -> Members page',
      'screen Members page -> End',
    ],
  },
  {
    name: 'fields under a form',
    text: '1. Registration form:\n   - Name\n   - Email\n   - Submit button\n2. Show the welcome page',
    graph: [
      'start Start -> Registration form',
      'screen Registration form -> Welcome page',
      'screen Welcome page -> End',
    ],
  },
  {
    name: 'given when then',
    text: 'Scenario: Pay\n  Given the customer is on the cart page\n  When she taps "Pay"\n  Then the card is charged\n  And a receipt is emailed',
    graph: [
      'start Start -> Cart page',
      'screen Cart page -> Tap Pay',
      'action Tap Pay -> Charge card',
      'apiCall Charge card -> Email receipt',
      'apiCall Email receipt -> End',
    ],
  },
  {
    name: 'sometimes',
    text: 'The clerk reads the file. Sometimes a page is missing, then the clerk calls the office. The clerk signs the file.',
    graph: [
      'start Start -> Read file',
      'action Read file -> Page missing?',
      'decision Page missing? -> [Yes] Call office | [No] Sign file',
      'action Call office -> Sign file',
      'action Sign file -> End',
    ],
  },
  {
    name: 'a gerund subject',
    text: 'Tapping a photo opens the detail page.',
    graph: [
      'start Start -> Tap photo',
      'action Tap photo -> Open detail page',
      'screen Open detail page -> End',
    ],
  },
  {
    name: 'anyone who',
    text: 'Anyone who is signed in goes straight to the dashboard; everyone else sees the login page. The dashboard shows the news.',
    graph: [
      'start Start -> Signed in?',
      'decision Signed in? -> [No] Login page | [Yes] Dashboard',
      'screen Login page -> Dashboard',
      'screen Dashboard -> End',
    ],
  },
  {
    name: 'German verb-second and verb-final',
    text: 'Der Kunde öffnet die App und wählt ein Produkt aus. Wenn das Produkt nicht verfügbar ist, zeigt die App einen Hinweis an. Sonst legt er es in den Warenkorb.',
    graph: [
      'start Start -> App öffnen',
      'action App öffnen -> Produkt auswählen',
      'action Produkt auswählen -> Produkt verfügbar?',
      'decision Produkt verfügbar? -> [Nein] Hinweis anzeigen | [Ja] Produkt in Warenkorb legen',
      'popup Hinweis anzeigen -> Ende',
      'action Produkt in Warenkorb legen -> Ende',
    ],
  },
  {
    name: 'German verb-first condition',
    text: 'Ist der Code falsch, wird das Konto gesperrt. Danach erscheint die Startseite.',
    graph: [
      'start Start -> Code richtig?',
      'decision Code richtig? -> [Nein] Konto sperren | [Ja] Startseite',
      'apiCall Konto sperren -> Startseite',
      'screen Startseite -> Ende',
    ],
  },
  {
    name: 'German passive and parallel',
    text: 'Die Bestellung wird geprüft und verpackt. Gleichzeitig wird der Kunde benachrichtigt.',
    graph: [
      'start Start -> Bestellung prüfen',
      'apiCall Bestellung prüfen -> Bestellung verpacken | Kunde benachrichtigen',
      'action Bestellung verpacken -> Ende',
      'apiCall Kunde benachrichtigen -> Ende',
    ],
  },
  {
    name: 'German jump back',
    text: '1. Der Nutzer gibt den Code ein.\n2. Falls der Code falsch ist, geht es zurück zu Schritt 1.\n3. Das Dashboard wird angezeigt.',
    graph: [
      'start Start -> Code eingeben',
      'action Code eingeben -> Code richtig?',
      'decision Code richtig? -> [Nein] (loop) Code eingeben | [Ja] Dashboard',
      'screen Dashboard -> Ende',
    ],
  },
  {
    name: 'German inserted condition',
    text: 'Der Nutzer lädt, falls vorhanden, ein Foto hoch. Er bestätigt die Buchung.',
    graph: [
      'start Start -> Vorhanden?',
      'decision Vorhanden? -> [Ja] Foto hochladen | [Nein] Buchung bestätigen',
      'action Foto hochladen -> Buchung bestätigen',
      'action Buchung bestätigen -> Ende',
    ],
  },
  {
    name: 'German alternatives',
    text: 'Der Leiter genehmigt den Antrag oder lehnt ihn ab. Wenn er ihn ablehnt, wird der Mitarbeiter informiert.',
    graph: [
      'start Start -> Antrag genehmigen oder Antrag ablehnen?',
      'decision Antrag genehmigen oder Antrag ablehnen? -> [Antrag genehmigen] Antrag genehmigen | [Antrag ablehnen] Antrag ablehnen',
      'action Antrag genehmigen -> Ende',
      'action Antrag ablehnen -> Mitarbeiter informieren',
      'action Mitarbeiter informieren -> Ende',
    ],
  },
  {
    name: 'German limit',
    text: 'Der Nutzer gibt die PIN ein. Ist die PIN falsch, erscheint eine Fehlermeldung und er versucht es erneut. Nach drei Fehlversuchen wird die Karte gesperrt. Das Guthaben wird angezeigt.',
    graph: [
      'start Start -> PIN eingeben',
      'action PIN eingeben -> PIN richtig?',
      'decision PIN richtig? -> [Nein] Nach drei Fehlversuchen? | [Ja] Guthaben anzeigen',
      'popup Fehlermeldung anzeigen -> (loop) PIN eingeben',
      'decision Nach drei Fehlversuchen? -> [Nein] Fehlermeldung anzeigen | [Ja] Karte sperren',
      'apiCall Karte sperren -> Ende',
      'screen Guthaben anzeigen -> Ende',
    ],
  },
  {
    name: 'German optional',
    text: 'Der Gast kann optional eine Bewertung schreiben. Der Vorgang endet.',
    graph: [
      'start Start -> Bewertung schreiben?',
      'decision Bewertung schreiben? -> [Ja] Bewertung schreiben | [Nein] Ende',
      'action Bewertung schreiben -> Ende',
    ],
  },
]

describe('the constructs that a text may use', () => {
  for (const { name, text, graph } of CASES) {
    it(name, () => {
      expect(outline(text)).toEqual(graph)
    })
  }
})
