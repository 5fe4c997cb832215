import { errorInfo, type ErrorInfo, type Logger } from '../../base/index.ts';
import type { KeyHolder } from './keyHolder.ts';

/** When the server is asked how keys stand. */
export interface KeyLooks {
  /** A look that begins now or later: what one that is under way has seen may be older than what it is asked for. */
  look(): Promise<void>;
  /** The server says that the keys of a workspace may have changed: asks of that one, soon. */
  hear(workspaceId: string): void;
  /** The server has been asked, and has answered with the list of workspaces, since `reset`. */
  readonly isLooked: boolean;
  /** Why it has not. */
  readonly failure: ErrorInfo | undefined;
  /** Another account, which nothing is known of. */
  reset(): void;
  close(): void;
}

export interface KeyLooksOptions {
  /** Keys of the account; undefined while there are none to look after. */
  holder(): Promise<KeyHolder | undefined>;
  /** The same as far as it is here already. */
  held(): KeyHolder | undefined;
  /** The session has ended at the server. */
  onSignedOut(): void;
  onChange(): void;
  logger: Logger;
}

/** ms between two looks while all is well, while something is missing, and where nothing is encrypted. */
const LOOK_MS = 60_000;
const LOOK_SOON_MS = 10_000;
const LOOK_IDLE_MS = 10 * 60_000;
/** What is heard within this time is asked for at once; the many who hear of a new key ask at different moments. */
const HEAR_MS = 300;
const SIGNED_OUT = new Set(['SESSION_INVALID', 'SESSION_REVOKED', 'SESSION_EXPIRED']);

export function createKeyLooks({ holder, held, onSignedOut, onChange, logger }: KeyLooksOptions): KeyLooks {
  const heard = new Set<string>();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let hearing: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  let isLooked = false;
  let failure: ErrorInfo | undefined;

  const look = (): Promise<void> => {
    if (looking) return (queued ??= looking.then(() => ((queued = undefined), look())));
    clearTimeout(timer);
    looking = lookNow().finally(() => {
      looking = undefined;
      schedule();
    });
    return looking;
  };
  const lookNow = async (workspaceIds?: ReadonlySet<string>) => {
    const mine = await holder();
    if (!mine || isClosed) return;
    try {
      await mine.box.look();
      await mine.list();
    } catch (error) {
      // An answer about the account before this one says nothing of it.
      if ((await holder()) !== mine) return;
      failure = errorInfo(error);
      logger.info('keys were not looked after', { code: failure.code });
      if (SIGNED_OUT.has(failure.code)) return onSignedOut();
      return onChange();
    }
    if ((await holder()) !== mine) return;
    isLooked = true;
    failure = undefined;
    for (const ring of mine.rings.values()) if (!workspaceIds || workspaceIds.has(ring.workspaceId)) await ring.look();
    onChange();
  };
  const schedule = () => {
    clearTimeout(timer);
    const mine = held();
    if (isClosed || !mine) return;
    const views = [...mine.rings.values()].map((ring) => ring.view());
    const isMissing = mine.box.view().state === 'unknown' || views.some(({ state }) => state === 'unknown' || state === 'waiting');
    timer = setTimeout(() => void look(), isMissing ? LOOK_SOON_MS : views.length === 0 ? LOOK_IDLE_MS : LOOK_MS).unref();
  };

  return {
    look,
    hear(workspaceId) {
      heard.add(workspaceId);
      hearing ??= setTimeout(() => {
        const workspaceIds = new Set(heard);
        heard.clear();
        hearing = undefined;
        void lookNow(workspaceIds).finally(schedule);
      }, Math.random() * HEAR_MS).unref();
    },
    get isLooked() {
      return isLooked;
    },
    get failure() {
      return failure;
    },
    reset() {
      isLooked = false;
      failure = undefined;
      clearTimeout(timer);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(hearing);
    },
  };
}
