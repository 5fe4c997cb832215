import { afterEach, expect } from 'vitest';
import { isAppError, type AppError } from '../base/error.ts';
import { startWireServer, type WireServer } from './testServers.ts';

/** Starts wire servers that end with their test. To be called once in a test file, at its top. */
export function startWireStage(): (answer: Parameters<typeof startWireServer>[0]) => Promise<WireServer> {
  const servers: WireServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  return async (answer) => {
    const server = await startWireServer(answer);
    servers.push(server);
    return server;
  };
}

/** The AppError that a promise fails with; fails the test where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  expect(isAppError(error), `expected an AppError, got ${String(error)}`).toBe(true);
  return error as AppError;
}

/** The same, which also fails the test where the failure says `secret`. */
export function failureHiding(secret: string): (promise: Promise<unknown>) => Promise<AppError> {
  return async (promise) => {
    const failure = await failureOf(promise);
    expect(JSON.stringify([failure.message, failure.params])).not.toContain(secret);
    return failure;
  };
}
