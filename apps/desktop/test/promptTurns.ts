/** Turns of the past for the screen of the agents' instructions: as many as a trial takes, written into the store of an app that is stopped. */
import { silentLogger, systemClock, type Turn } from '@uxflow/core';
import { seededDraws } from '../../../packages/core/src/agents/learning/draws.ts';
import { openDataFolder } from '../../../packages/core/src/db/index.ts';

export interface PastTurns {
  variantId: string;
  /** How many, and how often its work was accepted. */
  count: number;
  acceptance: number;
  /** ms before now at which the first one began; each next one is a second later. */
  agoMs: number;
}

const MESSAGES = ['Add a screen "Forgot password" after Login', 'Let people pay by invoice, too', 'Rename Home to Dashboard', 'After three wrong passwords the account is locked', 'Show a receipt when the payment went through'];

/** Writes turns whose architect used the given wordings, decided as the seed draws. */
export async function storePastTurns(dataDir: string, wordings: readonly PastTurns[], seed = 11): Promise<void> {
  const folder = await openDataFolder(dataDir, { logger: silentLogger, clock: systemClock });
  const draws = seededDraws(seed);
  const now = Date.now();
  try {
    const flowId = folder.flows.listFlows()[0]!.id;
    folder.turns.saveConversation({ id: `talk_${now}`, flowId, createdAt: now });
    for (const { variantId, count, acceptance, agoMs } of wordings) {
      for (let n = 0; n < count; n++) {
        const at = now - agoMs + n * 1000;
        const turn: Turn = { id: `turn_${variantId}_${agoMs}_${n}`, conversationId: `talk_${now}`, flowId, status: 'done', message: MESSAGES[n % MESSAGES.length]!, language: 'en', model: 'ollama:llama3.2', head: 0, feedback: [], fallbacks: [], seed: n, createdAt: at, updatedAt: at };
        folder.turns.saveTurn(turn);
        const trial = folder.prompts.openTrial({ agent: 'architect', variantId, turnId: turn.id, context: 'ollama:llama3.2|edit|en', startedAt: at });
        const luck = draws.uniform();
        const [outcome, score] = luck < acceptance * 0.8 ? (['accepted', 1] as const) : luck < acceptance ? (['acceptedEdited', 0.85] as const) : luck < acceptance + 0.05 ? (['corrected', 0.2] as const) : (['rejected', 0] as const);
        folder.prompts.endTrial(trial.id, { outcome, score, isValid: true, ms: 1800 + 900 * draws.uniform(), endedAt: at + 500 });
      }
    }
  } finally {
    await folder.close();
  }
}
