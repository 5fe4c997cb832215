import type { ModelChoice } from '@uxflow/core/api';
import { Badge, Button, classes, Field, Notice, Spinner } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { useFailureToast, useServices, useSettings } from '../../store/services.ts';
import { KeyField } from './KeyField.tsx';

type Provider = ModelChoice['provider'];
type Listed = Awaited<ReturnType<ReturnType<typeof useServices>['api']['models']['list']>>;
type Tested = Awaited<ReturnType<ReturnType<typeof useServices>['api']['models']['test']>>;

const DEFAULT_URLS = { ollama: 'http://127.0.0.1:11434', openai: 'https://api.openai.com/v1' } as const;
const PROVIDERS = ['rules', 'ollama', 'openai'] as const;

/** Which mind answers: the rules, Ollama, or any OpenAI-compatible endpoint; with a test that says exactly what failed. */
export function ModelSettings({ secretStrength }: { secretStrength: 'keychain' | 'file' | 'session' | undefined }) {
  const text = useText();
  const { settings, change } = useSettings();
  const { api } = useServices();
  const fail = useFailureToast();
  const [provider, setProvider] = useState<Provider>(settings.model.provider);
  const [baseUrls, setBaseUrls] = useState<Record<'ollama' | 'openai', string>>({ ...DEFAULT_URLS });
  const [names, setNames] = useState<Record<'ollama' | 'openai', string>>({ ollama: '', openai: '' });
  const [listed, setListed] = useState<Listed | null>(null);
  const [tested, setTested] = useState<Tested | null>(null);
  const [detected, setDetected] = useState<{ found: boolean; baseUrl: string; version?: string } | null>(null);
  const [busy, setBusy] = useState<'list' | 'test' | 'detect' | null>(null);

  // What the engine knows arrives a moment after the page, or changes in another window.
  useEffect(() => {
    const { model } = settings;
    setProvider(model.provider);
    if (model.provider === 'rules') return;
    setBaseUrls((urls) => ({ ...urls, [model.provider]: model.baseUrl }));
    setNames((known) => ({ ...known, [model.provider]: model.model }));
  }, [settings.model]);

  const isRemote = provider !== 'rules';
  const baseUrl = isRemote ? baseUrls[provider].trim() : '';
  const name = isRemote ? names[provider].trim() : '';
  const choice: ModelChoice = provider === 'rules' ? { provider } : { provider, baseUrl, model: name };
  const isInUse = JSON.stringify(choice) === JSON.stringify(settings.model);
  const run = (what: NonNullable<typeof busy>, action: () => Promise<void>) => {
    setBusy(what);
    void action()
      .catch(fail)
      .finally(() => setBusy(null));
  };
  const list = () => isRemote && run('list', async () => setListed(await api.models.list({ provider, baseUrl })));
  const detect = () =>
    run('detect', async () => {
      const answer = await api.models.detectOllama();
      setDetected(answer);
      if (!answer.found) return;
      setBaseUrls((urls) => ({ ...urls, ollama: answer.baseUrl }));
      setListed(await api.models.list({ provider: 'ollama', baseUrl: answer.baseUrl }));
    });
  const choose = (next: Provider) => {
    setProvider(next);
    setListed(null);
    setTested(null);
    if (next === 'rules') change({ model: { provider: 'rules' } });
    if (next === 'ollama') detect();
  };

  return (
    <>
      <div className="providers" role="radiogroup" aria-label={text('settings.provider')}>
        {PROVIDERS.map((each) => (
          <button key={each} type="button" role="radio" aria-checked={provider === each} className={classes('provider', provider === each && 'provider--on')} onClick={() => choose(each)}>
            <span className="provider__name">
              {text(`settings.provider.${each}`)}
              {settings.model.provider === each ? <Badge tone="success">{text('settings.inUse')}</Badge> : null}
            </span>
            <span className="field__hint">{text(`settings.provider.${each}.hint`)}</span>
          </button>
        ))}
      </div>
      {isRemote ? (
        <div className="settings__body">
          <div className="row row--end">
            <Field label={text('settings.baseUrl')}>
              {(id) => (
                <input
                  id={id}
                  className="input"
                  type="url"
                  spellCheck={false}
                  value={baseUrls[provider]}
                  placeholder={DEFAULT_URLS[provider]}
                  onChange={(event) => {
                    setBaseUrls({ ...baseUrls, [provider]: event.target.value });
                    setListed(null);
                    setTested(null);
                  }}
                />
              )}
            </Field>
            {provider === 'ollama' ? (
              <Button disabled={busy !== null} onClick={detect}>
                {text('settings.detect')}
              </Button>
            ) : null}
          </div>
          {provider === 'ollama' && detected ? (
            <Notice tone={detected.found ? 'success' : 'warning'}>{text(detected.found ? 'settings.ollamaFound' : 'settings.ollamaMissing', { version: detected.version ?? '', baseUrl: detected.baseUrl })}</Notice>
          ) : null}
          {provider === 'openai' && baseUrl ? <KeyField key={baseUrl} baseUrl={baseUrl} secretStrength={secretStrength} /> : null}
          <div className="row row--end">
            <Field label={text('settings.modelName')} hint={text('settings.modelNameHint')}>
              {(id) => (
                <input
                  id={id}
                  className="input"
                  list={`${id}-models`}
                  spellCheck={false}
                  value={names[provider]}
                  onChange={(event) => {
                    setNames({ ...names, [provider]: event.target.value });
                    setTested(null);
                  }}
                />
              )}
            </Field>
            <Button className="row__lift" disabled={!baseUrl || busy !== null} onClick={list}>
              {text('settings.listModels')}
            </Button>
          </div>
          {busy === 'list' || busy === 'detect' ? <Spinner label={text('loading')} /> : null}
          {listed?.error ? <Notice tone="error">{errorText(text, listed.error)}</Notice> : null}
          {listed && !listed.error && listed.models.length === 0 ? <Notice>{text('settings.modelsNone')}</Notice> : null}
          {listed && listed.models.length > 0 ? (
            <div className="models" role="radiogroup" aria-label={text('settings.chooseModel')}>
              {listed.models.map((model) => (
                <button key={model.name} type="button" role="radio" aria-checked={model.name === name} className={classes('model', model.name === name && 'model--on')} onClick={() => setNames({ ...names, [provider]: model.name })}>
                  <span>{model.name}</span>
                  <span className="field__hint">{[model.details, model.sizeBytes ? sizeText(model.sizeBytes) : ''].filter(Boolean).join(' · ')}</span>
                </button>
              ))}
            </div>
          ) : null}
          <div className="row">
            <Button disabled={!baseUrl || !name || busy !== null} onClick={() => run('test', async () => setTested(await api.models.test(choice)))}>
              {text('settings.test')}
            </Button>
            <Button variant="primary" disabled={!baseUrl || !name || isInUse} onClick={() => change({ model: choice })}>
              {text(isInUse ? 'settings.inUse' : 'settings.use')}
            </Button>
            {busy === 'test' ? (
              <span className="row">
                <Spinner label={text('settings.testing')} /> {text('settings.testing')}
              </span>
            ) : null}
          </div>
          {tested ? (
            <div data-testid="model-test">
              <Notice tone={tested.ok ? 'success' : 'error'}>
                {tested.ok ? `${text('settings.testOk', { ms: Math.round(tested.ms) })} ${tested.reply ? text('settings.testReply', { reply: tested.reply.slice(0, 200) }) : ''}` : text('settings.testFailed', { reason: tested.error ? errorText(text, tested.error) : '' })}
              </Notice>
            </div>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
