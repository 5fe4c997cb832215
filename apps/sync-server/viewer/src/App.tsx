import { Spinner, TooltipLayer } from '@uxflow/ui';
import { ReactFlowProvider } from '@xyflow/react';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { Gate } from './Gate.tsx';
import { TextContext } from './TextContext.tsx';
import { chooseLanguage, translator } from './texts.ts';
import { Viewer } from './Viewer.tsx';
import type { ViewerSession } from './viewerSession.ts';

/** The page: the flow, or why there is none. */
export function App({ session }: { session: ViewerSession }) {
  const state = useSyncExternalStore(session.subscribe, session.getState);
  const words = useMemo(() => {
    const language = chooseLanguage(navigator.languages);
    return { language, text: translator(language) };
  }, []);
  const { text, language } = words;
  const title = state.view?.flow.name || state.name;
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = title ? `${title} – UX Flow Engine` : 'UX Flow Engine';
  }, [language, title]);
  return (
    <TextContext.Provider value={words}>
      {state.phase === 'shown' && state.view ? (
        <ReactFlowProvider>
          <Viewer session={session} state={state} view={state.view} />
        </ReactFlowProvider>
      ) : state.phase === 'opening' || state.phase === 'shown' ? (
        <main className="gate gate--busy">
          <h1 className="visually-hidden">{title || 'UX Flow Engine'}</h1>
          <Spinner label={text(state.name ? 'loading' : 'opening')} />
          <p aria-hidden>{text(state.name ? 'loading' : 'opening')}</p>
        </main>
      ) : (
        <Gate session={session} state={state} phase={state.phase} />
      )}
      <TooltipLayer />
    </TextContext.Provider>
  );
}
