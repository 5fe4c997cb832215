/** A visit from its address to its end: opened, followed live, opened again when the token runs out, and what it shows meanwhile. */
import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  createIdSource,
  createPlainCodec,
  createSyncClient,
  currentVersions,
  highestRules,
  highestSchema,
  initialState,
  isAppError,
  Replica,
  systemClock,
  systemRandom,
  visitorCommentPrefix,
  type Comment,
  type Deflater,
  type FlowView,
  type OpenLog,
  type SyncCodec,
  type SyncSocket,
  type SyncStatus,
} from '@uxflow/core';
import { inflate } from './inflate.ts';
import type { LinkApi, OpenedLink } from './linkApi.ts';
import type { SealedLink } from './sealedLink.ts';

/** What the whole page is about. `shown`: the flow; everything else says why there is none. */
export type Phase = 'opening' | 'password' | 'gone' | 'keyMissing' | 'keyWrong' | 'newer' | 'unreachable' | 'shown';

export interface ViewerState {
  phase: Phase;
  /** The flow's name before it has come. */
  name: string;
  isEncrypted: boolean;
  view: FlowView | null;
  status: SyncStatus | null;
  mayComment: boolean;
  visitorId: string;
  /** For the page that asks for the password. */
  password: { isWrong: boolean; isBusy: boolean; lockedUntil: number };
  /** A comment that the server did not take; its words are kept for the form. */
  refused: { body: string; code: string } | null;
}

export interface ViewerSession {
  getState(): ViewerState;
  subscribe(listener: () => void): () => void;
  enterPassword(password: string): void;
  /** Tries at once. */
  retry(): void;
  /** A comment in the visitor's name; false when it cannot be written. */
  comment(name: string, body: string, on: Pick<Comment, 'nodeId' | 'edgeId' | 'frameId' | 'replyToId'>): boolean;
  forgetRefused(): void;
}

export interface ViewerSessionOptions {
  api: LinkApi;
  /** What stands behind the # of the address. */
  fragment: string;
  connect(events: { opened(): void; frame(bytes: Uint8Array): void; closed(code: number, reason: string): void }): SyncSocket;
  /** Runs a task at the next picture: what comes in one frame is drawn once. */
  nextFrame(task: () => void): void;
}

const UNKNOWN = 'flow_unknown';
/** The token is renewed this long before it ends, ms. */
const RENEW_BEFORE_MS = 60_000;
const AGAIN_MS = 5000;
/** A moment, so that an answer which contradicts the socket makes no storm of questions. */
const LOST_AFTER_MS = 200;
const NO_PASSWORD = { isWrong: false, isBusy: false, lockedUntil: 0 };
const SIGNED_OUT = new Set(['SESSION_INVALID', 'SESSION_REVOKED', 'SESSION_EXPIRED']);
const LOST = new Set(['ACCESS_REVOKED', 'LOG_NOT_FOUND']);
const KEYS = new Set(['LOG_KEY_MISSING', 'REKEY']);
const NEWER = new Set(['LOG_VERSION_UNKNOWN', 'PROTOCOL_UNKNOWN', 'SNAPSHOT_UNREADABLE']);

const sha256 = (bytes: Uint8Array) => bytesToHex(sha256Bytes(bytes));
// Comments are short: they go up as they are.
const deflater: Deflater = { deflate: (bytes) => bytes, inflate };

