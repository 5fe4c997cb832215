import { Spinner, TooltipLayer } from '@uxflow/ui';
import { ReactFlowProvider } from '@xyflow/react';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { Gate } from './Gate.tsx';
import { TextContext } from './TextContext.tsx';
import { chooseLanguage, translator } from './texts.ts';
import { TopBar } from './TopBar.tsx';
import { Viewer, type FlowPlace } from './Viewer.tsx';
import type { ViewerSession } from './viewerSession.ts';

/** The page: the flow, or why there is none. */
export function App({ session }: { session: ViewerSession }) {
  const state = useSyncExternalStore(session.subscribe, session.getState);
  const words = useMemo(() => {
    const language = chooseLanguage(navigator.languages);
    return { language, text: translator(language) };
  }, []);
  const { text, language } = words;
  const here = state.trail.at(-1);
  const title = here?.name ?? '';
  /** How each flow was left, so that one comes back to it as it was. */
  const places = useRef(new Map<string, FlowPlace>());
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = title ? `${title} – UX Flow Engine` : 'UX Flow Engine';
  }, [language, title]);
  return (
    <TextContext.Provider value={words}>
      {state.phase === 'shown' && state.view && here ? (
        <ReactFlowProvider key={here.logId}>
          <Viewer session={session} state={state} view={state.view} place={placeIn(places.current, here.logId)} />
        </ReactFlowProvider>
      ) : state.phase === 'shown' ? (
        <div className="viewer">
          <TopBar session={session} state={state} />
          <main className="stage gate gate--busy">
            <Spinner label={text('loading')} />
            <p aria-hidden>{text('loading')}</p>
          </main>
        </div>
      ) : state.phase === 'opening' ? (
        <main className="gate gate--busy">
          <h1 className="visually-hidden">{title || 'UX Flow Engine'}</h1>
          <Spinner label={text(title ? 'loading' : 'opening')} />
          <p aria-hidden>{text(title ? 'loading' : 'opening')}</p>
        </main>
      ) : (
        <Gate session={session} state={state} phase={state.phase} />
      )}
      <TooltipLayer />
    </TextContext.Provider>
  );
}

function placeIn(places: Map<string, FlowPlace>, logId: string): FlowPlace {
  const place = places.get(logId) ?? { selected: null, panel: null, viewport: null, isVisited: places.size > 0 };
  places.set(logId, place);
  return place;
}
