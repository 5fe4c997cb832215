/** What the page asks of its server: to open the link. The token stays in memory; no cookie is sent or kept. */
import type { LinkKey } from '@uxflow/core/keyMessages';

export interface OpenedLink {
  token: string;
  /** ms UTC */
  expiresAt: number;
  visitorId: string;
  linkId: string;
  logId: string;
  name: string | null;
  mayComment: boolean;
  key: LinkKey | null;
  /** Sub-flows that go with it. */
  flows: LinkedFlow[];
}

export interface LinkedFlow {
  logId: string;
  /** By which steps name it. */
  flowId: string;
  /** Null where it is sealed. */
  name: string | null;
  key: LinkKey | null;
}

/** `unreachable`: no answer, or none that can be understood; `busy`: too many at once, ask again. */
export type OpenAnswer =
  | { is: 'open'; link: OpenedLink }
  | { is: 'password'; salt: string | undefined }
  | { is: 'locked' | 'busy'; retryAfter: number }
  | { is: 'gone' | 'unreachable' };

export interface LinkApi {
  /** `token`: that of the running visit, which goes on. */
  open(password: string | undefined, token: string | undefined): Promise<OpenAnswer>;
}

/** The API of the server that the page came from; `address`: the random part of the link. */
export function createLinkApi(address: string, send: typeof fetch): LinkApi {
  return {
    async open(password, token) {
      try {
        const response = await send('/api/v1/links/open', {
          method: 'POST',
          credentials: 'omit',
          cache: 'no-store',
          headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
          body: JSON.stringify({ address, ...(password === undefined ? {} : { password }) }),
        });
        const body = (await response.json()) as { error?: { code: string; params: { salt?: string; retryAfter?: number } } };
        if (response.ok) return { is: 'open', link: body as unknown as OpenedLink };
        const { code, params } = body.error!;
        if (code === 'LINK_PASSWORD') return { is: 'password', salt: params.salt };
        if (code === 'LINK_LOCKED') return { is: 'locked', retryAfter: params.retryAfter ?? 60 };
        if (response.status === 429) return { is: 'busy', retryAfter: params.retryAfter ?? 5 };
        // An address that was cut off while it was copied is no address either.
        return { is: response.status < 500 ? 'gone' : 'unreachable' };
      } catch {
        return { is: 'unreachable' };
      }
    },
  };
}
