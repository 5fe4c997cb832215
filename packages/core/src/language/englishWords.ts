const list = (words: string): Set<string> => new Set(words.trim().split(/\s+/))

/** Verbs that a process text uses in the imperative or the third person although they are nouns, too. */
export const ACTION_VERBS = list(`
accept access acknowledge activate add adjust advertise agree allow analyze analyse answer appear apply approve archive arrange arrive ask assemble assess assign attach authenticate authorize
back-order bill block book bring browse build buy calculate call cancel capture carry change charge check choose click close collect come compare complete compose compute conduct confirm connect contact continue
copy correct create deactivate decide decline define delete deliver demand deny describe design detect determine disable discard dismiss dispatch display distribute do download draft drag drop edit email enable end enter escalate estimate
evaluate examine execute expire explain export extract fail fetch file fill filter find finish fix follow forward generate get give go grant hand handle help hide identify import include inform initiate insert inspect install invite invoice
issue join keep land launch leave link list load locate lock log login look mail make manage mark match measure merge move name navigate notify offer open order organize pack page park pass pay perform pick place plan play post prepare present press
preview print process produce prompt propose provide publish purchase push put quote rate reach read receive recommend record re-enter redirect redeem refresh refund refuse register reject release remind remove rename renew reopen repair repeat replace reply
report request require reschedule reserve reset resolve restart restore resubmit re-submit resume retrieve retry return review revise route run save scan schedule scroll search see select sell send set share ship show sign sign-in skip
sort specify start state stop store submit subscribe suggest supply swipe switch sync tag take tap tell terminate test tick toggle track transfer transmit transport try turn type undo unlock unpack unsubscribe update upgrade upload use validate verify view visit
wait warn weigh withdraw write zip double-check right-click double-click long-press place pre-fill wash load cook serve seat brew greet bake deposit draw dispense eject inquire interview hire onboard sanction
investigate negotiate clarify classify qualify quantify diagnose treat prescribe discharge admit refer consult advise coach train teach learn study enrol enroll grade assign certify audit archive backup restore migrate deploy merge compile
shortlist screen rank score vote elect nominate appoint promote dismiss fire resign retire reimburse compensate invoice remit settle reconcile clear credit debit charge tax declare appraise underwrite insure cover claim
harvest plant water fertilize slaughter milk brew ferment bottle label seal wrap pack palletize stack unload dock ship sail fly land depart arrive check-in check-out board tow
clean wipe sanitize sterilize rinse dry iron fold hang paint drill cut weld polish grind mount attach detach tighten loosen calibrate test measure sample label tag scan
discuss debate agree propose suggest recommend endorse sponsor fund budget forecast plan schedule postpone adjourn convene chair attend host invite
note annotate comment highlight bookmark pin star like dislike rate mute unmute block unblock ban flag share mention message chat dial ring listen watch pause rewind
subtract multiply divide sum round aggregate group sort rank normalize standardize customize personalize configure tailor adapt modify amend revise rework refine optimize improve enhance enrich extend expand shorten reduce increase decrease
delegate escalate notify alert warn inform brief report present pitch demonstrate explain justify document file register enter key tally count enumerate inventory
surrender relinquish transfer assign cede donate lend borrow rent lease return recycle dispose destroy shred burn bury salvage recover rescue
pop slide shake hover zoom collapse focus autofill prefill unfollow upvote react snooze bounce fire nudge pair unpair hop dial jump opt proceed lead
persist cache queue enqueue dequeue buffer stream encrypt decrypt hash sign verify ping poll fetch parse render mint stamp punch swipe insert eject unplug plug charge boot reboot wake
greet seat order cook fry bake roast boil grill plate garnish taste serve pour mix stir chop peel slice
`)

/** Verbs that tell a state or a relation and no step. */
export const STATE_VERBS = list(`
be have contain consist include list belong remain seem mean concern comprise involve depend exist lack own equal cost last resemble represent constitute deserve know like need want wish prefer matter relate regard apply-to detail
span last
`)

/** Verbs that carry another verb as the real action: "has to sign" is "sign". */
export const CARRIERS = list(`
have need want wish decide try start begin continue choose ask require allow able force oblige permit supposed happen get manage plan intend proceed happen use go stop help attempt enable let invite prompt urge remind like be keep expect finish end offer agree refuse hope
`)

