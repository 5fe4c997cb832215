/** Plain data of an error, as it crosses a process boundary. */
export interface ErrorInfo {
  /** SCREAMING_SNAKE, stable: programs branch on this, never on the sentence. */
  code: string;
  /** English sentence: what happened, what was kept, what to do. */
  message: string;
  /** Parameters of the sentence, so that a screen can say it in its own language. */
  params: Record<string, unknown>;
}

/** An error with a stable code; the only class that core throws on purpose. */
export class AppError extends Error {
  readonly code: string;
  readonly params: Record<string, unknown>;

  constructor(code: string, message: string, params: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.params = params;
  }
}

/** True for an AppError, also one of another copy of this module (bundles carry their own). */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && error.name === 'AppError' && typeof (error as { code?: unknown }).code === 'string';
}

/** The data of any thrown value; what is not an AppError becomes `INTERNAL` with its own message. */
export function errorInfo(error: unknown): ErrorInfo {
  if (isAppError(error)) return { code: error.code, message: error.message, params: error.params };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message: `Something unexpected went wrong: ${message}. Your saved work is untouched.`, params: { message } };
}
