import { wordTable } from './wordTable.ts'

/** Coarse part of speech, the same for both languages. */
export type Tag =
  | 'noun' | 'pronoun' | 'verb' | 'past' | 'gerund' | 'infinitive' | 'aux' | 'modal' | 'to' | 'determiner' | 'adjective' | 'adverb' | 'preposition'
  | 'coordinator' | 'subordinator' | 'relative' | 'number' | 'negation' | 'particle' | 'punctuation'

/** One word, quoted phrase or punctuation mark of the source. */
export interface Token {
  text: string
  lower: string
  start: number
  end: number
  tag: Tag
  quoted?: boolean
}

const TOKEN = /"[^"\n]{1,80}"|“[^”\n]{1,80}”|„[^“”\n]{1,80}[“”]|«[^»\n]{1,80}»|->|-->|→|=>|⇒|[$€£]?\d{1,3}(?:[.,]\d{3})+(?![\p{L}\d])|[wW]\/o?(?=\s)|[$€£]?[\p{L}\p{N}][\p{L}\p{N}\p{M}'’&@%_.+/-]*[\p{L}\p{N}%]|[\p{L}\p{N}]|[^\s]/gu

/** The tokens of a stretch of text, all tagged as noun or punctuation; text in parentheses is left out. */
export function tokenize(text: string, start: number, end: number): Token[] {
  const tokens: Token[] = []
  const part = blankAsides(text.slice(start, end))
  let depth = 0
  for (const found of part.matchAll(TOKEN)) {
    let value = found[0]
    if (value === '(' || value === '[') depth++
    else if (value === ')' || value === ']') depth = Math.max(0, depth - 1)
    else if (depth === 0) {
      const at = start + found.index
      const quoted = /^["“„«]/.test(value) && value.length > 2
      const isWord = quoted || /[\p{L}\p{N}]/u.test(value)
      if (!quoted && isWord) value = value.replace(/[.]+$/, '')
      const casual = quoted ? undefined : CASUAL[value.toLowerCase()]
      if (casual !== undefined) {
        for (const part of casual.split(' ')) tokens.push({ text: part, lower: part, start: at, end: at + found[0].length, tag: 'noun' })
        continue
      }
      const short = quoted ? null : CONTRACTION.exec(value)
      if (short !== null) {
        const cut = at + short[1]!.length
        tokens.push({ text: short[1]!, lower: short[1]!.toLowerCase(), start: at, end: cut, tag: 'noun' })
        const full = FULL_FORM[short[2]!.toLowerCase()]!
        tokens.push({ text: full, lower: full, start: cut, end: at + found[0].length, tag: 'noun' })
        continue
      }
      const inner = (quoted ? value.slice(1, -1) : value).slice(0, LONGEST_WORD)
      tokens.push({ text: inner, lower: inner.toLowerCase().replace(/’/g, "'"), start: at, end: at + found[0].length, tag: isWord ? 'noun' : 'punctuation', ...(quoted ? { quoted: true } : {}) })
    }
  }
  return tokens
}

/** Longer words are noise; cutting them keeps every pattern linear. */
const LONGEST_WORD = 80

/** Forms of chats and quick notes, as they are written out. */
const CASUAL: Record<string, string> = wordTable<string>({
  dont: "don't", doesnt: "doesn't", didnt: "didn't", cant: "can't", wont: "won't", isnt: "isn't", arent: "aren't", wasnt: "wasn't", hasnt: "hasn't", havent: "haven't", shouldnt: "shouldn't", couldnt: "couldn't",
  theyre: 'they are', youre: 'you are', thats: 'that is', theres: 'there is', gotta: 'have to', gonna: 'will', wanna: 'want to', lemme: 'let me', 'w/': 'with', 'w/o': 'without', ppl: 'people', pls: 'please', plz: 'please', somebodys: 'somebody is', someones: 'someone is', ur: 'your', '&': 'and',
})

/** A stretch of source text with its casual forms written out, for labels. */
export function writeOut(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}/])[\p{L}]+\/?[\p{L}]?(?![\p{L}\p{N}])/gu, (word) => CASUAL[word.toLowerCase()] ?? word).replace(/\b(\p{L}+)n['’]t\b/giu, (_, verb: string) => (verb.toLowerCase() === 'ca' ? 'can not' : verb.toLowerCase() === 'wo' ? 'will not' : `${verb} not`))
}

const CONTRACTION = /^(i|we|you|they|he|she|it|that|there|who|someone|somebody|everyone|everybody|nobody|anyone|anybody|user|payment)['’](s|m|re|ll|ve|d)$/i
const FULL_FORM: Record<string, string> = wordTable<string>({ s: 'is', m: 'am', re: 'are', ll: 'will', ve: 'have', d: 'would' })

/** "i.e. ..." up to the next comma and enumerators such as "ii)" say nothing of their own; offsets stay. */
function blankAsides(part: string): string {
  return part
    .replace(/(?<=^|[\s,])\(?(?:i{1,3}|iv|[a-e1-9])\)(?=\s)/gu, (found) => ' '.repeat(found.length))
    .replace(/(?:\bi\.e\.|\be\.g\.|\bd\.h\.|\bz\.B\.)(?!\s{2,})[^,;.()]*(?=,)/gu, (found) => ' '.repeat(found.length))
}

/** Whether a token is one of these punctuation marks. */
export function isMark(token: Token | undefined, marks: string): boolean {
  return token !== undefined && token.tag === 'punctuation' && marks.includes(token.text)
}
