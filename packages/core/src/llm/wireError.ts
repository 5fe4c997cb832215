import { isAppError, type AppError } from '../base/error.ts';
import { modelError, redactText, type ModelSubject } from './modelError.ts';
import { ProxyFailure } from './proxyFailure.ts';

/** A failed HTTP answer: what a provider said, before it is understood. */
export interface WireFailure {
  /** HTTP status; absent for an error inside a running stream. */
  status?: number;
  body: string;
  headers?: Headers;
}

/** The AppError for a provider's error answer, by status first and by its own words where the status is not enough. */
export function errorFromFailure(failure: WireFailure, subject: ModelSubject, secrets: readonly string[], now: number): AppError {
  const said = readProviderError(failure.body);
  const { status } = failure;
  const detail = redactText(said.message, secrets) || undefined;
  const params = { ...subject, status, detail };
  const words = `${said.code} ${said.type} ${said.message}`.toLowerCase();
  if (/context_length|exceed_context|context length|context window|context size|maximum context|prompt is too long|too many (input )?tokens|context limit|token count.{0,40}exceeds/.test(words)) {
    return modelError('MODEL_CONTEXT_TOO_LONG', params);
  }
  if (/content_filter|content_policy|responsibleaipolicy/.test(words)) return modelError('MODEL_REFUSED', { ...params, reason: 'contentFilter' });
  // Gemini says of every limit that a quota is used up; where it names a wait, it is one of a minute.
  if (status === 429 && said.retryAfterMs !== undefined) return modelError('MODEL_RATE_LIMITED', { ...params, retryAfterMs: retryAfterMs(failure.headers, now) ?? said.retryAfterMs });
  if (status === 402 || /insufficient_quota|exceeded your current quota|billing_hard_limit|credit balance/.test(words)) return modelError('MODEL_QUOTA_EXHAUSTED', params);
  if (status === 401 || status === 403 || /invalid_api_key|api_key_invalid|api key not valid|authentication_error/.test(words)) return modelError('MODEL_KEY_REJECTED', params);
  if (/model_not_found|deploymentnotfound|not_found_error model|model.{0,80}(not found|does not exist)|no such model|no models? (is |are )?loaded/.test(words)) return modelError('MODEL_NOT_FOUND', { ...params, reason: 'model' });
  if (status === 404 || status === 405) return modelError('MODEL_NOT_FOUND', { ...params, reason: 'address' });
  if (status === 429 || /rate_limit/.test(words)) return modelError('MODEL_RATE_LIMITED', { ...params, retryAfterMs: retryAfterMs(failure.headers, now) });
  if (/(more|not enough|insufficient|out of) (system |gpu |video )?memory/.test(words)) return modelError('MODEL_PROVIDER_FAILED', { ...params, reason: 'memory' });
  if (status === 413) return modelError('MODEL_CONTEXT_TOO_LONG', params);
  if (status === 408 || status === 504) return modelError('MODEL_PROVIDER_FAILED', { ...params, reason: 'upstreamTimeout' });
  if (status === undefined || status >= 500) return modelError('MODEL_PROVIDER_FAILED', { ...params, retryAfterMs: retryAfterMs(failure.headers, now) });
  return modelError('MODEL_REQUEST_REJECTED', { ...params, parameter: said.param || undefined });
}

/** The AppError for whatever a fetch or a client threw; an AppError anywhere in the cause chain wins. */
export function errorFromThrown(thrown: unknown, subject: ModelSubject, secrets: readonly string[]): AppError {
  const own = findInCauses(thrown, (error) => (isAppError(error) ? error : undefined));
  if (own) return own;
  const proxyFailure = findInCauses(thrown, (error) => (error instanceof ProxyFailure ? error : undefined));
  if (proxyFailure) return errorFromProxy(proxyFailure, subject);
  const code = findInCauses(thrown, networkCode) ?? '';
  const params = { ...subject };
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|EADDRNOTAVAIL|EHOSTDOWN|ENETDOWN)$/.test(code)) {
    return modelError('MODEL_UNREACHABLE', { ...params, reason: 'noAnswer', networkCode: code });
  }
  if (/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA)$/.test(code)) return modelError('MODEL_UNREACHABLE', { ...params, reason: 'unknownHost', networkCode: code });
  if (/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/.test(code)) {
    return modelError('MODEL_UNREACHABLE', { ...params, reason: 'reset', networkCode: code });
  }
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) return modelError('MODEL_TIMED_OUT', params);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME|HOSTNAME_MISMATCH/.test(code)) return modelError('MODEL_CERTIFICATE', { ...params, reason: certificateReason(code), networkCode: code });
  if (/^(ERR_SSL|EPROTO|ERR_TLS)/.test(code)) return modelError('MODEL_CERTIFICATE', { ...params, reason: 'notTls', networkCode: code });
  if (/^HPE_|^UND_ERR_/.test(code)) return modelError('MODEL_OUTPUT_INVALID', { ...params, reason: 'protocol', networkCode: code });
  if (findInCauses(thrown, (error) => (error instanceof SyntaxError ? error : undefined))) return modelError('MODEL_OUTPUT_INVALID', { ...params, reason: 'protocol' });
  const message = findInCauses(thrown, (error) => (error instanceof Error ? error.message : undefined)) ?? String(thrown);
  const detail = redactText(message, secrets);
  // Fetch makes a failure of the network of status 407, and Node's gives it no words: nothing else there comes without any.
  const { cause } = thrown instanceof TypeError && thrown.message === 'fetch failed' ? thrown : {};
  const isSilent = cause instanceof Error && !cause.message && !(cause instanceof AggregateError);
  if (isSilent || /proxy (authentication required|response \(407\))/i.test(message)) return modelError('MODEL_PROXY_REFUSED', { ...params, status: 407 });
  // A fetch that failed without a code: a port that fetch never uses, or a browser, which tells no more.
  if (findInCauses(thrown, (error) => (error instanceof TypeError && /fetch|network|load failed/i.test(error.message) ? error : undefined))) {
    return modelError('MODEL_UNREACHABLE', { ...params, reason: 'noAnswer', detail });
  }
  return modelError('MODEL_PROVIDER_FAILED', { ...params, reason: 'unknown', detail });
}

