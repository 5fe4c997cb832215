import type { Settings } from '@uxflow/core/api';
import { Segmented, Switch, TextField } from '@uxflow/ui';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { Section } from './Section.tsx';

const THEMES = [
  { value: 'system', icon: <Monitor aria-hidden /> },
  { value: 'light', icon: <Sun aria-hidden /> },
  { value: 'dark', icon: <Moon aria-hidden /> },
] as const;
const LANGUAGES = ['system', 'en', 'de'] as const;

/** How the app looks and speaks, and how the canvas behaves. */
export function AppearanceSection({ settings, change }: { settings: Settings; change: (part: Partial<Settings>) => void }) {
  const text = useText();
  return (
    <Section id="look" title={text('settings.look')}>
      <div className="settings__pair">
        <span aria-hidden>{text('settings.theme')}</span>
        <Segmented label={text('settings.theme')} value={settings.theme} choices={THEMES.map(({ value, icon }) => ({ value, icon, label: text(`settings.theme.${value}`) }))} onCommit={(theme) => change({ theme })} />
      </div>
      <div className="settings__pair">
        <span aria-hidden>{text('settings.language')}</span>
        <Segmented label={text('settings.language')} value={settings.language} choices={LANGUAGES.map((value) => ({ value, label: text(`settings.language.${value}`) }))} onCommit={(language) => change({ language })} />
      </div>
      <TextField label={text('settings.userName')} hint={text('settings.userNameHint')} value={settings.userName} maxLength={80} autoComplete="name" onCommit={(userName) => change({ userName: userName.trim() })} />
      <h3>{text('settings.canvas')}</h3>
      <Switch label={text('settings.snap')} hint={text('settings.snapText')} checked={settings.snapToGrid} onCommit={(snapToGrid) => change({ snapToGrid })} />
      <Switch label={text('settings.minimap')} hint={text('settings.minimapText')} checked={settings.showMinimap} onCommit={(showMinimap) => change({ showMinimap })} />
    </Section>
  );
}
