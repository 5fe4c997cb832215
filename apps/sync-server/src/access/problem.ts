/** Errors that a route answers with: a status, a stable code and a sentence. */
import { AppError } from '@uxflow/core/base';

/** An AppError that knows its HTTP status. */
export class Problem extends AppError {
  readonly status: ProblemStatus;
  /** Seconds after which it is worth to try again. */
  readonly retryAfter: number | undefined;

  constructor(status: ProblemStatus, code: string, message: string, params: Record<string, unknown> = {}) {
    super(code, message, params);
    this.status = status;
    this.retryAfter = typeof params.retryAfter === 'number' ? params.retryAfter : undefined;
  }
}

export type ProblemStatus = 400 | 401 | 402 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503;

/** Makes the function that throws the problems of one table `{CODE: [status, sentence]}`; `{name}` in a sentence is replaced by the parameter. */
export function problemsOf<const Table extends Record<string, readonly [ProblemStatus, string]>>(table: Table): (code: keyof Table & string, params?: Record<string, unknown>) => Problem {
  return (code, params = {}) => {
    const [status, sentence] = table[code]!;
    return new Problem(status, code, sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '')), params);
  };
}

/** The body of every answer that is an error. */
export interface ProblemBody {
  error: { code: string; message: string; params: Record<string, unknown> };
}
