import { Notice, Spinner } from '@uxflow/ui';
import type { ReactNode } from 'react';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import type { ModelListState } from './useModelList.ts';

/** How asking for a list of models stands; `children` where nobody is being asked and nothing failed. */
export function ModelListStatus({ state, children }: { state: ModelListState; children: ReactNode }) {
  const text = useText();
  return (
    <div aria-live="polite">
      {state.phase === 'asking' ? (
        <span className="settings__running">
          <Spinner label={text('settings.modelsLoading')} />
          <span aria-hidden>{text('settings.modelsLoading')}</span>
        </span>
      ) : state.phase === 'failed' ? (
        <Notice tone="warning">
          {text('settings.modelsFailed')} {errorText(text, state.error)}
        </Notice>
      ) : (
        children
      )}
    </div>
  );
}
