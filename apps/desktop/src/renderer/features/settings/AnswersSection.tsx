import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { Settings } from '@uxflow/core/api';
import { Button, Switch } from '@uxflow/ui';
import { Eraser } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { bytesText } from './amounts.ts';
import { EmbeddingPanel } from './EmbeddingPanel.tsx';
import { Section } from './Section.tsx';

/** From here on the limit is said beside the size. */
const NEAR_FULL = 48 * 1024 * 1024;

/** What is kept of models' answers, and how a question is recognised. */
export function AnswersSection({ settings, change, onAsked }: { settings: Settings; change: (part: Partial<Settings>) => void; onAsked: () => void }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [size, setSize] = useState<{ answers: number; bytes: number } | null>(null);
  const [isCleared, setCleared] = useState(false);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const load = useCallback(() => api.answers.size().then(setSize, (error: unknown) => setFailure(errorInfo(error))), [api]);
  useEffect(() => void load(), [load]);
  const clear = () =>
    void api.answers
      .clear()
      .then(() => setCleared(true), (error: unknown) => setFailure(errorInfo(error)))
      .finally(load);
  return (
    <Section id="answers" title={text('settings.answers')} text={text('settings.answersText')}>
      <Switch label={text('answers.keep')} hint={text('answers.keepHint')} checked={settings.keepsAnswers} onCommit={(keepsAnswers) => change({ keepsAnswers })} />
      <div className="settings__row" aria-live="polite">
        <Button icon={<Eraser />} disabled={!size?.answers} onClick={clear}>
          {text('answers.clear')}
        </Button>
        <span className="settings__faint" data-testid="answers-size">
          {!size ? null : size.answers ? text(size.bytes > NEAR_FULL ? 'answers.sizeFull' : 'answers.size', { count: size.answers, size: bytesText(size.bytes, language) }) : text(isCleared ? 'answers.cleared' : 'answers.none')}
        </span>
      </div>
      <FailureNotice failure={failure} />
      {settings.keepsAnswers ? <EmbeddingPanel saved={settings.embeddingModel} change={(embeddingModel) => change({ embeddingModel })} onAsked={onAsked} /> : null}
    </Section>
  );
}
