/** Opening a link: who knows its address (and password) gets a token for its flows, for an hour at most. */
import { randomBytes } from 'node:crypto';
import { hashSecret, LINK_TOKEN_PREFIX, type Principal } from '../access/principal.ts';
import { countedAddress } from '../access/rateLimiter.ts';
import type { Lockout } from '../accounts/lockout.ts';
import { findLinkKeys } from '../keys/workspaceKeys.ts';
import { linkProblem } from './errors.ts';
import { flowsOfLink } from './linkFlows.ts';
import { LINK_FACTS, LINK_JOINS, linkScope, type LinkFacts } from './linkScope.ts';
import type { OpenedLink, OpenLinkRequest, PasswordParams } from './schema.ts';
import type { SharingParts } from './service.ts';

export interface Visits {
  /**
   * Throws LINK_GONE for whatever is not to be shown, LINK_PASSWORD without the right one, LINK_LOCKED after too many wrong ones. `principal`:
   * who came by this link already stays who they are, for twelve hours, and is not asked or counted again. `address`: that of the network.
   */
  open(request: OpenLinkRequest, address: string, principal: Principal | undefined): Promise<OpenedLink>;
}

const TOKEN_BYTES = 32;
const TOKEN_MS = 3_600_000;
/** After this long a visitor is asked for the password again. */
const VISIT_MS = 12 * 3_600_000;

interface OpenRow extends LinkFacts {
  id: string;
  logId: string;
  flowName: string | null;
  passwordHash: string | null;
  expiresAt: Date | null;
}

const FOUND = {
  name: 'link_by_address',
  text: `select k.id, k.log_id as "logId", s.name as "flowName", k.password_hash as "passwordHash", k.expires_at as "expiresAt", ${LINK_FACTS}
    from share_link k ${LINK_JOINS} where k.address_hash = $1 and k.revoked_at is null and p.deleted_at is null`,
};

/** The visits of a database. `lockout` counts wrong passwords, by link and network address. */
export function createVisits({ database: { pool }, ids, hasher, standardPlan }: SharingParts, lockout: Lockout): Visits {
  const demandPassword = async ({ id, passwordHash }: OpenRow, password: string | undefined, address: string, params: PasswordParams): Promise<void> => {
    if (passwordHash === null) return;
    // By link and address; and by the link from anywhere, which takes many more.
    const [pair, whole] = [`${id} ${countedAddress(address)}`, id];
    const retryAfter = await lockout.lockedFor(pair, whole);
    if (retryAfter > 0) throw linkProblem('LINK_LOCKED', { retryAfter });
    if (password !== undefined) {
      if (await hasher.verify(passwordHash, password)) return;
      await lockout.fail(pair, whole);
    }
    throw linkProblem('LINK_PASSWORD', { ...params });
  };

  return {
    async open({ address: secret, password }, address, principal) {
      const { rows } = await pool.query<OpenRow>({ ...FOUND, values: [hashSecret(secret)] });
      const [link] = rows;
      const scope = link && linkScope(link, standardPlan);
      if (!scope) throw linkProblem('LINK_GONE');
      const keys = link.encrypted ? await findLinkKeys(pool, link.id) : undefined;
      const key = keys?.get(link.logId);
      if (link.encrypted && !key) throw linkProblem('LINK_GONE');
      const flows = (await flowsOfLink(pool, link.id, standardPlan)).map((flow) => ({ ...flow, key: keys?.get(flow.logId) ?? null }));
      const token = LINK_TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
      const expiresAt = Math.min(Date.now() + TOKEN_MS, link.expiresAt?.getTime() ?? Infinity);
      const answer = (visitorId: string): OpenedLink => ({ token, expiresAt, visitorId, linkId: link.id, logId: link.logId, name: link.flowName, mayComment: scope.scope === 'comment', key: key ?? null, flows });
      if (principal?.link?.id === link.id) {
        const { rowCount } = await pool.query('update link_visit set token_hash = $2, expires_at = $3 where id = $1 and created_at > $4 and expires_at > now()', [principal.link.visitorId, hashSecret(token), new Date(expiresAt), new Date(Date.now() - VISIT_MS)]);
        if (rowCount) return answer(principal.link.visitorId);
      }
      await demandPassword(link, password, address, key?.salt === undefined ? {} : { salt: key.salt });
      const visitorId = ids.newId('visitor');
      await pool.query('insert into link_visit (id, link_id, token_hash, expires_at) values ($1, $2, $3, $4)', [visitorId, link.id, hashSecret(token), new Date(expiresAt)]);
      await pool.query('update share_link set opened = opened + 1, last_opened_at = now() where id = $1', [link.id]);
      return answer(visitorId);
    },
  };
}
