/**
 * Whether a message sets right what came before it: "no, not like that", "that is wrong", "I meant …", "mach das rückgängig". Only what opens a
 * message counts, so that a flow that tells of wrong passwords is none.
 */
export function isCorrective(message: string): boolean {
  const text = message.trim().replace(/^(?:hm+|oh|ah|sorry|well|ok(?:ay)?|also|naja|tja|ach)[\s,.!-]+/iu, '');
  return PATTERNS.some((pattern) => pattern.test(text));
}

const PATTERNS: readonly RegExp[] = [
  /^(?:no|nope|nein|nee|falsch|wrong|incorrect|quatsch)\s*(?:[,.!;:–-]|$)/iu,
  /^(?:that|this|it)(?:['’]s| is| was)(?: all| completely| still)? (?:wrong|not (?:right|correct|what)|incorrect)/iu,
  /^(?:that|this) (?:isn['’]?t|wasn['’]?t) (?:right|correct|what)/iu,
  /^(?:not (?:like )?(?:that|this)\b|not what (?:i|we)\b|i (?:meant|said|didn['’]?t (?:want|ask|mean)))/iu,
  /^(?:undo|revert|take back) (?:that|this|it)\b/iu,
  /^(?:das|dies|es) (?:ist|war|stimmt)(?: leider| ganz| noch| immer noch| so)* (?:falsch|nicht)/iu,
  /^(?:so nicht|nicht so\b|anders\s*[,.!:]|ich (?:meinte|wollte (?:nicht|kein|doch|eigentlich)|habe gesagt|sagte))/iu,
  /^(?:mach|mache|nimm) (?:das|dies|es)(?: bitte| wieder)* (?:rückgängig|zurück)/iu,
];