/** Nouns that carry an infinitive as the real action: "has the chance to check" is "check". */
export const CARRIER_NOUNS = list('chance option opportunity possibility choice ability right need')

/** Irregular past forms and participles to their base. */
export const IRREGULAR: Record<string, string> = Object.fromEntries(`
was be were be been be is be are be am be has have had have does do did do done do went go gone go goes go sent send sents send got get gotten get gave give given give made make took take taken take brought bring bought buy
built build chose choose chosen choose came come found find held hold kept keep knew know known know left leave led lead lost lose met meet paid pay put put read read said say saw see seen see sold sell set set showed show shown show
told tell thought think understood understand written write wrote write begun begin began begin broken break broke break drawn draw drew draw driven drive fallen fall fell fall forgotten forget frozen freeze grown grow hidden hide
ran run run run sought seek spoken speak spent spend stolen steal stood stand sworn swear thrown throw worn wear won win withdrawn withdraw withdrew withdraw undertaken undertake undertook undertake cut cut shut shut split split
let let hit hit reset reset fed feed dealt deal meant mean felt feel bound bind woken wake overridden override overwritten overwrite laid lay lain lie risen rise rode ride
`.trim().split(/\s+/).reduce<[string, string][]>((pairs, word, index, all) => (index % 2 === 0 ? [...pairs, [word, all[index + 1]!]] : pairs), []))

/** Participles that read as adjectives after "be": a state, no passive step. */
export const STATE_ADJECTIVES = list('interested concerned located situated aware supposed able available related based involved responsible needed required wanted tired satisfied dissatisfied unsatisfied pleased allowed due enough expired outdated experienced qualified limited detailed complicated used-up known unknown missing required')

/** Verbs after which the subject is what appears: "the page opens". */
export const APPEAR_VERBS = list('appear open come pop show load follow display slide')

/** Particles that belong to the verb before them. */
export const PARTICLES = list('out up off back in on down over away through forward around')

/** The base form of an English verb. */
export function verbBase(word: string): string {
  const w = word.toLowerCase()
  const irregular = IRREGULAR[w]
  if (irregular !== undefined) return irregular
  const hyphen = w.lastIndexOf('-')
  if (hyphen > 0 && IRREGULAR[w.slice(hyphen + 1)] !== undefined) return w.slice(0, hyphen + 1) + IRREGULAR[w.slice(hyphen + 1)]
  if (ACTION_VERBS.has(w)) return w
  if (/[^aeiou]ies$/.test(w)) return w.slice(0, -3) + 'y'
  if (/(ss|sh|ch|x|zz|o)es$/.test(w)) return w.slice(0, -2)
  if (/[^su]s$/.test(w)) return w.slice(0, -1)
  if (/[^aeiou]ied$/.test(w)) return w.slice(0, -3) + 'y'
  if (/[^aeiou]eed$/.test(w)) return w
  const cut = /(.*[aeiouy].*)(?:ed|ing)$/.exec(w)
  return cut === null ? w : restoreStem(cut[1]!)
}

function restoreStem(stem: string): string {
  if (ACTION_VERBS.has(stem)) return stem
  if (ACTION_VERBS.has(stem + 'e')) return stem + 'e'
  if (/([bdgmnprt])\1$/.test(stem) || /(.)\1$/.test(stem) && ACTION_VERBS.has(stem.slice(0, -1))) return stem.slice(0, -1)
  if (/(?:[aeiou]v|[iauy]z|[^aeiou][aeiou]s|[aeiou]g|rg|dg|[iua]c|nc|rc|u|bl|pl|dl|tl|gl|lv|rv|[^ou]ur|[^ae]ir|[^e]ar|at|[^o]ut|[bv]it|[^aeiouf][aeiou]k|fin|gin|bin|[mv]in|mov|grad|suad|vid|cid|[dcrgs]uc)$/.test(stem) && !/(?:w|x|y|it|oin|ain|ear|eat|oat|eac|oac)$/.test(stem)) return stem + 'e'
  return stem
}