function errorFromProxy(failure: ProxyFailure, subject: ModelSubject): AppError {
  const { proxy, status, networkCode: code } = failure;
  if (failure.kind === 'refused') return modelError('MODEL_PROXY_REFUSED', { ...subject, proxy, status });
  if (failure.kind === 'certificate') return modelError('MODEL_CERTIFICATE', { ...subject, host: proxy, proxy, reason: certificateReason(code ?? ''), networkCode: code });
  return modelError('MODEL_PROXY_UNREACHABLE', { ...subject, proxy, networkCode: code });
}

/** What is wrong with a certificate, by the code that OpenSSL or Node gives it. */
function certificateReason(code: string): 'selfSigned' | 'unknownAuthority' | 'expired' | 'notYetValid' | 'wrongHost' | 'other' {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return 'selfSigned';
  if (/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|SECURE_PROXY/.test(code)) return 'unknownAuthority';
  if (code === 'CERT_HAS_EXPIRED') return 'expired';
  if (code === 'CERT_NOT_YET_VALID') return 'notYetValid';
  return /ALTNAME|HOSTNAME_MISMATCH/.test(code) ? 'wrongHost' : 'other';
}

/** The wait that `Retry-After` (seconds or a date) or `retry-after-ms` asks for, in ms; undefined when there is none. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return Math.round(exact);
  const header = headers?.get('retry-after');
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.round(seconds * 1000) : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

interface ProviderError {
  message: string;
  type: string;
  code: string;
  param: string;
  /** The wait that Google puts into the body. */
  retryAfterMs?: number;
}

/** OpenAI `{error:{message,type,param,code}}`, Anthropic `{type,error:{type,message}}`, Gemini `{error:{code,message,status,details}}`, vLLM `{message,type,code}`, Ollama `{error}`, FastAPI `{detail}`; else the text itself. */
function readProviderError(body: string): ProviderError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // An HTML error page says nothing that helps; its title does.
    const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1];
    return { message: title ?? (/^\s*</.test(body) ? '' : body), type: '', code: '', param: '' };
  }
  // Gemini's compatible endpoint wraps its error object in a list.
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const outer = isRecord(first) ? first : {};
  const inner = isRecord(outer['error']) ? outer['error'] : outer;
  const detail = Array.isArray(outer['detail']) ? (outer['detail'][0] as { msg?: unknown } | undefined)?.msg : outer['detail'];
  const message = [inner['message'], outer['error'], outer['message'], detail].find((item) => typeof item === 'string') as string | undefined;
  const wait = readRetryDelay(inner['details']);
  return { message: message ?? '', type: text(inner['type']), code: text(inner['code']), param: text(inner['param']), ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/** google.rpc.RetryInfo among the details of an error: `retryDelay: "19.5s"`. */
function readRetryDelay(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const delay = details.map((detail) => (isRecord(detail) ? /^(\d+(?:\.\d+)?)s$/.exec(text(detail['retryDelay']))?.[1] : undefined)).find(Boolean);
  return delay === undefined ? undefined : Math.round(Number(delay) * 1000);
}

function networkCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && code) return code;
  if (error instanceof AggregateError) return error.errors.map(networkCode).find(Boolean);
  // Node's fetch reports a body that was cut with this message and no code of its own.
  return error instanceof TypeError && error.message === 'terminated' ? 'UND_ERR_SOCKET' : undefined;
}

function findInCauses<T>(thrown: unknown, pick: (error: unknown) => T | undefined): T | undefined {
  let error: unknown = thrown;
  let last: T | undefined;
  for (let depth = 0; error && depth < 8; depth++) {
    last = pick(error) ?? last;
    error = (error as { cause?: unknown }).cause;
  }
  return last;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
