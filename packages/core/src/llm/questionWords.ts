/**
 * The closed lists by which two questions may differ and still ask the same. A word that is in none of them must stand in both. Before a
 * word is added here, ask whether there is any question in which it makes a difference: then it does not belong.
 */

/** Phrases of no weight, and phrases for which a shorter one stands; tried in order, on the question with single spaces around it. */
export const PHRASES: readonly (readonly [RegExp, string])[] = [
  // Greetings and politeness around a question.
  [/^ (?:hi|hello|hey|hallo|ok|okay|so|well|guten tag|guten morgen)\b[ ,!.]+/iu, ' '],
  [/[ ,]+(?:please|thanks|thank you|bitte|danke|danke schön)[ .!]*(?=[?.! ]*$)/iu, ' '],
  [/ (?:please|bitte) /giu, ' '],
  [/^ (?:i (?:would like|want|need|'d like) to know|i wonder|do you know|can you (?:please )?(?:tell|say)(?: me)?|could you (?:please )?(?:tell|say)(?: me)?|would you tell me|tell me|ich (?:möchte|würde gerne?|will) wissen|ich frage mich|weißt du|kannst du mir (?:sagen|verraten)|können sie mir sagen|sag mir|sagen sie mir|verrate mir)[ ,:]+(?=(?:what|which|who|whom|where|when|why|how|was|welche[rsmn]?|wer|wen|wem|wo|wohin|woher|wann|warum|wie|wieso)\b)/iu, ' '],
  // A wish for a list is a question for one.
  [/^ (?:(?:can|could) you )?(?:please )?(?:list|name|show|give|tell|show us|tell us)(?: me| us)? (?=the )/iu, ' what '],
  [/^ (?:zeig|zeige|nenn|nenne|zeigen sie|nennen sie|liste)(?: mir| uns)? (?=(?:die|den|das) )(.+?)(?: auf)?(?=[ ?.!]*$)/iu, ' was $1 '],
  // Counting.
  [/^ what (?:is|'s) the (?:total )?number of /iu, ' how many '],
  [/^ what number of /iu, ' how many '],
  [/^ count (?:all )?the /iu, ' how many '],
  [/(?<!\p{L})wieviele?(?!\p{L})/giu, 'wie viele'],
  [/^ (?:wie (?:hoch|groß) ist|was ist) die (?:anzahl|zahl) (?:der|von) /iu, ' wie viele '],
  // That something is there is said by the question word already.
  [/(?<= (?:what|which|how many) [^?]*)(?: (?:are|is) there| there (?:are|is)| exist| do (?:we|you|i) have)(?= (?!to )|[?.!])/iu, ' '],
  [/(?<= (?:was|welche[rs]?|wie viele) [^?]*)(?: gibt es| es gibt| existieren| haben wir| sind vorhanden)(?= (?!zu )|[?.!])/iu, ' '],
  [/^ (what|which) (?:are|is) (?=the )/iu, ' $1 '],
  [/^ (was|welche[rs]?) (?:sind|ist) (?=(?:der|die|das) )/iu, ' $1 '],
  [/^ (?:is|are) there /iu, ' \uE002 '],
  [/^ (?:gibt es|existiert|existieren) /iu, ' \uE002 '],
  [/^ does (?=.* exist[ ?.!]*$)(.*) exist(?=[ ?.!]*$)/iu, ' \uE002 $1 '],
  // Where the person speaks of what is on the canvas anyway.
  [/ (?:in|within|inside) (?:this|the|my|our) (?:flow|diagram|chart)(?= *[?.!]* *$)/iu, ' '],
  [/ (?:in|innerhalb) (?:diesem|dem|meinem|unserem) (?:ablauf|flow|diagramm)(?= *[?.!]* *$)/iu, ' '],
  [/ (?:im) (?:ablauf|flow|diagramm)(?= *[?.!]* *$)/iu, ' '],
  [/(?<= (?:what|which|how many) [^?]*) does (?:this|the|my|our) (?:flow|diagram) have(?=[ ?.!]*$)/iu, ' '],
  [/(?<= (?:welche|wie viele) [^?]*) hat (?:dieser|der|mein|unser) (?:ablauf|flow)(?=[ ?.!]*$)/iu, ' '],
  [/^ [Ww]as für (?=\p{Lu})/u, ' welche '],
  // One relation, said in several ways.
  [/ (?:is|are) able to /giu, ' can '],
  [/^ (?:what|which) (?:is )?the next step after /iu, ' which step comes after '],
  [/ als nächstes (?=nach )/giu, ' '],
  [/ (?:comes|happens|follows|is) next after /giu, ' comes after '],
  [/ what follows (?:on |after )?/giu, ' what comes after '],
  [/ what precedes /giu, ' what comes before '],
  [/ (was|welche[rs]? \p{L}+) folgt (?:auf|nach) /giu, ' $1 kommt nach '],
  [/ auf (.+) folgt(?=[ ?.!]*$)/giu, ' nach $1 kommt'],
  [/(?<= how) (?:can|do|could) (?:i|we|you|one) (?:get|come|go) to /giu, ' \uE003 '],
  [/(?<= how) (?:can|do|could) (?:i|we|you|one) (?:reach|arrive at) /giu, ' \uE003 '],
  [/(?<= wie) (?:kommt|gelangt) man (?=(?:zu|zum|zur)(?: |$))/giu, ' \uE003 '],
  [/(?<= wie) (?:komme|gelange) ich (?=(?:zu|zum|zur)(?: |$))/giu, ' \uE003 '],
  // Joined prepositions.
  [/(?<!\p{L})zu[mr](?!\p{L})/giu, 'zu'],
  [/(?<!\p{L})vom(?!\p{L})/giu, 'von'],
  [/(?<!\p{L})beim(?!\p{L})/giu, 'bei'],
  [/(?<!\p{L})im(?!\p{L})/giu, 'in'],
  [/(?<!\p{L})ins(?!\p{L})/giu, 'in'],
  [/(?<!\p{L})am(?=\s+\p{Lu})/gu, 'an'],
];

/** Words that say nothing wherever they stand. */
export const IGNORED: Readonly<Record<'en' | 'de', ReadonlySet<string>>> = { en: new Set(['the', 'a', 'an']), de: new Set(['der', 'die', 'das', 'des', 'ein', 'eine', 'eines', 'einer', 'denn']) };

/** Words for which others of the same group may stand: of questions and of relations, never of things. */
export const SAME_WORDS: Readonly<Record<'en' | 'de', Readonly<Record<string, string>>>> = {
  en: {
    ...group('what', 'what', 'which'), ...group('be', 'is', 'are'), ...group('do', 'do', 'does'),
    ...group('come', 'come', 'comes', 'happen', 'happens'), ...group('lead', 'lead', 'leads', 'go', 'goes'),
    ...group('problem', 'problem', 'problems', 'issue', 'issues'), ...group('missing', 'missing', 'lacking'),
    ...group('person', 'i', 'we', 'you', 'one'), ...group('own', 'my', 'our', 'your'),
  },
  de: {
    ...group('what', 'was', 'welche', 'welcher', 'welches'), ...group('be', 'ist', 'sind'),
    ...group('come', 'kommt', 'kommen', 'passiert', 'passieren', 'geschieht', 'geschehen'), ...group('lead', 'führt', 'führen', 'geht', 'gehen'),
    ...group('problem', 'problem', 'probleme'),
    ...group('person', 'ich', 'wir', 'du', 'man'), ...group('own', 'mein', 'meine', 'meinen', 'meinem', 'meiner', 'unser', 'unsere', 'unseren', 'unserem', 'dein', 'deine', 'deinen'),
  },
};

/** Groups whose words may also stand elsewhere in the question: verbs and question words, which German and English put in several places. */
export const MOVABLE: ReadonlySet<string> = new Set(['what', 'be', 'do', 'come', 'lead']);

/** Numbers in words. "One" and "ein" are left out: they are articles and persons far more often. */
export const NUMBER_WORDS: Readonly<Record<string, string>> = {
  ...numbers(['zero', 'null'], 0), ...numbers(['two', 'zwei'], 2), ...numbers(['three', 'drei'], 3), ...numbers(['four', 'vier'], 4), ...numbers(['five', 'fünf'], 5),
  ...numbers(['six', 'sechs'], 6), ...numbers(['seven', 'sieben'], 7), ...numbers(['eight', 'acht'], 8), ...numbers(['nine', 'neun'], 9), ...numbers(['ten', 'zehn'], 10),
  ...numbers(['eleven', 'elf'], 11), ...numbers(['twelve', 'zwölf'], 12),
};

/** A word with which order counts: whatever denies, excludes or limits. */
export const NEGATIONS = /^(?:not|no|none|never|neither|nor|nobody|nothing|nowhere|without|except|unless|hardly|only|just|but|nicht|nichts|nie|niemals|niemand\p{L}*|kein\p{L}*|ohne|außer|weder|noch|nirgends|nur|bloß|kaum|non|un|un\p{L}{4,}|\p{L}{4,}less|\p{L}{4,}los)$/u;

/** After these, German articles have their case from the preposition, and a question word is what it is about. */
export const PREPOSITIONS: ReadonlySet<string> = new Set([
  'after', 'before', 'from', 'to', 'into', 'onto', 'at', 'by', 'for', 'of', 'on', 'with', 'without', 'via', 'through', 'until', 'since', 'between', 'behind', 'under', 'over', 'about', 'against', 'above', 'below',
  'nach', 'vor', 'zu', 'von', 'bei', 'mit', 'in', 'an', 'auf', 'aus', 'über', 'unter', 'neben', 'zwischen', 'hinter', 'für', 'durch', 'ohne', 'gegen', 'um', 'bis', 'seit', 'ab', 'außer',
]);

/** Endings by which the same word may be longer. */
export const INFLECTIONS: Readonly<Record<'en' | 'de', readonly string[]>> = { en: ['s', 'es'], de: ['e', 'n', 'en', 's', 'es'] };

function group(name: string, ...words: string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, name]));
}

function numbers(words: readonly string[], value: number): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, String(value)]));
}

/** The language of a question by its small words; English where they do not say. */
export function questionLanguage(text: string): 'en' | 'de' {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const count = (list: ReadonlySet<string>) => words.filter((word) => list.has(word)).length;
  const [german, english] = [count(GERMAN), count(ENGLISH)];
  return german > english || (german === english && /[äöüß]/i.test(text)) ? 'de' : 'en';
}

const GERMAN = new Set('der die das den dem des und oder nicht kein keine keinen ohne ein eine einen einem ist sind wie was wer wen wem wo wohin woher wann warum wieso welche welcher welches welchen welchem gibt es nach vor kann können muss müssen werden wird zum zur auf mit für bei beim im vom von zu nur alle jeder jede ich wir man kommt führt passiert bitte zeig nenn nenne'.split(' '));
const ENGLISH = new Set('the a an and or not no without is are were do does did can could should must will would how what who whom where when why which there any all every only after before to of for from by with in on at i we you it my our show list name'.split(' '));
