/**
 * The commonest passwords, which attackers try first, and what people make of them when more characters are asked for. The list is that of
 * @zxcvbn-ts/language-common (MIT; 49,233 entries, the commonest first, from published leaks), read from that package: nothing of it is copied
 * here. Few of its entries are as long as passwords must be here, so the rules by which short ones are made longer count as well. It takes
 * some megabytes, so it is read when the first password is chosen, not at the start.
 */

/** True for a password that is one of them, or follows from one or two of them by the rules of `isMadeOf`. `lower`: in lower case. */
export type KnownPasswords = (lower: string) => boolean;

/** Characters that a listed password must have for what stands around it to be taken away. */
const LEAST_CORE = 4;
/** Digits and marks around it, in front and behind together. */
const MOST_AROUND = 8;
/** Of how many of the commonest two behind one another are one of them too. */
const PAIRED = 2000;
const DISGUISES: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' };

let loaded: Promise<KnownPasswords> | undefined;

/** The question, loaded once a process. */
export function loadKnownPasswords(): Promise<KnownPasswords> {
  return (loaded ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => {
    const list = dictionary['passwords-common'];
    const listed = new Set(list);
    const commonest = new Set(list.slice(0, PAIRED));
    return (lower) => isMadeOf(lower, listed, commonest);
  }));
}

/** A listed one: as it is, disguised or backwards, with digits and marks around it, said again and again, or two of the commonest behind one another. */
function isMadeOf(lower: string, listed: ReadonlySet<string>, commonest: ReadonlySet<string>): boolean {
  if (listed.has(lower)) return true;
  for (const core of coresOf(lower)) {
    if (isListed(core, listed)) return true;
    const unit = unitOf(core);
    if (unit !== undefined && (isListed(unit, listed) || [...coresOf(unit)].some((one) => isListed(one, listed)))) return true;
    for (let at = LEAST_CORE; at <= core.length - LEAST_CORE; at++) if (commonest.has(core.slice(0, at)) && commonest.has(core.slice(at))) return true;
  }
  return false;
}

/** What is left of a text without some of the digits and marks at its ends, the text itself first. */
function* coresOf(text: string): Generator<string> {
  const isAround = (character: string | undefined) => character !== undefined && !/\p{L}/u.test(character);
  for (let start = 0; start <= MOST_AROUND; start++) {
    if (start > 0 && !isAround(text[start - 1])) return;
    for (let end = text.length; text.length - end + start <= MOST_AROUND && end - start >= LEAST_CORE; end--) {
      if (end < text.length && !isAround(text[end])) break;
      yield text.slice(start, end);
    }
  }
}

function isListed(core: string, listed: ReadonlySet<string>): boolean {
  const plain = core.replace(/[013457@$!]/g, (character) => DISGUISES[character]!);
  return listed.has(core) || listed.has(plain) || listed.has([...core].reverse().join(''));
}

/** The shortest text of which this is nothing but repetitions; undefined when it is none. */
function unitOf(text: string): string | undefined {
  for (let length = 2; length <= text.length / 2; length++) if (text.length % length === 0 && text === text.slice(0, length).repeat(text.length / length)) return text.slice(0, length);
  return undefined;
}
