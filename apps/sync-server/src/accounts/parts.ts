/** What the parts of the accounts module share. */
import type { Principals } from '../access/principal.ts';
import type { RateLimiter } from '../access/rateLimiter.ts';
import type { Site } from '../access/site.ts';
import type { Config } from '../config.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Auth } from './auth.ts';
import type { Lockout } from './lockout.ts';
import type { PasswordHasher } from './passwordHash.ts';
import type { PasswordPolicy } from './passwordPolicy.ts';

export interface AccountParts {
  database: ServerDatabase;
  config: Config;
  site: Site;
  principals: Principals;
  limiter: RateLimiter;
  mailer: Mailer;
  /** Loaded and made at first use, when the server's address is known. */
  auth(): Promise<Auth>;
  hasher: PasswordHasher;
  policy: PasswordPolicy;
  lockout: Lockout;
}
