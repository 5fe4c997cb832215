import { EmptyState, Spinner, ToastStack, TooltipLayer } from '@uxflow/ui';
import { ServerOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { CrashGuard } from './CrashGuard.tsx';
import { ConsentDialog } from './features/connections/ConsentDialog.tsx';
import { FlowsPage } from './features/flows/FlowsPage.tsx';
import { AccountPanel } from './features/sharing/AccountPanel.tsx';
import { NewsToasts } from './features/sharing/NewsToasts.tsx';
import { SharedFlowsButton } from './features/sharing/SharedFlowsButton.tsx';
import { SettingsPage } from './features/settings/SettingsPage.tsx';
import { UsagePage } from './features/usage/UsagePage.tsx';
import { FlowScreen } from './FlowScreen.tsx';
import { errorText, LanguageContext, useText } from './i18n/TextContext.tsx';
import { chooseLanguage } from './i18n/translate.ts';
import { routeOfHash } from './store/route.ts';
import { ServicesContext, useConnectionStatus, useServices, type Services } from './store/services.ts';
import { useTheme } from './useTheme.ts';

/** The whole app over one connection. */
export function App({ services }: { services: Services }) {
  const { language: choice, theme } = useStore(services.settings, (store) => store.settings);
  const language = chooseLanguage(choice, navigator.languages);
  useTheme(theme);
  useEffect(() => void (document.documentElement.lang = language), [language]);
  return (
    <ServicesContext.Provider value={services}>
      <LanguageContext.Provider value={language}>
        <CrashGuard>
          <Pages />
        </CrashGuard>
        <ConsentDialog />
        <NewsToasts />
        <ReportToasts />
        <Toasts />
        <TooltipLayer />
      </LanguageContext.Provider>
    </ServicesContext.Provider>
  );
}

function Pages() {
  const text = useText();
  const route = useRoute();
  const status = useConnectionStatus();
  const [wasConnected, setConnected] = useState(false);
  useEffect(() => {
    if (status === 'connected') setConnected(true);
  }, [status]);

  if (status === 'refused') {
    return (
      <EmptyState icon={<ServerOff />} title={text('connect.refusedTitle')}>
        {text('connect.refusedText')}
      </EmptyState>
    );
  }
  if (!wasConnected && status !== 'connected') {
    return (
      <div className="connecting">
        <EmptyState icon={<Spinner label={text('connect.title')} />} title={text(status === 'lost' ? 'connect.failedTitle' : 'connect.title')}>
          {status === 'lost' ? text('connect.failedText') : null}
        </EmptyState>
      </div>
    );
  }
  if (route.page === 'flow') return <FlowScreen key={route.flowId} flowId={route.flowId} commentId={route.commentId} />;
  if (route.page === 'usage') return <UsagePage from={route.from} />;
  if (route.page === 'settings') return <SettingsPage from={route.from} account={<AccountPanel />} />;
  return <FlowsPage key={route.page} isBin={route.page === 'bin'} sharing={<SharedFlowsButton />} />;
}

/** Tells failures that no screen shows by itself; the same words once at a time, because one cause may end many streams. */
function ReportToasts() {
  const text = useText();
  const { connection, toasts } = useServices();
  useEffect(
    () =>
      connection.onReport((error) => {
        const sentence = errorText(text, error);
        if (!toasts.getState().list.some((toast) => toast.text === sentence)) toasts.getState().show({ text: sentence, isError: true });
      }),
    [connection, toasts, text],
  );
  return null;
}

function Toasts() {
  const text = useText();
  const { toasts } = useServices();
  const { list, close } = useStore(toasts);
  return <ToastStack toasts={list} closeLabel={text('close')} onClose={close} />;
}

function useRoute() {
  const [route, setRoute] = useState(() => routeOfHash(location.hash));
  useEffect(() => {
    const read = () => setRoute(routeOfHash(location.hash));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return route;
}
