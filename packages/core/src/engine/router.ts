import { implement, ORPCError } from '@orpc/server';
import type { z } from 'zod';
import { contract, type egressRecordSchema, type HistoryEntry } from '../api/index.ts';
import { AppError, errorInfo, isAppError, type Logger } from '../base/index.ts';
import type { DataFolder, EgressTotal } from '../db/index.ts';
import { exportFlow } from '../exchange/index.ts';
import { authorSchema, type Author } from '../flow/index.ts';
import type { AgentService } from './agentService.ts';
import type { AnswerMemory } from './answerMemory.ts';
import type { ChatService } from './chatService.ts';
import type { EngineDependencies } from './dependencies.ts';
import { listHistory, restoreState, undoEntry } from './flowHistory.ts';
import type { EndpointService } from './endpoints.ts';
import type { FitnessService } from './fitness.ts';
import type { FlowService } from './flowService.ts';
import type { LayoutService } from './layoutService.ts';
import type { McpService } from './mcp/index.ts';
import type { ModelPulls } from './modelPulls.ts';
import type { ModelService } from './models.ts';
import type { PromptService } from './prompts/promptService.ts';
import type { SettingsService } from './settings.ts';
import type { SignalService } from './signalService.ts';
import type { Broadcast } from './broadcast.ts';
import type { Spending } from './spending.ts';
import type { UsageService } from './usageService.ts';
import type { AccountService } from './sync/accountService.ts';
import type { AssetSync } from './sync/assetSync.ts';
import { keyHandlers } from './sync/keyHandlers.ts';
import type { KeyService } from './sync/keyService.ts';
import type { LinkService } from './sync/linkService.ts';
import type { Asides } from './sync/asides.ts';
import type { InboxService } from './sync/inboxService.ts';
import type { SyncService } from './sync/syncService.ts';
import type { WorkspaceActivity } from './sync/workspaceActivity.ts';
import type { WorkspaceMembers } from './sync/workspaceMembers.ts';
import type { WorkspaceUsages } from './sync/workspaceUsage.ts';
import { streamView } from './viewStream.ts';

/** The parts of an engine that its routes use. */
export interface EngineParts {
  dependencies: Pick<EngineDependencies, 'host' | 'version' | 'dataDir' | 'secrets'>;
  folder: DataFolder;
  flows: FlowService;
  layout: LayoutService;
  chat: ChatService;
  memory: AnswerMemory;
  fitness: FitnessService;
  agents: AgentService;
  mcp: McpService;
  prompts: PromptService;
  settings: SettingsService;
  models: ModelService;
  usage: UsageService;
  spending: Spending;
  endpoints: EndpointService;
  pulls: ModelPulls;
  author(): Author;
  account: AccountService;
  keys: KeyService;
  assets: AssetSync;
  links: LinkService;
  sync: SyncService;
  workspaces: WorkspaceMembers;
  workspaceUsages: WorkspaceUsages;
  workspaceActivity: WorkspaceActivity;
  inbox: InboxService;
  asides: Asides;
  signals: SignalService;
  ledger: { changes: Broadcast<{ type: 'changed' }>; totals(): EgressTotal[] };
  /** Rows of the egress ledger, newest first, those that still wait included. */
  readLedger(limit: number): z.infer<typeof egressRecordSchema>[];
  logger: Logger;
}

export type EngineRouter = ReturnType<typeof createRouter>;

