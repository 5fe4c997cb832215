/** A visit from its address to its end: opened, followed live, opened again when the token runs out, and what it shows meanwhile. */
import { createIdSource, createPlainCodec, createSyncClient, currentVersions, highestRules, highestSchema, isAppError, systemClock, systemRandom, type Deflater, type FlowView, type SyncSocket, type SyncStatus } from '@uxflow/core';
import { inflate } from './inflate.ts';
import type { LinkApi, LinkedFlow, OpenedLink } from './linkApi.ts';
import type { PageTrail } from './pageTrail.ts';
import type { SealedLink } from './sealedLink.ts';
import { sha256, type CommentOn, type RefusedComment } from './shownFlow.ts';
import { createVisitFlows, type NamedFlow } from './visitFlows.ts';

/** What the whole page is about. `shown`: the flow; everything else says why there is none. */
export type Phase = 'opening' | 'password' | 'gone' | 'keyMissing' | 'keyWrong' | 'newer' | 'unreachable' | 'shown';

export interface ViewerState {
  phase: Phase;
  isEncrypted: boolean;
  /** From the link's own flow to the one that is shown, which is the last; empty before the link is open. */
  trail: readonly NamedFlow[];
  /** What steps can open, by the id of the flow that they name. */
  flows: ReadonlyMap<string, NamedFlow>;
  /** A sub-flow that was taken out of the link while somebody looked at it. */
  lost: NamedFlow | null;
  /** Of the flow that is shown; null until it comes. */
  view: FlowView | null;
  status: SyncStatus | null;
  mayComment: boolean;
  visitorId: string;
  /** For the page that asks for the password. */
  password: { isWrong: boolean; isBusy: boolean; lockedUntil: number };
  refused: RefusedComment | null;
}

export interface ViewerSession {
  getState(): ViewerState;
  subscribe(listener: () => void): () => void;
  enterPassword(password: string): void;
  /** Tries at once. */
  retry(): void;
  /** Shows the flow that a step names; nothing happens where it is not part of the link. */
  openFlow(flowId: string): void;
  /** Shows a flow of the trail again. */
  goBackTo(logId: string): void;
  forgetLost(): void;
  /** A comment in the visitor's name on the flow that is shown; false when it cannot be written. */
  comment(name: string, body: string, on: CommentOn): boolean;
  forgetRefused(): void;
}

export interface ViewerSessionOptions {
  api: LinkApi;
  /** What stands behind the # of the address. */
  fragment: string;
  /** Where the visit stands among the link's flows. */
  trail: PageTrail;
  connect(events: { opened(): void; frame(bytes: Uint8Array): void; closed(code: number, reason: string): void }): SyncSocket;
  /** Runs a task at the next picture: what comes in one frame is drawn once. */
  nextFrame(task: () => void): void;
}

/** The token is renewed this long before it ends, ms. */
const RENEW_BEFORE_MS = 60_000;
const AGAIN_MS = 5000;
/** A moment, so that an answer which contradicts the socket makes no storm of questions. */
const LOST_AFTER_MS = 200;
/** All pages of a link hear at the same moment that it has changed; they ask one after the other, ms. */
const SPREAD_MS = 500;
const NO_PASSWORD = { isWrong: false, isBusy: false, lockedUntil: 0 };
const SIGNED_OUT = new Set(['SESSION_INVALID', 'SESSION_REVOKED', 'SESSION_EXPIRED']);
const LOST = new Set(['ACCESS_REVOKED', 'LOG_NOT_FOUND']);
const KEYS = new Set(['LOG_KEY_MISSING', 'REKEY']);
const NEWER = new Set(['LOG_VERSION_UNKNOWN', 'PROTOCOL_UNKNOWN', 'SNAPSHOT_UNREADABLE']);

// Comments are short: they go up as they are.
const deflater: Deflater = { deflate: (bytes) => bytes, inflate };

