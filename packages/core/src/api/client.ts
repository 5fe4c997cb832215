import { createORPCClient, ORPCError, type ClientLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { AppError } from '../base/index.ts';
import type { Contract } from './contract.ts';

/** The engine as a screen sees it: `await api.flows.list({})`. Failures are AppErrors with the engine's code. */
export type ApiClient = ContractRouterClient<Contract>;

/** A typed client over any link; what the other side throws arrives as an AppError, in the middle of a stream too. */
export function createApiClient(link: ClientLink<Record<never, never>>): ApiClient {
  return createORPCClient({
    call: async (path, input, options) => {
      try {
        const answer = await link.call(path, input, options);
        return isStream(answer) ? withAppErrors(answer) : answer;
      } catch (error) {
        throw toAppError(error);
      }
    },
  } satisfies ClientLink<Record<never, never>>);
}

/** The AppError that an error from the other side stands for. */
export function toAppError(error: unknown): unknown {
  if (!(error instanceof ORPCError)) return error;
  const params = typeof error.data === 'object' && error.data !== null ? (error.data as Record<string, unknown>) : {};
  return new AppError(error.code, error.message, params, { cause: error });
}

function isStream(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

/** The stream with its failures as AppErrors. No generator: one that waits for an event could not be ended. */
function withAppErrors(stream: AsyncIterator<unknown>): AsyncIterableIterator<unknown> {
  const failed = (error: unknown): never => {
    throw toAppError(error);
  };
  return {
    next: () => stream.next().catch(failed),
    return: async (value?: unknown) => stream.return?.(value) ?? { done: true, value },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
