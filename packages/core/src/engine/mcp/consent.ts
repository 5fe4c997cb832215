import type { McpAnswer, McpQuestion } from '../../api/index.ts';
import type { Clock } from '../../base/index.ts';

/** What came of a question: the person's answer, or why there is none. */
export type ConsentOutcome = McpAnswer | 'timedOut' | 'noScreen' | 'tooMany' | 'withdrawn';

/** Asks the person, on whatever screen is open, whether a tool may be used. */
export interface ConsentDesk {
  /** Waits for the person; `signal` withdraws the question. Never rejects. */
  ask(question: Omit<McpQuestion, 'id' | 'askedAt' | 'until'>, signal?: AbortSignal): Promise<ConsentOutcome>;
  /** The person's answer; a question that is gone is passed over. */
  answer(questionId: string, answer: McpAnswer): void;
  /** Questions that wait, oldest first. */
  waiting(): McpQuestion[];
  /** A screen that can show questions came or went. */
  screenCame(): void;
  screenWent(): void;
  /** Refuses what waits, and everything from now on. */
  close(): void;
}

export interface ConsentDeskOptions {
  clock: Clock;
  newId(prefix: string): string;
  /** Called whenever `waiting` gives something else. */
  onChange(): void;
  /** How long the person has, ms. */
  answerWithinMs?: number;
  /** How long a question waits for a first screen, ms: a page that is being loaded anew is back within that. */
  screenWithinMs?: number;
}

/** Clients of the common SDK give up after 60 s: the refusal must reach them before. */
const ANSWER_WITHIN_MS = 55_000;
const SCREEN_WITHIN_MS = 3000;
/** A client that asks and asks must not bury the person under dialogs. */
const MOST_WAITING = 5;

/** The desk. Questions wait in order; the screen shows one after the other. */
export function createConsentDesk(options: ConsentDeskOptions): ConsentDesk {
  const { clock, newId, onChange, answerWithinMs = ANSWER_WITHIN_MS, screenWithinMs = SCREEN_WITHIN_MS } = options;
  const open = new Map<string, { question: McpQuestion; settle(outcome: ConsentOutcome): void }>();
  const patient = new Set<() => void>();
  let screens = 0;
  let isClosed = false;

  /** True once a screen is there, false when none came in time. */
  const screen = (signal: AbortSignal | undefined): Promise<boolean> => {
    if (screens > 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        patient.delete(done);
        signal?.removeEventListener('abort', done);
        resolve(screens > 0);
      };
      const timer = setTimeout(done, screenWithinMs);
      patient.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  };

  return {
    async ask(asked, signal) {
      if (isClosed) return 'noScreen';
      if (open.size >= MOST_WAITING) return 'tooMany';
      if (!(await screen(signal))) return signal?.aborted ? 'withdrawn' : 'noScreen';
      if (signal?.aborted || isClosed) return 'withdrawn';
      if (open.size >= MOST_WAITING) return 'tooMany';
      const askedAt = clock.now();
      const question: McpQuestion = { ...asked, id: newId('question'), askedAt, until: askedAt + answerWithinMs };
      return new Promise((resolve) => {
        const settle = (outcome: ConsentOutcome) => {
          if (!open.delete(question.id)) return;
          clearTimeout(timer);
          signal?.removeEventListener('abort', withdraw);
          resolve(outcome);
          onChange();
        };
        const withdraw = () => settle('withdrawn');
        const timer = setTimeout(() => settle('timedOut'), answerWithinMs);
        signal?.addEventListener('abort', withdraw, { once: true });
        open.set(question.id, { question, settle });
        onChange();
      });
    },
    answer: (questionId, answer) => open.get(questionId)?.settle(answer),
    waiting: () => [...open.values()].map(({ question }) => question),
    screenCame() {
      screens++;
      for (const done of [...patient]) done();
    },
    screenWent() {
      screens--;
    },
    close() {
      isClosed = true;
      for (const done of [...patient]) done();
      for (const { settle } of [...open.values()]) settle('withdrawn');
    },
  };
}
