import type { ImplementerInternalWithMiddlewares } from '@orpc/server';
import type { Contract } from '../../api/index.ts';
import type { KeyService } from './keyService.ts';

/** The handlers of the key routes. */
export function keyHandlers(os: ImplementerInternalWithMiddlewares<Contract['keys'], Record<never, never>, Record<never, never>>, keys: KeyService) {
  return {
    get: os.get.handler(() => keys.view()),
    watch: os.watch.handler(({ signal }) => keys.watch(signal)),
    refresh: os.refresh.handler(({ input }) => keys.refresh(input.workspaceId)),
    setUp: os.setUp.handler(async () => ({ kit: await keys.setUp() })),
    checkTyped: os.checkTyped.handler(async ({ input }) => ({ problem: await keys.checkTyped(input.kind, input.text) })),
    bringByKit: os.bringByKit.handler(({ input }) => keys.bringByKit(input.kit)),
    showCode: os.showCode.handler(() => keys.showCode()),
    bringByCode: os.bringByCode.handler(({ input }) => keys.bringByCode(input.code)),
    newKit: os.newKit.handler(async () => ({ kit: await keys.newKit() })),
    beginAnew: os.beginAnew.handler(async () => ({ kit: await keys.beginAnew() })),
    forgetHere: os.forgetHere.handler(async () => (await keys.forgetHere(), {})),
    begin: os.begin.handler(({ input }) => keys.begin(input.workspaceId)),
    members: os.members.handler(({ input }) => keys.members(input.workspaceId)),
    confirm: os.confirm.handler(({ input }) => keys.confirm(input.workspaceId, input.userId, input.fingerprint)),
    give: os.give.handler(({ input }) => keys.give(input.workspaceId, input.userIds)),
    rotate: os.rotate.handler(({ input }) => keys.rotate(input.workspaceId)),
    dismissNote: os.dismissNote.handler(({ input }) => (keys.dismissNote(input.workspaceId, input.noteId), {})),
    invite: os.invite.handler(({ input: { workspaceId, ...invitation } }) => keys.invite(workspaceId, invitation)),
    invitationLink: os.invitationLink.handler(({ input }) => keys.invitationLink(input.workspaceId, input.invitationId)),
    join: os.join.handler(({ input }) => keys.join(input.link)),
  };
}
