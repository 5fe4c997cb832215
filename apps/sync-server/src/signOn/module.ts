/** The module of an instance on the parts of the server. */
import { Resolver } from 'node:dns/promises';
import type { Site } from '../access/site.ts';
import { keyOf, type Accounts } from '../accounts/service.ts';
import type { Config } from '../config.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { WorkspaceParts } from '../workspaces/place.ts';
import { createSignOnNetwork } from './network.ts';
import { createSecretBox } from './secretBox.ts';
import { createSignOn, type SignOn } from './service.ts';

const DNS_WITHIN_MS = 3000;

/** Single sign-on as the config has it; `secret` is the one that all instances share. */
export function createSignOnModule({ config, secret, site, accounts, workspaces, mailer }: { config: Config; secret: string; site: Site; accounts: Accounts; workspaces: WorkspaceParts; mailer: Pick<Mailer, 'send'> }): SignOn {
  const isPrivateAllowed = config.SIGN_ON_NETWORK === 'private';
  const network = createSignOnNetwork({ isPrivateAllowed });
  const resolver = new Resolver({ timeout: DNS_WITHIN_MS, tries: 2 });
  if (config.SIGN_ON_DNS.length > 0) resolver.setServers(config.SIGN_ON_DNS);
  return createSignOn({
    workspaces,
    accounts,
    site,
    network,
    isPrivateAllowed,
    send: (sql, mail) => mailer.send(sql, mail),
    box: createSecretBox(keyOf(secret, 'sign on')),
    looks: {
      resolveTxt: async (name) => {
        const found = await resolver.resolveTxt(name).catch((error: { code?: string }) => {
          if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
          throw error;
        });
        return found.map((parts) => parts.join(''));
      },
      async fetchText(url) {
        const answer = await network.fetch(url);
        return answer.status === 200 ? answer.text() : undefined;
      },
    },
  });
}