/** Every route of the contract. A missing one does not compile; what a handler throws goes out as {code, message, params}. */
export function createRouter(parts: EngineParts) {
  const { folder, flows, layout, chat, agents, mcp, prompts, settings, models, usage, spending, endpoints, pulls, signals, author, account, keys, assets, links, sync, workspaces, workspaceUsages, workspaceActivity, inbox, asides, logger } = parts;
  const os = implement(contract).use(async ({ next, path }) => {
    const route = path.join('.');
    try {
      const result = await next();
      const { output } = result;
      return isStream(output) ? { ...result, output: saying(output, route, logger) as typeof output } : result;
    } catch (error) {
      throw toWire(error, route, logger);
    }
  });
  const session = (flowId: string) => flows.open(flowId).session;

  return os.router({
    account: {
      get: os.account.get.handler(() => account.get()),
      watch: os.account.watch.handler(async function* ({ signal }) {
        const changes = account.changes.subscribe(signal);
        yield account.get();
        yield* changes;
      }),
      signIn: os.account.signIn.handler(({ input }) => account.signIn(withoutUndefined(input))),
      signInByBrowser: os.account.signInByBrowser.handler(({ input }) => account.signInByBrowser(input.server)),
      cancelSignIn: os.account.cancelSignIn.handler(() => done(account.cancelSignIn())),
      signOut: os.account.signOut.handler(async () => done(await account.signOut())),
    },
    sync: {
      workspaces: os.sync.workspaces.handler(() => sync.remote.workspaces()),
      createWorkspace: os.sync.createWorkspace.handler(({ input }) => sync.remote.createWorkspace(input.name, input.encrypted)),
      members: os.sync.members.handler(({ input }) => sync.remote.members(input.workspaceId)),
      invite: os.sync.invite.handler(async ({ input: { workspaceId, ...invitation } }) => done(await sync.remote.invite(workspaceId, invitation))),
      projects: os.sync.projects.handler(({ input }) => sync.remote.projects(input.workspaceId, input.deleted)),
      createProject: os.sync.createProject.handler(({ input }) => sync.remote.createProject(input.workspaceId, input.name, input.visibility)),
      changeProject: os.sync.changeProject.handler(async ({ input: { workspaceId, projectId, ...change } }) => done(await sync.remote.changeProject(workspaceId, projectId, change))),
      removeProject: os.sync.removeProject.handler(({ input }) => sync.remote.removeProject(input.workspaceId, input.projectId)),
      restoreProject: os.sync.restoreProject.handler(async ({ input }) => done(await sync.remote.restoreProject(input.workspaceId, input.projectId))),
      flows: os.sync.flows.handler(() => sync.remote.flows()),
      share: os.sync.share.handler(async ({ input }) => done(await sync.share(input.flowId, input.workspaceId, input.projectId))),
      detach: os.sync.detach.handler(({ input }) => done(sync.detach(input.flowId))),
      open: os.sync.open.handler(({ input }) => sync.open(input.logId, input.workspaceId)),
      watchFlow: os.sync.watchFlow.handler(({ input, signal }) => sync.watch(input.flowId, signal)),
      show: os.sync.show.handler(({ input }) => done(sync.show(input.flowId, input.shown))),
      retry: os.sync.retry.handler(() => done(sync.retry())),
      chooseBacklog: os.sync.chooseBacklog.handler(({ input }) => sync.chooseBacklog(input.flowId, input.choice, input.name, author())),
      asides: os.sync.asides.handler(({ input }) => asides.list(input.flowId)),
      settleAside: os.sync.settleAside.handler(({ input }) => sync.settleAside(input.flowId, input.asideId, input.how, input.name, author())),
    },
    workspaces: {
      get: os.workspaces.get.handler(({ input }) => workspaces.get(input.workspaceId)),
      change: os.workspaces.change.handler(async ({ input: { workspaceId, ...change } }) => done(await workspaces.change(workspaceId, change))),
      remove: os.workspaces.remove.handler(({ input }) => workspaces.remove(input.workspaceId)),
      changeMember: os.workspaces.changeMember.handler(async ({ input: { workspaceId, userId, ...change } }) => done(await workspaces.changeMember(workspaceId, userId, change).finally(keys.lookAgain))),
      removeMember: os.workspaces.removeMember.handler(async ({ input }) => done(await workspaces.removeMember(input.workspaceId, input.userId).finally(keys.lookAgain))),
      putInProject: os.workspaces.putInProject.handler(async ({ input }) => done(await workspaces.putInProject(input.workspaceId, input.projectId, input.userId, input.role))),
      takeOutOfProject: os.workspaces.takeOutOfProject.handler(async ({ input }) => done(await workspaces.takeOutOfProject(input.workspaceId, input.projectId, input.userId))),
      transfer: os.workspaces.transfer.handler(async ({ input }) => done(await workspaces.transfer(input.workspaceId, input.userId))),
      resend: os.workspaces.resend.handler(async ({ input }) => done(await workspaces.resend(input.workspaceId, input.invitationId))),
      revoke: os.workspaces.revoke.handler(async ({ input }) => done(await workspaces.revoke(input.workspaceId, input.invitationId))),
      usage: os.workspaces.usage.handler(({ input }) => workspaceUsages.get(input.workspaceId)),
      takePlan: os.workspaces.takePlan.handler(async ({ input }) => done(await workspaceUsages.takePlan(input.plan))),
      activity: os.workspaces.activity.handler(({ input }) => workspaceActivity.list(input)),
    },
    inbox: {
      watch: os.inbox.watch.handler(({ signal }) => inbox.watch(signal)),
      refresh: os.inbox.refresh.handler(() => inbox.refresh()),
      accept: os.inbox.accept.handler(({ input }) => inbox.accept(input.invitationId).finally(keys.lookAgain)),
      decline: os.inbox.decline.handler(async ({ input }) => done(await inbox.decline(input.invitationId))),
      read: os.inbox.read.handler(({ input }) => done(inbox.read(input.mentionId))),
    },
    keys: keyHandlers(os.keys, keys),
    assets: {
      add: os.assets.add.handler(({ input }) => assets.add(Buffer.from(input.base64, 'base64'))),
      get: os.assets.get.handler(async ({ input }) => {
        const { mediaType, bytes } = await assets.get(input.flowId, input.assetId);
        return { mediaType, base64: Buffer.from(bytes).toString('base64') };
      }),
    },
    links: {
      list: os.links.list.handler(({ input }) => links.list(input.flowId)),
      create: os.links.create.handler(({ input: { flowId, ...wanted } }) => links.create(flowId, wanted)),
      change: os.links.change.handler(async ({ input: { flowId, linkId, ...change } }) => done(await links.change(flowId, linkId, change))),
      revoke: os.links.revoke.handler(async ({ input }) => done(await links.revoke(input.flowId, input.linkId))),
      allow: os.links.allow.handler(async ({ input }) => done(await links.allow(input.flowId, input.allowed))),
    },
    flows: {
      list: os.flows.list.handler(({ input }) => flows.list(input).map((row) => (sync.isShared(row.id) ? { ...row, isShared: true, isEncrypted: sync.isEncrypted(row.id) } : row))),
      watch: os.flows.watch.handler(({ signal }) => flows.changes.subscribe(signal)),
      create: os.flows.create.handler(({ input }) => flows.create(input.name, author())),
      rename: os.flows.rename.handler(({ input }) => flows.rename(input.flowId, input.name, author())),
      duplicate: os.flows.duplicate.handler(({ input }) => flows.duplicate(input.flowId, input.name, author())),
      delete: os.flows.delete.handler(({ input }) => {
        chat.forget(input.flowId);
        flows.delete(input.flowId);
        return {};
      }),
      restore: os.flows.restore.handler(({ input }) => flows.restore(input.flowId)),
      purge: os.flows.purge.handler(({ input }) => {
        chat.purgeWith(input.flowId, () => flows.purge(input.flowId));
        folder.answers.forgetFlow(input.flowId);
        sync.forget(input.flowId);
        return {};
      }),
      import: os.flows.import.handler(({ input }) => {
        const made = flows.import(input.text, input.fileName, author());
        signals.inspectFlow(flows.open(made.id).session.state, made.id);
        return made;
      }),
    },
    flow: {
      open: os.flow.open.handler(({ input, signal }) => {
        const { session: opened, findings } = flows.open(input.flowId);
        return streamView(opened, findings, input.view, signal);
      }),
      commit: os.flow.commit.handler(({ input }) => {
        // A screen speaks for the person at it; only the engine writes as an agent.
        const { kind } = authorSchema.parse(input.transaction.author);
        if (kind === 'agent') throw new AppError('AUTHOR_REFUSED', 'A screen cannot write as an agent. Nothing was stored.', {});
        return session(input.flowId).append(input.transaction);
      }),
      undo: os.flow.undo.handler(({ input }) => {
        const undone = undoEntry(folder, session(input.flowId), input.entryId, author());
        if (undone.entryId !== undefined) prompts.noteUndo(input.flowId, input.entryId);
        return undone;
      }),
      layout: os.flow.layout.handler(async ({ input, signal }) => (await layout.layoutFlow(session(input.flowId), input.direction, author(), signal)) ?? {}),
      applyFix: os.flow.applyFix.handler(({ input }) => {
        const open = flows.open(input.flowId);
        const finding = open.findings.find(input.findingKey);
        if (!finding?.fix) throw new AppError('FINDING_GONE', 'This finding is not there any more; the flow has changed meanwhile. Nothing was changed.', {});
        return layout.commitPlaced(open.session, { ops: finding.fix.ops(parts.flows.newId), message: finding.fix.code }, author());
      }),
      history: os.flow.history.handler(({ input }): HistoryEntry[] => listHistory(folder, session(input.flowId), input)),
      restoreVersion: os.flow.restoreVersion.handler(({ input }) => restoreState(session(input.flowId), input.no, author(), `restore ${input.no}`) ?? {}),
      export: os.flow.export.handler(({ input }) => exportFlow(session(input.flowId).state, input.format)),
    },
    chat: {
      open: os.chat.open.handler(({ input, signal }) => chat.stream(input.flowId, signal)),
      earlier: os.chat.earlier.handler(({ input }) => chat.earlier(input.flowId, input.before)),
      send: os.chat.send.handler(({ input }) => chat.send(input.flowId, input.text, input.image)),
      image: os.chat.image.handler(({ input }) => chat.image(input.assetId)),
      answer: os.chat.answer.handler(({ input }) => chat.answer(input.turnId, input.text)),
      approvePlan: os.chat.approvePlan.handler(({ input }) => chat.approvePlan(input.turnId, input.plan)),
      giveFeedback: os.chat.giveFeedback.handler(({ input }) => chat.giveFeedback(input.turnId, input.text)),
      rejectPlan: os.chat.rejectPlan.handler(({ input }) => chat.rejectPlan(input.turnId)),
      cancel: os.chat.cancel.handler(({ input }) => chat.cancel(input.turnId)),
      askAgain: os.chat.askAgain.handler(({ input }) => chat.askAgain(input.turnId)),
      retry: os.chat.retry.handler(({ input }) => chat.retry(input.turnId)),
    },
    agents: {
      list: os.agents.list.handler(() => agents.list()),
      run: os.agents.run.handler(({ input, signal }) => agents.run(input, signal)),
    },
    proposal: {
      accept: os.proposal.accept.handler(({ input }) => chat.acceptCards(input.proposalId, input.cardIds)),
      reject: os.proposal.reject.handler(({ input }) => chat.rejectCards(input.proposalId, input.cardIds)),
      edit: os.proposal.edit.handler(({ input }) => chat.editGhosts(input.proposalId, input.ops)),
    },
    prompts: {
      get: os.prompts.get.handler(() => prompts.view()),
      watch: os.prompts.watch.handler(({ signal }) => prompts.watch(signal)),
      setLearning: os.prompts.setLearning.handler(({ input }) => done(prompts.setLearning(input.isOn))),
      check: os.prompts.check.handler(({ input }) => prompts.check(input.agent, input.text)),
      add: os.prompts.add.handler(({ input }) => prompts.add(input.agent, input.text, input.reason)),
      write: os.prompts.write.handler(({ input, signal }) => prompts.write(input.agent, signal)),
      try: os.prompts.try.handler(({ input }) => done(prompts.try(input.variantId))),
      stopTrial: os.prompts.stopTrial.handler(({ input }) => done(prompts.stopTrial(input.agent))),
      use: os.prompts.use.handler(({ input }) => done(prompts.use(input.variantId))),
      decide: os.prompts.decide.handler(({ input }) => done(prompts.decide(input.changeId, input.isApplied))),
      rollBack: os.prompts.rollBack.handler(({ input }) => done(prompts.rollBack(input.changeId))),
      remove: os.prompts.remove.handler(({ input }) => done(prompts.remove(input.variantId))),
      forget: os.prompts.forget.handler(() => done(prompts.forget())),
    },
    settings: {
      get: os.settings.get.handler(() => settings.get()),
      set: os.settings.set.handler(({ input }) => settings.set(input)),
      watch: os.settings.watch.handler(({ signal }) => settings.changes.subscribe(signal)),
    },
    models: {
      list: os.models.list.handler(({ input }) => models.list(input.provider, input.baseUrl)),
      detectOllama: os.models.detectOllama.handler(() => models.detectOllama()),
      pull: os.models.pull.handler(({ input, signal }) => pulls.follow(input.baseUrl, input.model, signal)),
      cancelPull: os.models.cancelPull.handler(({ input }) => ({ isStopping: pulls.cancel(input.baseUrl, input.model) })),
      pulls: os.models.pulls.handler(() => pulls.running()),
      test: os.models.test.handler(({ input, signal }) => models.test(input, signal)),
      probe: os.models.probe.handler(({ input, signal }) => models.probe(input, signal)),
      keptProbe: os.models.keptProbe.handler(({ input }) => {
        const probe = models.keptProbe(input);
        return probe ? { probe } : {};
      }),
      setKey: os.models.setKey.handler(async ({ input }) => {
        await models.setKey(input.baseUrl, input.key);
        return { strength: parts.dependencies.secrets.strength };
      }),
      keyStatus: os.models.keyStatus.handler(async ({ input }) => ({ present: await models.hasKey(input.baseUrl), strength: parts.dependencies.secrets.strength })),
    },
    mcp: {
      watch: os.mcp.watch.handler(({ signal }) => mcp.watch(signal)),
      get: os.mcp.get.handler(() => mcp.state()),
      set: os.mcp.set.handler(({ input }) => mcp.set(input)),
      renewToken: os.mcp.renewToken.handler(() => mcp.renewToken()),
      revokeToken: os.mcp.revokeToken.handler(() => done(mcp.revokeToken())),
      setConsent: os.mcp.setConsent.handler(({ input }) => done(mcp.setConsent(input.tool, input.consent))),
      answer: os.mcp.answer.handler(({ input }) => done(mcp.answer(input.questionId, input.answer))),
      clearCalls: os.mcp.clearCalls.handler(() => done(mcp.clearCalls())),
      saveServer: os.mcp.saveServer.handler(async ({ input }) => ({ serverId: await mcp.servers.save(input) })),
      removeServer: os.mcp.removeServer.handler(async ({ input }) => done(await mcp.servers.remove(input.serverId))),
      checkServer: os.mcp.checkServer.handler(async ({ input }) => done(await mcp.servers.check(input.serverId))),
      setServerConsent: os.mcp.setServerConsent.handler(({ input }) => done(mcp.servers.setConsent(input.serverId, input.tool, input.consent))),
      call: os.mcp.call.handler(({ input, signal }) => mcp.call({ client: input.client, tool: input.tool, arguments: input.arguments }, signal ?? new AbortController().signal)),
    },
    fitness: {
      run: os.fitness.run.handler(({ input, signal }) => parts.fitness.run(input, signal)),
      kept: os.fitness.kept.handler(({ input }) => {
        const report = parts.fitness.kept(input);
        return report ? { report } : {};
      }),
    },
    answers: {
      size: os.answers.size.handler(() => folder.answers.size()),
      clear: os.answers.clear.handler(() => {
        folder.answers.clear();
        return {};
      }),
      tryEmbedding: os.answers.tryEmbedding.handler(({ input, signal }) => parts.memory.tryEmbedding(input, signal)),
    },
    endpoints: {
      get: os.endpoints.get.handler(({ input }) => endpoints.view(input.baseUrl)),
      set: os.endpoints.set.handler(({ input }) => endpoints.change(input.baseUrl, input.change)),
    },
    usage: {
      summary: os.usage.summary.handler(({ input }) => usage.summary(input)),
      calls: os.usage.calls.handler(({ input }) => usage.calls(input)),
      budget: os.usage.budget.handler(() => ({ periods: usage.budget() })),
      estimate: os.usage.estimate.handler(({ input }) => usage.estimate(input.flowId, input.text, input.hasImage)),
      prices: os.usage.prices.handler(() => usage.prices()),
      setPrice: os.usage.setPrice.handler(({ input }) => (spending.setPrice(input), usage.prices())),
      removePrice: os.usage.removePrice.handler(({ input }) => (spending.removePrice(input.pattern), usage.prices())),
      restorePrices: os.usage.restorePrices.handler(() => (spending.restorePrices(), usage.prices())),
      export: os.usage.export.handler(({ input }) => usage.export(input, input.format)),
      push: os.usage.push.handler(({ input }) => usage.push(input)),
    },
    security: {
      signals: os.security.signals.handler(({ input: { flowId, limit } }) => signals.list({ limit, ...(flowId === undefined ? {} : { flowId }) })),
      dismiss: os.security.dismiss.handler(({ input }) => {
        signals.dismiss(input.id);
        return {};
      }),
      clear: os.security.clear.handler(() => {
        signals.clear();
        return {};
      }),
      watch: os.security.watch.handler(({ signal }) => signals.changes.subscribe(signal)),
    },
    app: {
      info: os.app.info.handler(() => {
        const { host, version, dataDir, secrets } = parts.dependencies;
        const readOnly = folder.readOnly ? errorInfo(new AppError(folder.readOnly, 'The data folder can only be read: a newer version of the app made it. Nothing is changed; use that version to edit.')) : undefined;
        return { host, version, dataFolder: dataDir, secretStrength: secrets.strength, ...(readOnly ? { readOnly } : {}) };
      }),
      egressTotals: os.app.egressTotals.handler(() => parts.ledger.totals()),
      egressWatch: os.app.egressWatch.handler(({ signal }) => parts.ledger.changes.subscribe(signal)),
      egress: os.app.egress.handler(({ input }) => parts.readLedger(input.limit)),
    },
  });
}

/** The input of a sign-in without a code where none was entered. */
function withoutUndefined({ code, ...entered }: { server: string; email: string; password: string; code?: string | undefined }) {
  return code === undefined ? entered : { ...entered, code };
}

/** The empty answer of a route that has done something. */
const done = (_: void) => ({});

function isStream(value: unknown): value is AsyncIterableIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** A stream whose failures go out like those of a call. */
async function* saying(stream: AsyncIterableIterator<unknown>, route: string, logger: Logger): AsyncGenerator<unknown, void, void> {
  try {
    yield* stream;
  } catch (error) {
    throw toWire(error, route, logger);
  }
}

/** What crosses the wire for a failure: the code, the sentence and its parameters; unexpected ones are logged once, here. */
function toWire(error: unknown, route: string, logger: Logger): unknown {
  if (error instanceof ORPCError) return error;
  const { code, message, params } = errorInfo(error);
  if (!isAppError(error)) logger.error('unexpected failure', { route, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return new ORPCError(code, { status: 400, message, data: params });
}
