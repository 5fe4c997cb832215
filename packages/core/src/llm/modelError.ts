import { AppError } from '../base/error.ts';

/** Codes of everything that can go wrong with a model; each has its own sentence and next step. */
export type ModelErrorCode = keyof typeof sentences;

/** The model and address that an error is about. */
export interface ModelSubject {
  provider: string;
  model: string;
  /** Host and port of the address, never the path or a key. */
  host: string;
}

/** Parameters of an error sentence; `detail` is the provider's own text, redacted and shortened. */
export interface ModelErrorParams extends Partial<ModelSubject> {
  status?: number;
  detail?: string;
  reason?: string;
  retryAfterMs?: number;
  timeoutMs?: number;
  [key: string]: unknown;
}

/** An AppError of one of the model codes; the sentence is made from the parameters. */
export function modelError(code: ModelErrorCode, params: ModelErrorParams): AppError {
  const detail = params.detail ? ` It said: "${params.detail.replace(/\.$/, '')}".` : '';
  return new AppError(code, `${sentences[code](params)}${detail} Nothing in your flow was changed.`, withoutUndefined(params));
}

/** The text without the given secrets, without anything that looks like a key, in one line of at most 300 characters. */
export function redactText(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 4000);
  for (const secret of secrets) if (secret.length > 2) clean = clean.split(secret).join('[hidden]');
  clean = clean
    .replace(/\b(bearer|basic)\s+\S+/gi, '$1 [hidden]')
    .replace(/[\w.-]*\*{3,}[\w.*-]*/g, '[hidden]')
    .replace(/\b(?:sk|pk|rk|gsk|xai|hf|key|api|org|proj|sess)[-_][\w-]{6,}/gi, '[hidden]')
    // Providers echo the head or the tail of a key; no honest sentence shares eight characters in a row with one.
    .replace(/[\w-]{8,}/g, (word) => (secrets.some((secret) => secret.length >= 12 && secret.includes(word)) ? '[hidden]' : word))
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
}

const where = (p: ModelErrorParams) => p.host ?? 'the provider';
const which = (p: ModelErrorParams) => p.model || 'the model';
const seconds = (ms: number | undefined) => (ms === undefined ? 'some time' : `${Math.max(1, Math.ceil(ms / 1000))} s`);

const proxyOf = (p: ModelErrorParams) => (typeof p['proxy'] === 'string' ? p['proxy'] : '');

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

