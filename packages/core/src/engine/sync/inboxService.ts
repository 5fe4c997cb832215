import { z } from 'zod';
import type { Inbox } from '../../api/index.ts';
import { ownInvitationSchema } from '../../api/workspaceRoutes.ts';
import { isAppError, type Logger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import type { LogState } from '../../flow/index.ts';
import { createBroadcast } from '../broadcast.ts';
import type { FlowService } from '../flowService.ts';
import type { AccountService } from './accountService.ts';
import { createMentions } from './mentions.ts';
import type { Remote } from './remote.ts';
import { isShareOf, type Shares } from './shares.ts';

/** What waits for the person: invitations at the server, and mentions in the flows of this device. */
export interface InboxService {
  /** The inbox now, and whenever it changes; while somebody watches, the server is asked once a minute. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<Inbox, void, void>;
  /** Asks the server at once; throws what it refuses. */
  refresh(): Promise<Inbox>;
  /** Throws INVITATION_NOT_FOUND and what else the server refuses. */
  accept(invitationId: string): Promise<{ workspaceId: string }>;
  decline(invitationId: string): Promise<void>;
  read(mentionId?: string): void;
  close(): void;
}

export interface InboxServiceOptions {
  folder: DataFolder;
  flows: Pick<FlowService, 'open' | 'sessions' | 'onEntry' | 'onSession'>;
  account: AccountService;
  remote: Pick<Remote, 'members'>;
  shares: Shares;
  logger: Logger;
}

const EVERY_MS = 60_000;
/** Entries come in bursts; their flow is looked through when they rest. */
const LOOK_AFTER_MS = 400;
/** So many of the flows that were changed last are kept connected for their mentions. */
const LISTENING = 12;
/** Between the opening of two of them, so that nothing else has to wait. */
const OPEN_EVERY_MS = 250;

const invitationsSchema = z.looseObject({ invitations: z.array(ownInvitationSchema) });

export function createInboxService({ folder, flows, account, remote, shares, logger }: InboxServiceOptions): InboxService {
  const mentions = createMentions(folder);
  const changes = createBroadcast<Inbox>((_, next) => next);
  const namesByWorkspace = new Map<string, Promise<readonly string[]>>();
  const looks = new Map<string, NodeJS.Timeout>();
  let invitations: Inbox['invitations'] = [];
  let watchers = 0;
  let timer: NodeJS.Timeout | undefined;
  let opening: NodeJS.Timeout | undefined;
  let isClosed = false;

  const view = (): Inbox => {
    const user = account.get().user;
    const found = user ? mentions.list(user.id) : [];
    return {
      invitations: user ? invitations : [],
      mentions: found.flatMap((mention) => {
        const flow = folder.flows.findFlow(mention.flowId);
        return flow && flow.deletedAt === undefined ? [{ ...mention, flowName: flow.name }] : [];
      }),
    };
  };
  const tell = () => changes.send(view());

  const namesOf = (workspaceId: string) => {
    const known = namesByWorkspace.get(workspaceId);
    if (known) return known;
    const asked = remote.members(workspaceId).then(
      (members) => members.map(({ name }) => name),
      () => {
        namesByWorkspace.delete(workspaceId);
        return [];
      },
    );
    namesByWorkspace.set(workspaceId, asked);
    return asked;
  };
  const look = (flowId: string, state: LogState) => {
    clearTimeout(looks.get(flowId));
    const share = shares.get(flowId);
    if (!share || folder.readOnly) return;
    const run = async () => {
      looks.delete(flowId);
      const user = account.get().user;
      if (!user || !isShareOf(share, account.get()) || ![...state.comment.values()].some(({ body }) => body.includes('@'))) return;
      const names = await namesOf(share.workspaceId);
      if (!isClosed && mentions.look(user, flowId, state, names)) tell();
    };
    looks.set(flowId, setTimeout(() => void run().catch((error: unknown) => logger.warn('a flow was not looked through for mentions', { flowId, error: String(error) })), LOOK_AFTER_MS).unref());
  };
  flows.onEntry(look);
  flows.onSession({ opened: ({ flowId, state }) => look(flowId, state), closed: () => {}, mayClose: () => true });

  /** Opens the flows whose news should be heard, one after the other. */
  const listen = () => {
    clearTimeout(opening);
    const user = account.get().user;
    if (isClosed || watchers === 0 || !user) return;
    const open = new Set(flows.sessions().map(({ flowId }) => flowId));
    const next = [...shares.entries()]
      .flatMap(([flowId, share]) => {
        const row = isShareOf(share, account.get()) ? folder.flows.findFlow(flowId) : undefined;
        return row && row.deletedAt === undefined ? [{ flowId, updatedAt: row.updatedAt }] : [];
      })
      .sort((a, b) => b.updatedAt - a.updatedAt)
      .slice(0, LISTENING)
      .find(({ flowId }) => !open.has(flowId));
    if (!next) return;
    opening = setTimeout(() => {
      try {
        flows.open(next.flowId);
        listen();
      } catch (error) {
        logger.info('a shared flow could not be opened for its mentions', { flowId: next.flowId, error: String(error) });
      }
    }, OPEN_EVERY_MS).unref();
  };

  const ask = async (): Promise<Inbox> => {
    if (account.get().user) {
      const asked = account.get().user!.id;
      const { invitations: found } = await account.api().get('/invitations', invitationsSchema);
      if (account.get().user?.id === asked) invitations = found;
    } else invitations = [];
    tell();
    return view();
  };
  const askQuietly = () => void ask().catch((error: unknown) => logger.info('the server was not asked for invitations', { code: isAppError(error) ? error.code : String(error) }));
  const rest = () => {
    clearInterval(timer);
    timer = undefined;
  };
  account.onSwitch(() => {
    invitations = [];
    namesByWorkspace.clear();
    tell();
    if (watchers > 0) askQuietly();
    listen();
  });

  return {
    async *watch(signal) {
      const heard = changes.subscribe(signal);
      watchers++;
      timer ??= setInterval(() => {
        namesByWorkspace.clear();
        askQuietly();
        listen();
      }, EVERY_MS).unref();
      try {
        askQuietly();
        listen();
        yield view();
        yield* heard;
      } finally {
        if (--watchers === 0) rest();
      }
    },
    refresh: ask,
    async accept(invitationId) {
      const joined = await account.api().send('POST', `/invitations/${encodeURIComponent(invitationId)}/accept`, {}, z.looseObject({ workspaceId: z.string() }));
      invitations = invitations.filter(({ id }) => id !== invitationId);
      tell();
      return { workspaceId: joined.workspaceId };
    },
    async decline(invitationId) {
      await account.api().send('POST', `/invitations/${encodeURIComponent(invitationId)}/decline`, {}, z.unknown());
      invitations = invitations.filter(({ id }) => id !== invitationId);
      tell();
    },
    read(mentionId) {
      const user = account.get().user;
      if (!user) return;
      mentions.read(user.id, mentionId);
      tell();
    },
    close() {
      isClosed = true;
      rest();
      clearTimeout(opening);
      for (const waiting of looks.values()) clearTimeout(waiting);
      changes.close();
    },
  };
}
