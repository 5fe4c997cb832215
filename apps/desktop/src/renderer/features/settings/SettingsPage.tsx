import { IconButton } from '@uxflow/ui';
import { ArrowLeft, Check, CircleAlert, LoaderCircle } from 'lucide-react';
import { useCallback, useRef, useState, type ReactNode } from 'react';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';
import { AboutSection } from './AboutSection.tsx';
import { AnswersSection } from './AnswersSection.tsx';
import { AppearanceSection } from './AppearanceSection.tsx';
import { CostsSection } from './CostsSection.tsx';
import { ConnectionsSection } from './ConnectionsSection.tsx';
import { EgressLedger } from './EgressLedger.tsx';
import { ModelSection } from './ModelSection.tsx';
import { ModesSection } from './ModesSection.tsx';
import { PrivacySection } from './PrivacySection.tsx';
import { PromptsSection } from './prompts/PromptsSection.tsx';
import { SignalsSection } from './SignalsSection.tsx';
import { Section } from './Section.tsx';
import { ServersSection } from './ServersSection.tsx';
import { WorkbenchSection } from './workbench/WorkbenchSection.tsx';
import { useCurrentSection } from './useCurrentSection.ts';
import { useSavedSettings, type SaveStatus } from './savedSettings.ts';
import './settings.css';
import './costs.css';

const SECTIONS = ['model', 'answers', 'modes', 'costs', 'privacy', 'ledger', 'signals', 'account', 'connections', 'servers', 'prompts', 'workbench', 'look', 'about'] as const;

export interface SettingsPageProps {
  /** Id of the flow to go back to; without it back leads to the list of flows. */
  from?: string | undefined;
  /** The account on a sync server. */
  account: ReactNode;
}

/** The settings: who thinks, what may leave this machine, how it looks, and what this app is. Every change saves itself. */
export function SettingsPage({ from, account }: SettingsPageProps) {
  const text = useText();
  const { settings, status, change } = useSavedSettings();
  // Counts the calls to models, so that the ledger shows them at once.
  const [asked, setAsked] = useState(0);
  const onAsked = useCallback(() => setAsked((count) => count + 1), []);
  const view = useRef<HTMLDivElement>(null);
  const { current, jump } = useCurrentSection(view, SECTIONS);
  return (
    <div className="page" data-testid="settings">
      <header className="page__bar">
        <IconButton label={text('settings.back')} icon={<ArrowLeft />} onClick={() => goTo(from ? { page: 'flow', flowId: from } : { page: 'flows' })} />
        <h1>{text('settings')}</h1>
        <span className="page__space" />
        <SaveLine status={status} />
      </header>
      <div className="settings" ref={view}>
        <nav className="settings__nav" aria-label={text('settings.sections')}>
          {SECTIONS.map((section) => (
            <button key={section} type="button" aria-current={section === current} onClick={() => jump(section)}>
              {text(`settings.${section}`)}
            </button>
          ))}
        </nav>
        <main className="settings__main">
          <ModelSection settings={settings} change={change} asked={asked} onAsked={onAsked} />
          <AnswersSection settings={settings} change={change} onAsked={onAsked} />
          <ModesSection settings={settings} change={change} />
          <CostsSection settings={settings} change={change} from={from} />
          <PrivacySection settings={settings} change={change} />
          <EgressLedger asked={asked} />
          <SignalsSection />
          <Section id="account" title={text('settings.account')} text={text('settings.accountText')}>
            {account}
          </Section>
          <ConnectionsSection />
          <ServersSection />
          <PromptsSection settings={settings} change={change} />
          <WorkbenchSection settings={settings} from={from} onAsked={onAsked} />
          <AppearanceSection settings={settings} change={change} />
          <AboutSection />
        </main>
      </div>
    </div>
  );
}

function SaveLine({ status }: { status: SaveStatus }) {
  const text = useText();
  return (
    <span className={`settings__saved settings__saved--${status.phase}`} role="status" data-testid="settings-status">
      {status.phase === 'saving' ? <LoaderCircle aria-hidden /> : status.phase === 'saved' ? <Check aria-hidden /> : status.phase === 'failed' ? <CircleAlert aria-hidden /> : null}
      {status.phase === 'saving'
        ? text('settings.saving')
        : status.phase === 'saved'
          ? text('settings.saved')
          : status.phase === 'failed'
            ? text('settings.notSaved', { reason: errorText(text, status.error) })
            : text('settings.savedByItself')}
    </span>
  );
}
