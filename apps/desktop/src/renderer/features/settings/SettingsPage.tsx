import { IconButton, Segmented, Switch, TextField } from '@uxflow/ui';
import { ArrowLeft, Monitor, Moon, Sun } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { ApiClient } from '@uxflow/core/api';
import { useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';
import { useFailureToast, useServices, useSettings } from '../../store/services.ts';
import { ModelSettings } from './ModelSettings.tsx';
import { PrivacySettings } from './PrivacySettings.tsx';

/** All settings; each is kept as soon as it is changed. */
export function SettingsPage({ from }: { from?: string | undefined }) {
  const text = useText();
  const { settings, change } = useSettings();
  const { api } = useServices();
  const fail = useFailureToast();
  const [info, setInfo] = useState<Awaited<ReturnType<ApiClient['app']['info']>> | null>(null);
  useEffect(() => void api.app.info().then(setInfo).catch(fail), [api]);
  return (
    <div className="page" data-testid="settings">
      <header className="page__bar">
        <IconButton label={text('settings.back')} icon={<ArrowLeft />} onClick={() => goTo(from ? { page: 'flow', flowId: from } : { page: 'flows' })} />
        <h1>{text('settings')}</h1>
      </header>
      <main className="page__body">
        <div className="settings">
          <Group title={text('settings.model')} hint={text('settings.modelText')}>
            <ModelSettings secretStrength={info?.secretStrength} />
          </Group>
          <Group title={text('settings.look')}>
            <div className="setting">
              <span>{text('settings.theme')}</span>
              <Segmented
                label={text('settings.theme')}
                value={settings.theme}
                choices={[
                  { value: 'system', label: text('settings.theme.system'), icon: <Monitor /> },
                  { value: 'light', label: text('settings.theme.light'), icon: <Sun /> },
                  { value: 'dark', label: text('settings.theme.dark'), icon: <Moon /> },
                ]}
                onCommit={(theme) => change({ theme })}
              />
            </div>
            <div className="setting">
              <span>{text('settings.language')}</span>
              <Segmented label={text('settings.language')} value={settings.language} choices={(['system', 'en', 'de'] as const).map((value) => ({ value, label: text(`settings.language.${value}`) }))} onCommit={(language) => change({ language })} />
            </div>
          </Group>
          <Group title={text('settings.canvas')}>
            <Switch label={text('settings.snap')} checked={settings.snapToGrid} onCommit={(snapToGrid) => change({ snapToGrid })} />
            <Switch label={text('settings.minimap')} checked={settings.showMinimap} onCommit={(showMinimap) => change({ showMinimap })} />
          </Group>
          <Group title={text('settings.you')}>
            <TextField label={text('settings.userName')} hint={text('settings.userNameHint')} value={settings.userName} maxLength={80} autoComplete="name" onCommit={(userName) => change({ userName: userName.trim() })} />
          </Group>
          <Group title={text('settings.privacy')}>
            <PrivacySettings />
          </Group>
          {info ? (
            <Group title={text('settings.about')}>
              <dl className="facts">
                <div>
                  <dt>{text('settings.version')}</dt>
                  <dd>{info.version}</dd>
                </div>
                <div>
                  <dt>{text('settings.host')}</dt>
                  <dd>{text(`settings.host.${info.host}`)}</dd>
                </div>
                <div>
                  <dt>{text('settings.dataFolder')}</dt>
                  <dd>
                    <code>{info.dataFolder}</code>
                  </dd>
                </div>
              </dl>
            </Group>
          ) : null}
        </div>
      </main>
    </div>
  );
}

function Group({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="settings__group" aria-label={title}>
      <h2>{title}</h2>
      {hint ? <p className="panel__hint">{hint}</p> : null}
      <div className="settings__body">{children}</div>
    </section>
  );
}
