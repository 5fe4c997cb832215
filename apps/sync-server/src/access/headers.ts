/** Headers of every answer, and answers that are errors. */
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Hook } from '@hono/zod-openapi';
import { isAppError, type Logger } from '@uxflow/core/base';
import type { ServerEnv } from './context.ts';
import { accessProblem } from './errors.ts';
import { Problem, type ProblemBody } from './problem.ts';
import type { Site } from './site.ts';

/** Nothing may be loaded by an answer; pages set their own policy. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Sets the headers that keep browsers careful, and those for pages of allowed origins. */
export function guardHeaders(site: Site): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const origin = context.req.header('origin');
    const isAllowed = origin !== undefined && site.corsOrigins.includes(origin);
    if (isAllowed && context.req.method === 'OPTIONS' && context.req.header('access-control-request-method')) {
      return context.body(null, 204, {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, POST, PATCH, PUT, DELETE',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type',
        'Access-Control-Max-Age': '600',
        Vary: 'Origin',
      });
    }
    await next();
    const { headers } = context.res;
    const set = (name: string, value: string) => headers.has(name) || headers.set(name, value);
    set('Content-Security-Policy', API_POLICY);
    set('Cache-Control', 'no-store');
    headers.set('X-Content-Type-Options', 'nosniff');
    headers.set('X-Frame-Options', 'DENY');
    set('Referrer-Policy', 'no-referrer');
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    headers.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
    if (site.isHttps) headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
    if (site.corsOrigins.length > 0) headers.append('Vary', 'Origin');
    if (isAllowed) {
      headers.set('Access-Control-Allow-Origin', origin);
      headers.set('Access-Control-Expose-Headers', 'Retry-After');
      headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
    }
  };
}

/** The answer for whatever a handler threw. Of what nobody expected only the name of the route goes to the log, never the request. */
export function answerError(logger: Logger): (error: Error, context: Context<ServerEnv>) => Response {
  return (error, context) => {
    const problem = problemOf(error);
    if (problem.code === 'INTERNAL') logger.error('a request failed', { method: context.req.method, route: context.req.routePath, error: error.stack ?? String(error) });
    if (problem.retryAfter !== undefined) context.header('Retry-After', String(problem.retryAfter));
    if (problem.status === 401) context.header('WWW-Authenticate', 'Bearer');
    return context.json(bodyOf(problem), problem.status);
  };
}

/** The body of a problem. */
export function bodyOf({ code, message, params }: Problem): ProblemBody {
  return { error: { code, message, params } };
}

/** Turns failed validation into INPUT_INVALID; fields are named, values never repeated. */
export const answerInvalid: Hook<unknown, ServerEnv, string, Response | void> = (result, context) => {
  if (result.success) return undefined;
  const fields = result.error.issues.map(({ path, code, message }) => ({ field: path.join('.'), code, message }));
  return context.json(bodyOf(accessProblem('INPUT_INVALID', { fields })), 422);
};

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (isAppError(error)) return new Problem(400, error.code, error.message, error.params);
  // A zero character is text for JSON and addresses, and none for Postgres.
  if (['22021', '22P05'].includes((error as { code?: string }).code ?? '')) return accessProblem('INPUT_INVALID', { fields: [] });
  if (error instanceof HTTPException && error.status === 413) return accessProblem('BODY_TOO_LARGE', { bytes: 0 });
  if (error instanceof HTTPException && error.status < 500) return accessProblem('INPUT_INVALID', { fields: [] });
  return accessProblem('INTERNAL');
}
