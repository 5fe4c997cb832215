/** Links as tests make and open them. */
import { call } from './testAccounts.ts';
import type { TestPerson } from './testWorkspaces.ts';

export interface TestLink {
  id: string;
  /** The whole address, as it is sent. */
  url: string;
  /** Its random part. */
  address: string;
}

/** A link, made by the real route. */
export async function makeLink(server: { url: string }, who: Pick<TestPerson, 'token'>, workspaceId: string, logId: string, more: Record<string, unknown> = {}): Promise<TestLink> {
  const { status, body } = await call(server, 'POST', `/api/v1/workspaces/${workspaceId}/links`, { token: who.token, body: { logId, name: 'For the customer', ...more } });
  if (status !== 201) throw new Error(`no link: ${JSON.stringify(body)}`);
  return { id: body.id, url: body.address, address: (body.address as string).split('/').at(-1)! };
}

/** Opens a link; `token`: that of a running visit. */
export function openLink(server: { url: string }, address: string, { password, token }: { password?: string; token?: string } = {}) {
  return call(server, 'POST', '/api/v1/links/open', { ...(token ? { token } : {}), body: { address, ...(password === undefined ? {} : { password }) } });
}
