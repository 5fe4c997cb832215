/** What handlers find in their context. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Membership } from './permissions.ts';
import type { Principal } from './principal.ts';

export interface ServerEnv {
  Bindings: { incoming?: { socket: { remoteAddress?: string } } };
  Variables: {
    /** Set for every rule but `anyone`; there it is set when somebody is signed in all the same. */
    principal: Principal;
    /** The secret that the principal showed; for leaving and for renewing the session. */
    secret: string;
    /** Set when the rule names a workspace. */
    membership: Membership;
    /** Network address of the client, as far as proxies are trusted. */
    address: string;
  };
}

export type ServerApp = OpenAPIHono<ServerEnv>;
