/** Routes that say who may come in: the rule stands in the OpenAPI document too. */
import { createRoute, z, type RouteConfig } from '@hono/zod-openapi';
import type { Permission, ServiceScope } from './permissions.ts';
import type { GlobalRole } from './principal.ts';

/** Who may use a route. Without any, it is `{ as: 'person' }`. */
export interface AccessRule {
  /** `anyone`: also nobody; `person`: who has signed in; `holder`: that, or a key with the scope. */
  as: 'anyone' | 'person' | 'holder';
  /** Scope that a key needs; for routes of a workspace its permission is the scope. */
  scope?: string;
  /** False: also who has not confirmed the address yet. */
  verified?: boolean;
  /** True: also who waits for the deletion of the account. */
  closing?: boolean;
  /** False: also who has no second factor on a server that wants one of everybody. What is open to the unconfirmed is open to them too. */
  factor?: false;
  /** Least role on the whole server; admins need a second factor. */
  role?: Exclude<GlobalRole, 'user'>;
  /** A key of the server's operators with this scope may use it without a person. */
  service?: ServiceScope;
  /** Name of the path's parameter and what is needed there; no permission: to be a member is enough. */
  workspace?: { parameter: string; permission?: Permission };
  /** The sign-in must be younger than this. */
  freshMinutes?: number;
  /** Which allowance is used up beside the ordinary one: `credential` for guesses of secrets, `mail` for what sends mail to strangers, `link` for who opens links. */
  rate?: 'credential' | 'mail' | 'link';
  /** True where pages elsewhere send people by a form, as identity providers do: cookies of ours count for nothing there. */
  crossSite?: boolean;
}

/** What every route may answer beside its own answers. */
export const problemSchema = z.object({ error: z.object({ code: z.string(), message: z.string(), params: z.record(z.string(), z.unknown()) }) }).openapi('Problem');

/** An answer that is an error, for the description of a route. */
export const problemAnswer = (description: string) => ({ description, content: { 'application/json': { schema: problemSchema } } });

/** `createRoute` with a rule of access; the usual refusals are added to the answers. */
export function accessRoute<const Config extends RouteConfig & { access: AccessRule }>({ access, ...config }: Config): Omit<Config, 'access'> & { getRoutingPath(): string } {
  const isOpen = access.as === 'anyone';
  return createRoute({
    ...config,
    security: isOpen ? [] : [{ bearer: [] }, { cookie: [] }],
    'x-access': access,
    responses: {
      ...config.responses,
      422: config.responses[422] ?? problemAnswer('Something in the request does not do.'),
      429: config.responses[429] ?? problemAnswer('Too many requests.'),
      ...(isOpen ? {} : { 401: config.responses[401] ?? problemAnswer('Nobody is signed in.'), 403: config.responses[403] ?? problemAnswer('Not allowed.') }),
    },
  } as unknown as Config) as never;
}
