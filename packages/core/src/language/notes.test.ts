import { describe, expect, it } from 'vitest'
import { readText } from './readText.ts'

/** One line a node: its type, its title with its elements, and where its edges lead. */
function outline(text: string): string[] {
  const reading = readText(text)
  const titles = new Map(reading.nodes.map((node) => [node.key, node.title]))
  return reading.nodes.filter((node) => node.type !== 'end' && node.type !== 'start').map((node) => {
    const elements = node.elements === undefined ? '' : ` {${node.elements.map((element) => `${element.type} ${element.label}`).join(', ')}}`
    const ways = reading.edges.filter((edge) => edge.from === node.key).map((edge) => `${edge.label === undefined ? '' : `[${edge.label}] `}${edge.kind === 'loop' ? '(loop) ' : ''}${titles.get(edge.to)}`)
    return `${node.type} ${node.title}${elements} -> ${ways.join(' | ')}`
  })
}

const CASES: { name: string; text: string; graph: string[] }[] = [
  {
    name: 'controls on screens, errors that stay, what follows a comma',
    text: 'Password reset\n- Enter email screen: email field, "Send link" button\n    - unknown email -> show error banner, stay on the screen\n- User opens the link; if the link expired -> "Link expired" popup with "Send again", back to Enter email\n- New password screen (password, repeat password)\n- if the passwords don\'t match, inline error\n- Success screen, then sign in',
    graph: [
      'screen Enter email screen {input Email, button Send link} -> Email known?',
      'decision Email known? -> [No] Show error banner | [Yes] Open link',
      'popup Show error banner -> (loop) Enter email screen',
      'action Open link -> Link expired?',
      'decision Link expired? -> [Yes] Link expired popup | [No] New password screen',
      'popup Link expired popup {text Send again} -> (loop) Enter email screen',
      'screen New password screen {input Password, input Repeat password} -> Passwords match?',
      'decision Passwords match? -> [No] Inline error | [Yes] Success screen',
      'popup Inline error -> (loop) New password screen',
      'screen Success screen -> Sign in',
      'action Sign in -> End',
    ],
  },
  {
    name: 'a limit below a test below a question',
    text: '- New device? ask for a code\n    - wrong code -> inline error\n    - after 3 wrong codes the account is locked\n- Home screen',
    graph: [
      'decision New device? -> [Yes] Ask for code | [No] Home screen',
      'action Ask for code -> Code correct?',
      'decision Code correct? -> [No] After 3 wrong codes? | [Yes] Home screen',
      'popup Inline error -> (loop) Ask for code',
      'decision After 3 wrong codes? -> [No] Inline error | [Yes] Lock account',
      'apiCall Lock account -> End',
      'screen Home screen -> End',
    ],
  },
  {
    name: 'a precondition is no step, a quoted sentence is one noun',
    text: 'Feature: Checkout\nScenario: Pay\nGiven a signed-in customer on the cart page\nWhen she taps "Checkout"\nThen the payment form (card number, CVC) opens\nBut if the cart is empty a "Your cart is empty" popup appears\nWhen the payment succeeds\nThen show the receipt\nWhen the payment fails\nThen show an error',
    graph: [
      'screen Cart page -> Tap Checkout',
      'action Tap Checkout {button Checkout} -> Show payment form',
      'screen Show payment form {input Card number, input CVC} -> Cart empty?',
      'decision Cart empty? -> [Yes] Show Your cart is empty popup | [No] Payment succeeds?',
      'popup Show Your cart is empty popup -> (loop) Show payment form',
      'decision Payment succeeds? -> [Yes] Show receipt | [No] Show error',
      'screen Show receipt -> End',
      'popup Show error -> (loop) Show payment form',
    ],
  },
  {
    name: 'two scenarios of one test',
    text: 'As a user\nI want to sign in\nSo that I see my data\n\nGiven I am on the login page\nWhen I enter a wrong password\nThen I see "Wrong password"\nAnd I stay on the login page\n\nGiven I am on the login page\nWhen I enter the correct password\nThen I am taken to the dashboard',
    graph: [
      'screen Login page -> Enter password',
      'action Enter password {input Password} -> Password correct?',
      'decision Password correct? -> [No] See Wrong password | [Yes] Dashboard',
      'popup See Wrong password -> (loop) Login page',
      'screen Dashboard -> End',
    ],
  },
  {
    name: 'tests behind a drawn path stand where they belong',
    text: 'search (city, dates) -> results list -> hotel page -> payment -> confirmation\nno results -> "Try other dates", back to search\ncard declined -> error, stay on payment',
    graph: [
      'action Search {input City, input Dates} -> Results?',
      'action Results list -> Hotel page',
      'screen Hotel page -> Payment',
      'action Payment -> Card declined?',
      'screen Confirmation -> End',
      'decision Results? -> [Yes] Results list | [No] Try other dates',
      'action Try other dates -> (loop) Search',
      'decision Card declined? -> [No] Confirmation | [Yes] Error',
      'popup Error -> (loop) Payment',
    ],
  },
  {
    name: 'edge cases under a heading',
    text: '- Open the app\n- Scan the ticket\n- Show the seat map\nEdge cases:\n- ticket not readable -> type the number',
    graph: [
      'action Open app -> Scan ticket',
      'action Scan ticket -> Ticket readable?',
      'screen Seat map -> End',
      'decision Ticket readable? -> [Yes] Seat map | [No] Type number',
      'action Type number {input Number} -> Seat map',
    ],
  },
  {
    name: 'screens as sections with ways that leave them',
    text: 'Login screen:\n- email and password fields\n- "Log in" button\n- "Forgot?" link -> Reset screen\n\nReset screen:\n- email field, "Send" button\n- after sending -> confirmation text, back to Login screen\n\nHome screen:\n- list of projects',
    graph: [
      'screen Login screen {input Email, input Password, button Log in} -> Forgot?',
      'decision Forgot? -> [Yes] Reset screen | [No] Home screen',
      'screen Reset screen {input Email, button Send} -> Confirmation text',
      'action Confirmation text -> (loop) Login screen',
      'screen Home screen {list List of projects} -> End',
    ],
  },
  {
    name: 'a table in plain text',
    text: 'Screen | Action | Next\nLogin | User enters email and password | Home\nHome | User taps a playlist | Playlist\nPlaylist | User taps Play | Home',
    graph: [
      'screen Login -> Enter email and password',
      'action Enter email and password {input Email, input Password} -> Home',
      'screen Home -> Tap playlist',
      'action Tap playlist {button Playlist} -> Playlist',
      'screen Playlist -> Tap Play',
      'action Tap Play {button Play} -> (loop) Home | End',
    ],
  },
  {
    name: 'a chat message',
    text: 'hey, so for the invite flow: admin hits "Invite", a modal pops up. they can add a note but dont have to. hit send and we fire off the invites. if somebody\'s already a member just show a warning and let them fix it. thx!',
    graph: [
      'action Hit Invite {button Invite} -> Show modal',
      'popup Show modal -> Add note?',
      'action Add note -> Hit send',
      'decision Add note? -> [Yes] Add note | [No] Hit send',
      'action Hit send {button Send} -> Fire off invites',
      'apiCall Fire off invites -> Somebody\'s already a member?',
      'decision Somebody\'s already a member? -> [Yes] Show warning | [No] End',
      'popup Show warning -> (loop) Show modal',
    ],
  },
  {
    name: 'jumps to numbers that are told later',
    text: '1. Scan the receipt\n2. Is the window open?\n   - Yes: continue with 4\n   - No: show the "Too late" screen\n3. Offer a voucher\n4. Choose a reason',
    graph: [
      'action Scan receipt -> Is the window open?',
      'decision Is the window open? -> [No] Too late screen | [Yes] Choose reason',
      'screen Too late screen -> Offer voucher',
      'action Offer voucher -> Choose reason',
      'action Choose reason -> End',
    ],
  },
  {
    name: 'who lacks something is asked first',
    text: 'Drivers without a saved card must add one. The driver pays.',
    graph: [
      'decision Saved card? -> [No] Add saved card | [Yes] Driver pays',
      'action Add saved card -> Driver pays',
      'action Driver pays -> End',
    ],
  },
  {
    name: 'options behind a colon',
    text: '- Paywall: start the trial or "Later"\n- Home screen',
    graph: [
      'screen Paywall -> Start trial?',
      'decision Start trial? -> [Yes] Start trial | [No] Home screen',
      'action Start trial -> Home screen',
      'screen Home screen -> End',
    ],
  },
  {
    name: 'German notes',
    text: 'Ticket umbuchen\n- Neue Verbindung suchen\n    - nichts gefunden -> Hinweis anzeigen, zurück zur Suche\n- falls nicht eingeloggt: Login-Screen\n- Bei Aufpreis: bezahlen\n    - Zahlung abgelehnt -> Fehlermeldung + nochmal versuchen\n- Registrieren: Formular (Name, E-Mail)',
    graph: [
      'action Neue Verbindung suchen -> Nichts gefunden?',
      'decision Nichts gefunden? -> [Ja] Hinweis anzeigen | [Nein] Eingeloggt?',
      'popup Hinweis anzeigen -> (loop) Neue Verbindung suchen',
      'decision Eingeloggt? -> [Nein] Login-Screen | [Ja] Aufpreis?',
      'screen Login-Screen -> Aufpreis?',
      'decision Aufpreis? -> [Ja] Bezahlen | [Nein] Registrieren',
      'action Bezahlen -> Zahlung abgelehnt?',
      'decision Zahlung abgelehnt? -> [Ja] Fehlermeldung | [Nein] Registrieren',
      'popup Fehlermeldung -> (loop) Bezahlen',
      'screen Registrieren {input Name, input E-Mail} -> Ende',
    ],
  },
  {
    name: 'German in the second person',
    text: 'Du öffnest die App und tippst auf ein Paket. Wenn du angemeldet bist, kannst du das Fach öffnen, sonst zeigen wir dir den Login.',
    graph: [
      'action App öffnen -> Auf Paket tippen',
      'action Auf Paket tippen -> Angemeldet?',
      'decision Angemeldet? -> [Ja] Fach öffnen | [Nein] Login',
      'action Fach öffnen -> Ende',
      'screen Login -> Ende',
    ],
  },
]

describe('notes in the style of designers', () => {
  for (const { name, text, graph } of CASES) it(name, () => expect(outline(text)).toEqual(graph))

  it('gives the remembered reading again, closed to changes', () => {
    const text = 'The user taps Pay.'
    const reading = readText(text)
    expect(readText(text)).toBe(reading)
    expect(() => { reading.nodes[0]!.title = 'Other' }).toThrow()
    for (const other of ['A', 'B', 'C', 'D']) readText(`The user taps ${other}.`)
    expect(readText(text)).not.toBe(reading)
    expect(readText(text)).toEqual(reading)
  })
})
