import { readInjection, SIGNAL_THRESHOLD, type PromptPart } from '../agents/index.ts';
import type { Clock, Logger } from '../base/index.ts';
import type { DataFolder, SignalRecord, StoredSignal } from '../db/index.ts';
import type { FlowView } from '../flow/index.ts';
import { createBroadcast, type Broadcast } from './broadcast.ts';

/** Looks through texts for attacks on prompts and keeps what it finds. Nothing is refused because of it. */
export interface SignalService {
  /** Reads a text as soon as the work that waits is done: nobody waits for it. */
  inspect(text: string, where: Pick<SignalRecord, 'source' | 'turnId' | 'flowId'>): void;
  /** Reads the parts of a prompt as they go to a model. */
  inspectPrompt(parts: readonly PromptPart[], where: Pick<SignalRecord, 'turnId' | 'flowId'>): void;
  /** Reads every text of a flow that came in. */
  inspectFlow(view: FlowView, flowId: string): void;
  list(options: { flowId?: string; limit?: number }): StoredSignal[];
  dismiss(id: string): void;
  clear(): void;
  changes: Broadcast<{ type: 'changed' }>;
  /** Reads what waits, then no more. */
  close(): void;
}

/** Texts wait so long for the work of a turn to be done, ms. */
const REST_MS = 250;

/** The service on a data folder. */
export function createSignalService(options: { folder: Pick<DataFolder, 'signals' | 'readOnly'>; clock: Clock; logger: Logger }): SignalService {
  const { folder, clock, logger } = options;
  const changes = createBroadcast<{ type: 'changed' }>((_, next) => next);
  const waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const readWaiting = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const read of waiting.splice(0)) read();
  };
  /** Texts that were read last, by where they stand: a flow goes to models again and again. */
  const lastRead = new Map<string, string>();
  const inspect: SignalService['inspect'] = (text, where) => {
    if (folder.readOnly || !text) return;
    const key = `${where.source} ${where.flowId} ${where.source === 'message' ? where.turnId : ''}`;
    if (lastRead.get(key) === text) return;
    lastRead.delete(key);
    lastRead.set(key, text);
    if (lastRead.size > 50) lastRead.delete(lastRead.keys().next().value!);
    waiting.push(() => read(text, where));
    timer ??= setTimeout(readWaiting, REST_MS).unref();
  };
  const read = (text: string, where: Pick<SignalRecord, 'source' | 'turnId' | 'flowId'>): void => {
    try {
      const { score, families } = readInjection(text);
      const [first] = families;
      if (!first || score < SIGNAL_THRESHOLD) return;
      const stored = folder.signals.add({ at: clock.now(), ...where, family: first.family, score, excerpt: first.excerpt });
      if (stored) changes.send({ type: 'changed' });
    } catch (error) {
      // A signal that cannot be kept must not cost the turn.
      logger.warn('signal not kept', { error: String(error) });
    }
  };
  return {
    inspect,
    inspectPrompt(parts, where) {
      // What the person wrote has been read when it was sent.
      for (const part of parts) if (part.trust === 'data') inspect(part.text, { ...where, source: sourceOf(part.name) });
    },
    inspectFlow: (view, flowId) => inspect(textsOf(view), { source: 'import', flowId }),
    list(options) {
      readWaiting();
      return folder.signals.list(options);
    },
    dismiss(id) {
      folder.signals.dismiss(id, clock.now());
      changes.send({ type: 'changed' });
    },
    clear() {
      folder.signals.clear();
      changes.send({ type: 'changed' });
    },
    changes,
    close() {
      readWaiting();
      changes.close();
    },
  };
}

function sourceOf(part: string): SignalRecord['source'] {
  if (/image|picture|drawing|drawn|sketch/i.test(part)) return 'image';
  if (/tool/i.test(part)) return 'tool';
  return /flow|findings/i.test(part) ? 'flow' : 'other';
}

/** Fields that hold no words. */
const WORDLESS = /^(?:id|type|source|target|order|color|sourcePort|targetPort|kind|trigger|line|dash|authorId|assetId|documentId|subflowId|frameId|nodeId|edgeId|replyToId)$/;

function textsOf(view: FlowView): string {
  const texts: string[] = [];
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (!WORDLESS.test(key)) texts.push(value);
    } else if (typeof value === 'object' && value !== null) for (const [inner, part] of Object.entries(value)) walk(part, inner);
  };
  walk(view.flow, '');
  for (const kind of ['node', 'edge', 'frame', 'comment', 'persona', 'goal'] as const) for (const record of view[kind].values()) walk(record, '');
  return texts.join('\n');
}
