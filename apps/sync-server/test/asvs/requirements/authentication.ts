/** Chapter 6 without passwords: documentation, sign-in, second factors, providers. */
import type { Requirement } from '../requirements.ts';

const accounts = 'apps/sync-server/src/accounts';

export const authenticationRequirements: readonly Requirement[] = [
  {
    id: '6.1.2', level: 2, title: 'Words of this product that make no password are documented', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `'ux flow', `, replace: `'ux flow', 'ux studio', ` },
  },
];
