import { PROMPTED_AGENTS, type PromptedAgent } from '../../agents/learning/promptedAgents.ts';
import { wordingProblems } from '../../agents/promptOptimizer.ts';
import type { AgentName, PromptTemplate } from '../../agents/index.ts';
import type { PromptProblem } from '../../api/promptRoutes.ts';
import { AppError, type Clock } from '../../base/index.ts';
import type { DataFolder, StoredChange, StoredVariant } from '../../db/index.ts';

/** Every wording of every agent, and which of them is in use. */
export interface Wordings {
  /** Keeps the wordings that this version of the app brings, where they are new. */
  registerBuiltIns(): void;
  /** Throws PROMPT_AGENT_UNKNOWN for an agent without a wording. */
  agentOf(agent: string): PromptedAgent;
  inUse(agent: string): StoredVariant;
  newestBuiltIn(agent: string): StoredVariant;
  /** The change that put the wording in use where it is; undefined for the app's own. */
  lastApplied(agent: string): StoredChange | undefined;
  /** Throws PROMPT_NOT_FOUND. */
  get(variantId: string): StoredVariant;
  /** Why a wording cannot be kept; empty where it can. */
  problemsOf(agent: AgentName, text: string): PromptProblem[];
  /** Keeps a new wording. Throws PROMPT_INVALID with `problems`, PROMPT_KNOWN. */
  add(agent: AgentName, text: string, origin: 'person' | 'optimizer', reason: string): StoredVariant;
  /** Puts a wording in the place of the one in use; a change that was proposed for it becomes applied. */
  apply(agent: string, variantId: string, changeId?: string): void;
  /** Takes the last applied change back. Throws PROMPT_CHANGE_NOT_LAST. */
  rollBack(changeId: string): StoredChange;
  /** The wording as agents take it. */
  templateOf(variant: StoredVariant): PromptTemplate;
}

/** The wordings of a data folder. */
export function createWordings(folder: DataFolder, clock: Clock): Wordings {
  const { prompts } = folder;
  const agentOf = (agent: string): PromptedAgent => {
    const found = PROMPTED_AGENTS.find((item) => item.agent === agent);
    if (!found) throw new AppError('PROMPT_AGENT_UNKNOWN', 'This agent has no wording that could be changed. Nothing was changed.', { agent });
    return found;
  };
  const get = (variantId: string): StoredVariant => {
    const found = prompts.findVariant(variantId);
    if (!found) throw new AppError('PROMPT_NOT_FOUND', 'This wording is not there any more. Nothing was changed.', { variantId });
    return found;
  };
  /** A store that may only be read, of an earlier version of the app, has no rows for its wordings: they are used all the same. */
  const unstored = ({ agent, instructions }: PromptedAgent): StoredVariant => ({ id: `${agent}_builtIn`, agent, number: 0, origin: 'builtIn', status: 'paused', text: instructions.text, reason: '', createdAt: 0 });
  const newestBuiltIn = (agent: string): StoredVariant => {
    const own = agentOf(agent);
    return prompts.listVariants(agent).findLast((variant) => variant.origin === 'builtIn' && variant.text === own.instructions.text) ?? unstored(own);
  };
  const lastApplied = (agent: string): StoredChange | undefined =>
    prompts
      .listChanges(agent)
      .filter((change) => change.status === 'applied')
      .sort((one, other) => (other.decidedAt ?? 0) - (one.decidedAt ?? 0))[0];
  const inUse = (agent: string): StoredVariant => {
    const applied = lastApplied(agent);
    const variant = applied && prompts.findVariant(applied.toVariantId);
    // The app's own wording is chosen as such, not as the one of some version.
    return !variant || variant.origin === 'builtIn' ? newestBuiltIn(agent) : variant;
  };

  const knownAs = (agent: string, text: string) => prompts.listVariants(agent).find((variant) => variant.text.trim() === text.trim());

  return {
    registerBuiltIns() {
      for (const { agent, instructions } of PROMPTED_AGENTS) {
        const known = prompts.listVariants(agent).filter((variant) => variant.origin === 'builtIn');
        if (known.some((variant) => variant.text === instructions.text)) continue;
        prompts.addVariant({ agent, origin: 'builtIn', status: 'paused', text: instructions.text, reason: '', createdAt: clock.now() });
        for (const old of known) prompts.setStatus(old.id, 'retired');
      }
    },
    agentOf,
    inUse,
    newestBuiltIn,
    lastApplied,
    get,
    problemsOf(agent, text) {
      const same = knownAs(agent, text);
      const problems = wordingProblems(text, agentOf(agent).instructions.text).map(({ code, params }): PromptProblem => ({ code, params }));
      return same ? [...problems, { code: 'KNOWN', params: { number: same.number } }] : problems;
    },
    add(agent, text, origin, reason) {
      const problems = wordingProblems(text, agentOf(agent).instructions.text);
      if (problems.length) throw new AppError('PROMPT_INVALID', `The wording was not kept: ${problems.map((problem) => problem.message).join(' ')}`, { agent, problems: problems.map(({ code, params }) => ({ code, params })) });
      const same = knownAs(agent, text);
      if (same) throw new AppError('PROMPT_KNOWN', `This wording is there already, as version ${same.number}. Nothing was added.`, { agent, number: same.number });
      return prompts.addVariant({ agent, origin, status: 'paused', text: text.trim(), reason: reason.trim(), createdAt: clock.now() });
    },
    apply(agent, variantId, changeId) {
      const from = inUse(agent);
      const now = Math.max(clock.now(), (lastApplied(agent)?.decidedAt ?? 0) + 1);
      folder.withTransaction(() => {
        if (changeId !== undefined) prompts.setChangeStatus(changeId, 'applied', now);
        else prompts.addChange({ agent, fromVariantId: from.id, toVariantId: variantId, status: 'applied', evidence: '{}', createdAt: now, decidedAt: now });
        // What was proposed against another wording says nothing about this one.
        for (const change of prompts.listChanges(agent)) if (change.status === 'proposed' && change.id !== changeId) prompts.setChangeStatus(change.id, 'declined', now);
      });
    },
    rollBack(changeId) {
      const change = prompts.findChange(changeId);
      if (!change || lastApplied(change.agent)?.id !== changeId) throw new AppError('PROMPT_CHANGE_NOT_LAST', 'This is not the last change of the wording any more, so it cannot be taken back. Nothing was changed; choose the wording that you want among the versions.', { changeId });
      prompts.setChangeStatus(changeId, 'rolledBack', clock.now());
      return change;
    },
    templateOf(variant) {
      const { instructions } = agentOf(variant.agent);
      const version = variant.origin === 'builtIn' && variant.text === instructions.text ? instructions.version : `v${variant.number}`;
      return { version, text: variant.text, variantId: variant.id };
    },
  };
}
