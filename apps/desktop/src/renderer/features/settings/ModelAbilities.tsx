import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { ConnectedChoice, KeptProbe } from '@uxflow/core/api';
import { Button, Spinner } from '@uxflow/ui';
import { FlaskConical, Square } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { isLocalAddress } from './hosts.ts';

/**
 * What the chosen model was seen to do, and the button that tries it. A model on this computer is tried by itself after its first
 * successful test (`worked`); elsewhere it costs, so it waits for the button. Give it a key by the choice.
 */
export function ModelAbilities({ choice, worked, onAsked }: { choice: ConnectedChoice; worked: boolean; onAsked: () => void }) {
  const text = useText();
  const { api } = useServices();
  /** undefined: not yet known whether there is one. */
  const [probe, setProbe] = useState<KeptProbe | null | undefined>(undefined);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const [isRunning, setRunning] = useState(false);
  const abort = useRef<AbortController | null>(null);
  const { provider, baseUrl, model } = choice;

  useEffect(() => {
    let isCurrent = true;
    api.models.keptProbe({ provider, baseUrl, model }).then(
      (kept) => isCurrent && setProbe((now) => now ?? kept.probe ?? null),
      () => isCurrent && setProbe((now) => now ?? null),
    );
    return () => {
      isCurrent = false;
      abort.current?.abort();
    };
  }, [api, provider, baseUrl, model]);

  const run = useCallback(() => {
    const mine = new AbortController();
    abort.current = mine;
    setRunning(true);
    setFailure(null);
    api.models
      .probe({ provider, baseUrl, model }, { signal: mine.signal })
      .then((result) => {
        if (mine.signal.aborted) return;
        if (result.probe) setProbe(result.probe);
        setFailure(result.error ?? null);
      })
      .catch((error: unknown) => {
        if (!mine.signal.aborted) setFailure(errorInfo(error));
      })
      .finally(() => {
        if (abort.current === mine) setRunning(false);
        onAsked();
      });
  }, [api, provider, baseUrl, model, onAsked]);

  const isFirstUse = worked && probe === null && isLocalAddress(baseUrl);
  useEffect(() => {
    if (isFirstUse && !abort.current) run();
  }, [isFirstUse, run]);

  const stop = () => {
    abort.current?.abort();
    setRunning(false);
  };
  return (
    <div className="settings__abilities" role="group" aria-label={text('settings.abilities')}>
      <div className="settings__row">
        {isRunning ? (
          <Button icon={<Square />} onClick={stop}>
            {text('settings.testStop')}
          </Button>
        ) : (
          <Button icon={<FlaskConical />} onClick={run}>
            {text(probe ? 'settings.abilitiesAgain' : 'settings.abilitiesTry')}
          </Button>
        )}
        {isRunning ? (
          <span className="settings__running">
            <Spinner label={text('settings.abilitiesTrying')} />
            <span aria-hidden>{text('settings.abilitiesTrying')}</span>
          </span>
        ) : probe ? null : (
          <span className="settings__faint">{text('settings.abilitiesHint')}</span>
        )}
      </div>
      <div aria-live="polite">
        {probe ? <Facts probe={probe} /> : null}
        <FailureNotice failure={failure} />
      </div>
    </div>
  );
}

function Facts({ probe }: { probe: KeptProbe }) {
  const text = useText();
  const language = useLanguage();
  const tried = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(probe.at);
  return (
    <dl className="settings__facts">
      <dt>{text('settings.abilityForm')}</dt>
      <dd>{text(`settings.abilityForm.${probe.structured}`)}</dd>
      <dt>{text('settings.abilityVision')}</dt>
      <dd>{text(`settings.abilityVision.${probe.vision}`)}</dd>
      {probe.tools ? (
        <>
          <dt>{text('settings.abilityTools')}</dt>
          <dd>{text(`settings.abilityTools.${probe.tools}`)}</dd>
        </>
      ) : null}
      <dt>{text('settings.abilityContext')}</dt>
      <dd>{probe.contextTokens === undefined ? text('settings.abilityContextUnknown') : text('settings.abilityTokens', { count: probe.contextTokens.toLocaleString(language) })}</dd>
      <dt>{text('settings.abilitySpeed')}</dt>
      <dd>{probe.tokensPerSecond === undefined ? text('settings.abilitySpeedUnknown') : text('settings.abilityTokensPerSecond', { count: probe.tokensPerSecond.toLocaleString(language, { maximumFractionDigits: 1 }) })}</dd>
      <dt>{text('settings.abilitiesTried')}</dt>
      <dd>{tried}</dd>
    </dl>
  );
}
