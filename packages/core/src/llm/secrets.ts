import { modelError, type ModelSubject } from './modelError.ts';

/** What of a connection is secret. */
export interface ConnectionSecrets {
  apiKey?: string;
  headers?: Record<string, string>;
}

/** Every text of a connection that must not show up in an error or a log. */
export function secretsOf(connection: ConnectionSecrets): string[] {
  const key = connection.apiKey?.trim();
  return [...(key ? [key] : []), ...Object.values(connection.headers ?? {})];
}

/** The connection's own headers and those that carry its key, if it has one. Throws MODEL_KEY_REJECTED for what no header can hold. */
export function keyHeaders(connection: ConnectionSecrets, subject: ModelSubject, carry: (key: string) => Record<string, string>): Record<string, string> {
  const key = connection.apiKey?.trim();
  const headers = { ...connection.headers, ...(key ? carry(key) : {}) };
  for (const value of Object.values(headers)) {
    if (!/^[\x20-\x7e]*$/.test(value)) throw modelError('MODEL_KEY_REJECTED', { ...subject, reason: 'malformed' });
  }
  return headers;
}
