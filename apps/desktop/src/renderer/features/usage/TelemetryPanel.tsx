import { errorInfo, type ErrorInfo } from '@uxflow/core';
import { Button, Notice, Switch, TextField } from '@uxflow/ui';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import { useServices, useSettings } from '../../store/services.ts';
import type { Period } from './period.ts';

/** Where calls are told by OpenTelemetry: nowhere, unless the person names a place. */
export function TelemetryPanel({ period }: { period: Period }) {
  const text = useText();
  const { api } = useServices();
  const { settings, change } = useSettings();
  const { telemetry } = settings;
  const [state, setState] = useState<{ isSending?: boolean; sent?: { spans: number; rejected: number; message?: string }; failure?: ErrorInfo }>({});
  const send = () => {
    setState({ isSending: true });
    api.usage.push(period).then(
      (sent) => setState({ sent: { spans: sent.spans, rejected: sent.rejected, ...(sent.message ? { message: sent.message } : {}) } }),
      (error: unknown) => setState({ failure: errorInfo(error) }),
    );
  };
  return (
    <section className="usage__card" aria-labelledby="usage-telemetry">
      <h2 id="usage-telemetry">{text('usage.telemetry')}</h2>
      <p className="usage__muted">{text('usage.telemetryText')}</p>
      <div className="usage__row">
        <TextField label={text('usage.telemetryEndpoint')} hint={text('usage.telemetryHint')} value={telemetry.endpoint} placeholder="http://127.0.0.1:4318" spellCheck={false} onCommit={(endpoint) => change({ telemetry: { ...telemetry, endpoint: endpoint.trim() } })} />
        <Button icon={<Send />} disabled={!telemetry.endpoint || state.isSending} onClick={send}>
          {text('usage.telemetryPush')}
        </Button>
      </div>
      <Switch label={text('usage.telemetryOn')} hint={text('usage.telemetryOnText')} checked={telemetry.isOn} onCommit={(isOn) => change({ telemetry: { ...telemetry, isOn } })} />
      <div aria-live="polite">
        <FailureNotice failure={state.failure} />
        {state.sent ? (
          <Notice tone={state.sent.rejected ? 'warning' : 'success'}>
            {state.sent.rejected ? text('usage.telemetryRejected', { count: state.sent.spans, rejected: state.sent.rejected, message: state.sent.message ?? '' }) : text('usage.telemetrySent', { count: state.sent.spans })}
          </Notice>
        ) : null}
      </div>
    </section>
  );
}
