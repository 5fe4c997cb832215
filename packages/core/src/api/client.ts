import { createORPCClient, ORPCError, type ClientLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { AppError } from '../base/index.ts';
import type { Contract } from './contract.ts';

/** The engine as a screen sees it: `await api.flows.list({})`. Failures are AppErrors with the engine's code. */
export type ApiClient = ContractRouterClient<Contract>;

/** A typed client over any link; what the other side throws arrives as an AppError. */
export function createApiClient(link: ClientLink<Record<never, never>>): ApiClient {
  return createORPCClient({
    call: async (path, input, options) => {
      try {
        return await link.call(path, input, options);
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