const sentences = {
  MODEL_KEY_REJECTED: (p: ModelErrorParams) =>
    p.reason === 'malformed'
      ? `The key for ${where(p)} holds a character that no key has, perhaps a line break from copying. Paste the key again in the model settings.`
      : `${where(p)} refused the key (${p.status}). Check the key in the model settings, and that it may use ${p.model || 'this provider'}.`,
  MODEL_NOT_FOUND: (p: ModelErrorParams) =>
    p.reason === 'address'
      ? `${where(p)} answers, but not at this path. Check the base address in the model settings; ${p.provider === 'openai' ? 'for most endpoints it ends in /v1' : 'it goes without a path'}.`
      : p.provider === 'ollama'
        ? `Ollama at ${where(p)} does not have ${which(p)}. Choose another model, or fetch it in the model settings.`
        : `${where(p)} does not offer ${which(p)}. Choose a model from its list in the model settings.`,
  MODEL_RATE_LIMITED: (p: ModelErrorParams) =>
    `${where(p)} is taking no more requests for now${p.retryAfterMs === undefined ? '. Try again in a minute' : `. Try again in ${seconds(p.retryAfterMs)}`}, or use another model.`,
  MODEL_QUOTA_EXHAUSTED: (p: ModelErrorParams) => `The account at ${where(p)} has used up its quota. Top it up there, or choose another model.`,
  MODEL_PROVIDER_FAILED: (p: ModelErrorParams) =>
    p.reason === 'memory'
      ? `${where(p)} has not enough memory for ${which(p)}. Choose a smaller model or close other programs.`
      : `${where(p)} failed${p.status ? ` (${p.status})` : ''} while answering. Try again, or choose another model.`,
  MODEL_TIMED_OUT: (p: ModelErrorParams) =>
    p.reason === 'silent'
      ? `${where(p)} began to answer and then sent nothing for ${seconds(p.timeoutMs)}. Try again, or choose a faster model.`
      : `${where(p)} did not finish within ${seconds(p.timeoutMs)}. Try again, or choose a faster model.`,
  MODEL_UNREACHABLE: (p: ModelErrorParams) =>
    p.reason === 'unknownHost'
      ? `No machine with the name ${where(p)} could be found. Check the address and the network connection.`
      : p.reason === 'reset'
        ? `${where(p)} closed the connection before it answered. Try again.`
        : p.provider === 'ollama'
            ? `Nothing answers at ${where(p)}. Start Ollama, or correct its address in the model settings.`
            : `Nothing answers at ${where(p)}. Check the address in the model settings and the network connection.`,
  MODEL_PROXY_REFUSED: (p: ModelErrorParams) =>
    p.status === 407
      ? `The proxy ${proxyOf(p)} on the way to ${where(p)} wants a name and password (407). Enter them in the model settings under "Advanced connection".`
      : `The proxy ${proxyOf(p)} does not let the app through to ${where(p)}${p.status ? ` (${p.status})` : ''}. Ask whoever runs the proxy to allow this address, or take the proxy out under "Advanced connection" in the model settings.`,
  MODEL_PROXY_UNREACHABLE: (p: ModelErrorParams) =>
    `The proxy ${proxyOf(p)} on the way to ${where(p)} does not answer. Check its address in the model settings under "Advanced connection", and the network connection.`,
  MODEL_CERTIFICATE: (p: ModelErrorParams) =>
    p.reason === 'notTls'
      ? `${where(p)} does not speak https. Use http:// in the address if this machine is one you trust.`
      : p.reason === 'expired'
        ? `The certificate of ${where(p)} has expired, or the clock of this machine is wrong. Have it renewed by whoever runs that machine; nothing is sent to it until then.`
        : p.reason === 'notYetValid'
          ? `The certificate of ${where(p)} is not valid yet. Check the clock of this machine.`
          : p.reason === 'wrongHost'
            ? `The certificate of ${where(p)} was issued for another name. Use the name that it was issued for in the address.`
            : p.reason === 'selfSigned'
              ? `${where(p)} vouches for itself: its certificate is self-signed. If this machine is one you trust, add its certificate in the model settings under "Advanced connection".`
              : p.reason === 'unknownAuthority'
                ? `The certificate of ${where(p)} comes from an authority that this machine does not know. Add your organisation's CA certificate in the model settings under "Advanced connection".`
                : `The certificate of ${where(p)} could not be verified (${p['networkCode'] ?? 'unknown reason'}). Add its CA certificate in the model settings under "Advanced connection", or correct the address.`,
  MODEL_CANCELLED: (p: ModelErrorParams) => `The request to ${which(p)} was cancelled.`,
  MODEL_OUTPUT_TRUNCATED: (p: ModelErrorParams) =>
    p.reason === 'length'
      ? `${which(p)} reached its length limit in the middle of the answer. Ask for less at once, or choose a model that writes longer answers.`
      : `The answer of ${which(p)} broke off. Try again.`,
  MODEL_OUTPUT_INVALID: (p: ModelErrorParams) =>
    p.reason === 'protocol'
      ? `${where(p)} sent an answer that does not follow its own protocol. Check that the address and the provider kind in the model settings belong together.`
      : p.reason === 'tooLarge'
        ? `${which(p)} sent far more than was asked for; the answer was thrown away. Try again or choose another model.`
        : p.reason === 'empty'
          ? `${which(p)} answered nothing. Try again or choose another model.`
          : `${which(p)} did not answer in the needed form, also not after one correction. Choose a stronger model, or go on with the built-in rules.`,
  MODEL_CONTEXT_TOO_LONG: (p: ModelErrorParams) =>
    `The request is longer than ${which(p)} can read at once. Ask about a smaller part of the flow, or choose a model with a larger context.`,
  MODEL_WRONG_CONTENT_TYPE: (p: ModelErrorParams) =>
    `${where(p)} answered with ${p.contentType ?? 'something else'} instead of a model's answer: this is probably a web page or a proxy. Check the base address in the model settings.`,
  MODEL_REFUSED: (p: ModelErrorParams) =>
    p.reason === 'contentFilter'
      ? `The content filter of ${where(p)} stopped the answer. Reword the request or choose another model.`
      : `${which(p)} refused to answer this. Reword the request or choose another model.`,
  MODEL_REQUEST_REJECTED: (p: ModelErrorParams) =>
    `${where(p)} rejected the request${p.status ? ` (${p.status})` : ''}. Check that ${which(p)} can do what was asked, or choose another model.`,
  MODEL_NO_VISION: (p: ModelErrorParams) => `${which(p)} cannot see pictures. Say in words what the picture shows, or choose a model that sees.`,
  MODEL_CONTEXT_OVERFLOW: (p: ModelErrorParams) =>
    `This takes at least ${Number(p['needed']).toLocaleString('en')} tokens, and ${which(p)} reads at most ${Number(p['available']).toLocaleString('en')} at once. It was not sent. Ask about a smaller part of the flow, or choose a model with a larger context.`,
  MODEL_CIRCUIT_OPEN: (p: ModelErrorParams) =>
    `${where(p)} failed several times in a row, so it is left alone for ${seconds(p.retryAfterMs)}. Try again then, test the connection in the model settings to have it asked at once, or choose another model.`,
  MODEL_PULL_FAILED: (p: ModelErrorParams) =>
    p.reason === 'unknownModel'
      ? `Ollama's library has no ${which(p)}. Check the name; ollama.com/library lists them all.`
      : p.reason === 'disk'
        ? `The disk of Ollama has too little room for ${which(p)}${typeof p['neededBytes'] === 'number' && typeof p['freeBytes'] === 'number' ? ` (${gigabytes(p['neededBytes'])} to fetch, ${gigabytes(p['freeBytes'])} free)` : ''}. Free some, then fetch it again: what has arrived is kept.`
        : p.reason === 'network'
          ? `Ollama could not reach its library to fetch ${which(p)}. Check the network of the machine that it runs on, then fetch it again: what has arrived is kept.`
          : p.reason === 'cut'
            ? `The connection to Ollama at ${where(p)} broke off while it fetched ${which(p)}. Fetch it again: what has arrived is kept.`
            : `Ollama could not fetch ${which(p)}. Fetch it again: what has arrived is kept.`,
  MODEL_SETTINGS_INVALID: (p: ModelErrorParams) => `The model settings cannot be used: ${p.reason ?? 'unknown reason'}. Correct them in the model settings.`,
} satisfies Record<string, (params: ModelErrorParams) => string>;

/** Every code, for screens that have a sentence of their own for each. */
export const modelErrorCodes = Object.keys(sentences) as ModelErrorCode[];

function withoutUndefined(params: ModelErrorParams): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}