/** Starts the visit. */
export function createViewerSession({ api, fragment, trail: history, connect, nextFrame }: ViewerSessionOptions): ViewerSession {
  const listeners = new Set<() => void>();
  let state: ViewerState = { phase: 'opening', isEncrypted: false, trail: [], flows: new Map(), lost: null, view: null, status: null, mayComment: false, visitorId: '', password: NO_PASSWORD, refused: null };
  let link: OpenedLink | undefined;
  let sealed: SealedLink | undefined;
  let password: string | undefined;
  let salt: string | undefined;
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
        const opened = await openSealedLink(next.key, next.flows.flatMap(({ key }) => key ?? []), fragment, password);
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
    if (before !== undefined && before !== next.visitorId) for (const flow of flows.all()) flow.rename(next.visitorId);
    const lost = flows.take({ own: { logId: next.logId, name: next.name ?? '' }, parts: partsOf(next) });
    set({ visitorId: next.visitorId, isEncrypted: next.key !== null, trail: flows.trail(), ...(lost ? { lost } : {}) });
    draw();
    return true;
  };
  /** The sub-flows that can be shown: one whose key did not open is none of them. */
  const partsOf = ({ key, flows: parts }: OpenedLink): LinkedFlow[] => (key ? parts.filter(({ logId }) => sealed?.keys.has(logId)) : parts);

  const start = async (): Promise<void> => {
    if (!(await open()) || !link) return;
    if (state.phase !== 'shown') set({ phase: 'opening', password: NO_PASSWORD });
    if (!flows.current()) flows.follow();
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
    const [flow, own] = [flows.current(), flows.own()];
    if (!link || !flow || !own || !['opening', 'unreachable', 'shown'].includes(state.phase)) return;
    const status = flow.status();
    const code = status.reason?.code;
    if (NEWER.has(code ?? '')) return end('newer');
    // The link's own flow is what the page is about, and says which steps lead back to it.
    const phase = own.view() ? { phase: 'shown' as const } : {};
    set({ ...phase, status, view: flow.view(), mayComment: status.scope === 'comment', refused: flow.refused, trail: flows.trail(), flows: flows.openable() });
    const stopped = [...flows.all()].flatMap((one) => (one.status().state === 'stopped' ? (one.status().reason?.code ?? []) : []));
    const isLost = stopped.some((one) => LOST.has(one));
    if (isLost || stopped.some((one) => KEYS.has(one))) {
      // Why, says the server to whoever opens the link again.
      later(isLost ? LOST_AFTER_MS : AGAIN_MS, reopen);
    } else if (status.state === 'offline' && code !== undefined && SIGNED_OUT.has(code)) {
      // A token that was taken away leads nowhere any more; one that ran out may have been renewed.
      if (code !== 'SESSION_EXPIRED') link = { ...link, expiresAt: 0 };
      void start();
    }
  };
  /** An answer that is on its way may be of before: it is asked for anew behind it. */
  const reopen = () => void Promise.resolve(opening).then(open).then((isOpen) => isOpen && resume());
  const resume = () => {
    for (const one of flows.all()) if (one.status().state === 'stopped') one.resume();
  };
  /** After a step through the flows. */
  const moved = () => {
    set({ lost: null });
    look();
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
    onLinkChanged: () => later(Math.random() * SPREAD_MS, reopen),
  });
  let wasConnected = false;
  let isBack = false;
  client.subscribe(() => {
    const isConnected = client.isConnected;
    // What was said while the connection was away, nobody says again.
    if (isConnected && !wasConnected && isBack) later(Math.random() * SPREAD_MS, reopen);
    isBack ||= isConnected;
    wasConnected = isConnected;
    draw();
  });
  const flows = createVisitFlows({ client, codecOf: (logId) => (sealed ? sealed.codec(logId, deflater) : createPlainCodec(deflater)), ids: createIdSource(systemClock, systemRandom), history, changed: () => draw() });
  history.onMove(() => {
    if (state.phase !== 'shown') return;
    flows.follow();
    moved();
  });
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
      if (state.phase === 'shown' && flows.current()?.status().state !== 'stopped') client.retryNow();
      else void start();
    },
    openFlow: (flowId) => void (state.phase === 'shown' && flows.open(flowId) && moved()),
    goBackTo: (logId) => void (state.phase === 'shown' && flows.backTo(logId) && moved()),
    forgetLost: () => set({ lost: null }),
    comment: (name, body, on) => link !== undefined && (flows.current()?.comment(link.visitorId, name, { body, ...on }) ?? false),
    forgetRefused() {
      const flow = flows.current();
      if (flow) flow.refused = null;
      set({ refused: null });
    },
  };
}
