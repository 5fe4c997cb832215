/** Severity of a log line, least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One structured log line; never holds prompts, keys or document content above `debug`. */
export interface LogLine {
  at: number;
  level: LogLevel;
  scope: string;
  message: string;
  data?: Record<string, unknown>;
}

/** Writes structured lines; `child` narrows the scope ('engine' -> 'engine.turn'). */
export interface Logger {
  debug(message: string, data?: Record<string, unknown>): void;
  info(message: string, data?: Record<string, unknown>): void;
  warn(message: string, data?: Record<string, unknown>): void;
  error(message: string, data?: Record<string, unknown>): void;
  child(scope: string): Logger;
}

/** A logger that hands every line to `sink`; lines under `level` are dropped. */
export function createLogger(sink: (line: LogLine) => void, now: () => number, scope = '', level: LogLevel = 'info'): Logger {
  const order: LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const write = (lineLevel: LogLevel) => (message: string, data?: Record<string, unknown>) => {
    if (order.indexOf(lineLevel) < order.indexOf(level)) return;
    sink({ at: now(), level: lineLevel, scope, message, ...(data ? { data } : {}) });
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (name) => createLogger(sink, now, scope ? `${scope}.${name}` : name, level),
  };
}

/** A logger that writes nothing. */
export const silentLogger: Logger = createLogger(() => {}, () => 0);
