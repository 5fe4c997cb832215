import { parseModelId, providerInfo } from '@uxflow/core';
import { Notice } from '@uxflow/ui';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import type { AgentStep } from '../../store/conversation.ts';

/** Says who answered in a turn because the chosen model could not: once for each pair, however many steps it took. */
export function FailoverNotes({ steps }: { steps: readonly AgentStep[] }) {
  const text = useText();
  const notes = failoversOf(steps);
  return notes.map(({ answered, failed }) => (
    <Notice key={`${answered} ${failed.map(({ model }) => model).join(' ')}`} tone="warning">
      {text('chat.failover', { answered: titleOf(answered), failed: titleOf(failed[0]!.model) })}
      <details className="turn__why">
        <summary>{text('chat.failoverWhy')}</summary>
        <ul>
          {failed.map(({ model, error }) => (
            <li key={model}>
              <strong>{titleOf(model)}</strong> {errorText(text, error)}
            </li>
          ))}
        </ul>
      </details>
    </Notice>
  ));
}

type Failed = NonNullable<NonNullable<AgentStep['call']>['failedBefore']>;

/** Who answered for whom, each once, in the order of the steps. */
export function failoversOf(steps: readonly AgentStep[]): { answered: string; failed: Failed }[] {
  const found = new Map<string, { answered: string; failed: Failed }>();
  for (const { call } of steps) {
    if (!call?.failedBefore?.length) continue;
    const key = [call.model, ...call.failedBefore.map(({ model, error }) => `${model} ${error.code}`)].join(' ');
    if (!found.has(key)) found.set(key, { answered: call.model, failed: call.failedBefore });
  }
  return [...found.values()];
}

/** 'Anthropic (claude-haiku)': who it is, and which of its models. */
function titleOf(id: string): string {
  const parsed = parseModelId(id);
  return parsed ? `${providerInfo(parsed.provider).title} (${parsed.model})` : id;
}