/** Starts the visit. */
export function createViewerSession({ api, fragment, connect, nextFrame }: ViewerSessionOptions): ViewerSession {
  const ids = createIdSource(systemClock, systemRandom);
  const listeners = new Set<() => void>();
  let state: ViewerState = { phase: 'opening', name: '', isEncrypted: false, view: null, status: null, mayComment: false, visitorId: '', password: NO_PASSWORD, refused: null };
  let link: OpenedLink | undefined;
  let sealed: SealedLink | undefined;
  let password: string | undefined;
  let salt: string | undefined;
  let replica: Replica | undefined;
  let log: OpenLog | undefined;
  let opening: Promise<boolean> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let isDrawn = true;

  const set = (change: Partial<ViewerState>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  /** Shows why there is nothing; nothing goes on by itself. */
  const end = (phase: Exclude<Phase, 'opening' | 'shown'>, change: Partial<ViewerState> = {}) => {
    client.stop();
    clearTimeout(again);
    clearTimeout(renewal);
    set({ phase, view: null, password: { ...state.password, isBusy: false }, ...change });
  };
  const later = (ms: number, task: () => void) => {
    clearTimeout(again);
    again = setTimeout(task, ms);
  };

  /** Opens the link, or goes on with the visit; true when there is a token. */
  const open = (): Promise<boolean> => (opening ??= openOnce().finally(() => (opening = undefined)));
  const openOnce = async (): Promise<boolean> => {
    const token = link && link.expiresAt > Date.now() ? link.token : undefined;
    const proof = password === undefined || salt === undefined ? password : (await import('./sealedLink.ts')).proofOf(password, salt);
    const answer = await api.open(await proof, token);
    switch (answer.is) {
      case 'gone':
        end('gone');
        return false;
      case 'unreachable':
        // What is on the screen stays there; the connection says that it is away.
        if (state.phase !== 'shown') set({ phase: 'unreachable', password: NO_PASSWORD });
        later(AGAIN_MS, () => void start());
        return false;
      case 'busy':
        later(answer.retryAfter * 1000, () => void start());
        return false;
      case 'locked':
        end('password', { password: { isWrong: true, isBusy: false, lockedUntil: Date.now() + answer.retryAfter * 1000 } });
        return false;
      case 'password': {
        if (answer.salt !== undefined && fragment.length < 2) {
          end('keyMissing');
          return false;
        }
        salt = answer.salt;
        end('password', { isEncrypted: salt !== undefined, password: { isWrong: password !== undefined, isBusy: false, lockedUntil: 0 } });
        password = undefined;
        return false;
      }
      case 'open':
        return take(answer.link);
    }
  };

  /** Takes what the server opened; false when its key does not open it. */
  const take = async (next: OpenedLink): Promise<boolean> => {
    if (next.key) {
      if (fragment.length < 2) {
        end('keyMissing', { isEncrypted: true });
        return false;
      }
      try {
        const { openSealedLink } = await import('./sealedLink.ts');
        const opened = await openSealedLink(next.key, fragment, password);
        if (sealed) sealed.keys = opened.keys;
        else sealed = opened;
      } catch (error) {
        if (!isAppError(error)) throw error;
        // A link without a password of the server's own: the page asks, and tries the key with it.
        if (next.key.salt !== undefined && password === undefined) end('password', { isEncrypted: true });
        else end('keyWrong', { isEncrypted: true });
        return false;
      }
    }
    const before = link?.visitorId;
    link = next;
    clearTimeout(renewal);
    renewal = setTimeout(() => void open(), Math.min(Math.max(1000, next.expiresAt - Date.now() - RENEW_BEFORE_MS), 2 ** 31 - 1));
    set({ name: state.name || (next.name ?? ''), mayComment: next.mayComment, visitorId: next.visitorId, isEncrypted: next.key !== null });
    if (before !== undefined && before !== next.visitorId) rename(next.visitorId);
    return true;
  };

  /** A new visit: what waits is written anew in its name, for the old one may push no more. */
  const rename = (visitorId: string) => {
    for (const entry of [...(replica?.pending ?? [])]) {
      replica!.withdraw(entry.id);
      for (const op of entry.ops) if (op.op === 'add') write(entry.author.name, { ...op.value, authorId: visitorId });
    }
  };

  const start = async (): Promise<void> => {
    if (!(await open()) || !link) return;
    if (state.phase !== 'shown') set({ phase: 'opening', password: NO_PASSWORD });
    if (!log) {
      const { logId } = link;
      replica = new Replica(initialState(UNKNOWN), { sha256 });
      replica.subscribe(draw);
      const codec: SyncCodec = sealed ? sealed.codec(logId, deflater) : createPlainCodec(deflater);
      log = client.open({
        logId,
        replica,
        codec,
        keeper: {
          confirmed: () => {},
          settled: () => {},
          replaced: () => {},
          denied: (entry, code) => {
            const [op] = entry.ops;
            set({ refused: { body: op?.op === 'add' ? String(op.value.body ?? '') : '', code } });
          },
          ownConfirmed: () => [],
        },
      });
    }
    client.start();
    client.retryNow();
  };

  const draw = () => {
    if (!isDrawn) return;
    isDrawn = false;
    nextFrame(() => {
      isDrawn = true;
      look();
    });
  };
  const look = () => {
    if (!log || !replica || !['opening', 'unreachable', 'shown'].includes(state.phase)) return;
    const status = log.status();
    const code = status.reason?.code;
    if (NEWER.has(code ?? '')) return end('newer');
    const hasFlow = replica.confirmed.flow.id !== UNKNOWN;
    set({ status, mayComment: status.scope === 'comment', ...(hasFlow ? { phase: 'shown' as const, view: replica.view, name: replica.view.flow.name || state.name } : {}) });
    if (status.state === 'stopped' && code !== undefined) {
      // Why, says the server to whoever opens the link again.
      if (LOST.has(code) || KEYS.has(code)) later(LOST.has(code) ? LOST_AFTER_MS : AGAIN_MS, () => void open().then((isOpen) => isOpen && log?.log.resume()));
    } else if (status.state === 'offline' && code !== undefined && SIGNED_OUT.has(code)) {
      // A token that was taken away leads nowhere any more; one that ran out may have been renewed.
      if (link && code !== 'SESSION_EXPIRED') link = { ...link, expiresAt: 0 };
      void start();
    }
  };

  const client = createSyncClient({
    connect,
    async token() {
      if (link && link.expiresAt > Date.now() + 1000) return link.token;
      return (await open()) ? link?.token : undefined;
    },
    device: 'viewer',
    schemas: highestSchema(currentVersions),
    rules: highestRules(currentVersions),
    sha256,
    clock: systemClock,
    timer(ms, task) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  });
  client.subscribe(draw);

  const write = (name: string, { id: _id, ...value }: Record<string, unknown>): boolean => {
    if (!replica || !link) return false;
    const { visitorId, logId } = link;
    try {
      replica.commit(
        { ops: [{ op: 'add', kind: 'comment', id: visitorCommentPrefix(visitorId) + ids.newId('c'), value }] },
        { id: ids.newId('tx'), logId, author: { kind: 'user', id: visitorId, name }, at: Date.now(), scope: 'comment' },
      );
      return true;
    } catch (error) {
      // What it was about may have been deleted this moment.
      if (isAppError(error)) return false;
      throw error;
    }
  };

  void start();
  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    enterPassword(entered) {
      password = entered;
      set({ password: { ...state.password, isBusy: true } });
      void start();
    },
    retry() {
      if (state.phase === 'shown' && log?.status().state !== 'stopped') client.retryNow();
      else void start();
    },
    comment: (name, body, on) => write(name, { body, authorId: state.visitorId, authorName: name, at: Date.now(), ...on }),
    forgetRefused: () => set({ refused: null }),
  };
}
