/** Apps of three people with data folders of their own, in an encrypted workspace on a real server. */
import { expect } from 'vitest';
import type { TestApp } from './testApp.ts';
import { node, startTestApps, type TestApps } from './testApps.ts';
import { until } from './testDevice.ts';

export type Name = 'ann' | 'bob' | 'cleo';

/** The people are of one test alone: their keys are those of its devices. */
export interface SealedStage extends TestApps<Name> {
  /** An app whose account has keys. */
  withKeys(who: Name): Promise<{ app: TestApp; kit: string }>;
  /** Ann has an encrypted workspace, and a flow with one screen in it. */
  started(name?: string): Promise<{ ann: TestApp; kit: string; workspaceId: string; flowId: string }>;
  /** Somebody comes by the link that Ann's app shows. */
  comesByLink(ann: TestApp, workspaceId: string, who: Name, role?: 'admin' | 'member'): Promise<TestApp>;
}

/** A stage for the tests of a file; its apps end with each test. */
export function startSealedStage(): SealedStage {
  const at = startTestApps({ ann: 'Ann', bob: 'Bob', cleo: 'Cleo' }, { variables: { DEFAULT_PLAN: 'enterprise' }, isAnew: true });
  const withKeys: SealedStage['withKeys'] = async (who) => {
    const app = await at.signedIn(who);
    const { kit } = await app.api.keys.setUp();
    return { app, kit };
  };
  const more: Omit<SealedStage, keyof TestApps<Name>> = {
    withKeys,
    async started(name = 'Checkout') {
      const { app: ann, kit } = await withKeys('ann');
      const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: 'Team', encrypted: true });
      expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', isOpen: true, epoch: 1 });
      const flow = await ann.api.flows.create({ name });
      await ann.edit(flow.id, 'tx_first', [node('node_1', 'Cart')]);
      await ann.api.sync.share({ flowId: flow.id, workspaceId });
      await until('the server has the snapshot', async () => (await at.server.database.pool.query('select 1 from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1', [workspaceId])).rowCount === 1);
      return { ann, kit, workspaceId, flowId: flow.id };
    },
    async comesByLink(ann, workspaceId, who, role = 'member') {
      const { link } = await ann.api.keys.invite({ workspaceId, email: at.people[who].email, role, language: 'en' });
      const { app } = await withKeys(who);
      expect(await app.api.keys.join({ link })).toEqual({ workspaceId, isOpen: true });
      return app;
    },
  };
  // Not a copy: server and people are there only once the tests run.
  return Object.assign(at, more);
}

/** What an app says of the keys of a workspace. */
export async function stateOf(app: TestApp, workspaceId: string) {
  return (await app.api.keys.get()).workspaces.find((one) => one.workspaceId === workspaceId)!;
}

/** Opens the first flow of a workspace; its id here. */
export async function opens(app: TestApp, workspaceId: string): Promise<string> {
  const listed = (await app.api.sync.flows()).find((one) => one.workspaceId === workspaceId)!;
  return (await app.api.sync.open({ logId: listed.logId, workspaceId })).id;
}
