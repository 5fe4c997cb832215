import { errorInfo, type ErrorInfo } from '@uxflow/core';
import { IconButton, Notice, Spinner } from '@uxflow/ui';
import { Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { useConnectionStatus, useServices } from '../../store/services.ts';
import { Section } from './Section.tsx';

type AppInfo = Awaited<ReturnType<ReturnType<typeof useServices>['api']['app']['info']>>;

/** Which app this is, where it keeps everything, and whether it may write there. */
export function AboutSection() {
  const text = useText();
  const { api, toasts } = useServices();
  const connection = useConnectionStatus();
  const [info, setInfo] = useState<AppInfo | null>(null);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  useEffect(() => {
    if (connection !== 'connected') return;
    api.app.info().then(setInfo, (error: unknown) => setFailure(errorInfo(error)));
  }, [api, connection]);
  const copy = (path: string) =>
    navigator.clipboard.writeText(path).then(
      () => toasts.getState().show({ text: text('settings.dataFolderCopied') }),
      () => toasts.getState().show({ text: text('settings.copyFailed'), isError: true }),
    );
  return (
    <Section id="about" title={text('settings.about')}>
      {info?.readOnly ? <Notice tone="warning">{errorText(text, info.readOnly)}</Notice> : null}
      {info ? (
        <dl className="settings__facts">
          <dt>{text('settings.version')}</dt>
          <dd>{info.version}</dd>
          <dt>{text('settings.host')}</dt>
          <dd>{text(`host.${info.host}`)}</dd>
          <dt>{text('settings.dataFolder')}</dt>
          <dd className="settings__path">
            <code>{info.dataFolder}</code>
            <IconButton size="small" label={text('settings.dataFolderCopy')} icon={<Copy />} onClick={() => void copy(info.dataFolder)} />
          </dd>
          <dt>{text('settings.secrets')}</dt>
          <dd>{text(`strength.${info.secretStrength}`)}</dd>
          <dt>{text('settings.writing')}</dt>
          <dd>{text(info.readOnly ? 'settings.readOnly' : 'settings.writable')}</dd>
        </dl>
      ) : failure ? (
        <FailureNotice failure={failure} />
      ) : (
        <Spinner label={text('loading')} />
      )}
    </Section>
  );
}
