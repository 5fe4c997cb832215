import { leadChoice, type CostEstimate, type Quality, type Settings } from '@uxflow/core/api';
import { moneyText } from '../../i18n/money.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { modelName } from './mindName.ts';
import { useEstimate } from './useEstimate.ts';

const QUALITIES = ['standard', 'pro'] as const;

/** The mode that the next message runs in, and about what it will cost. Nothing where no mode asks a model. */
export function QualitySwitch({ flowId, words, hasImage, settings, change }: { flowId: string; words: string; hasImage: boolean; settings: Settings; change: (part: Partial<Settings>) => void }) {
  const text = useText();
  const language = useLanguage();
  const { model, proModel, modes, quality } = settings;
  const asksNobody = QUALITIES.every((each) => leadChoice(settings, each).provider === 'rules');
  const estimates = useEstimate(flowId, asksNobody ? '' : words, hasImage && !asksNobody, JSON.stringify([model, proModel, modes]));
  if (asksNobody) return null;
  const estimateOf = (each: Quality) => estimates.find((estimate) => estimate.quality === each);
  const current = estimateOf(quality);
  return (
    <div className="quality">
      <div className="quality__switch" role="radiogroup" aria-label={text('quality')}>
        {QUALITIES.map((each) => (
          <button key={each} type="button" role="radio" aria-checked={each === quality} data-testid={`quality-${each}`} data-tip={tipOf(text, language, each, estimateOf(each), settings)} onClick={() => change({ quality: each })}>
            {text(`quality.${each}`)}
          </button>
        ))}
      </div>
      {current && (words.trim() || hasImage) ? (
        <span className="quality__price" data-testid="estimate" data-kind={current.kind} aria-live="polite">
          {priceText(text, language, current)}
        </span>
      ) : null}
    </div>
  );
}

function priceText(text: Translate, language: string, { kind, usd }: CostEstimate): string {
  if (kind === 'known') return text('estimate.known', { usd: moneyText(usd, language) });
  return text(`estimate.${kind}`);
}

function tipOf(text: Translate, language: string, quality: Quality, estimate: CostEstimate | undefined, settings: Settings): string {
  const lead = leadChoice(settings, quality);
  const name = lead.provider === 'rules' ? text('chat.mind.rules') : (modelName(`${lead.provider}:${lead.model}`) ?? lead.model);
  const parts = [text('estimate.tip', { mode: text(`quality.${quality}`), model: name })];
  if (estimate && estimate.kind !== 'none') {
    const isPartly = estimate.kind === 'unknown' && estimate.usd > 0;
    parts.push(`${isPartly ? text('estimate.partly', { usd: moneyText(estimate.usd, language), models: estimate.unknownModels.join(', ') }) : priceText(text, language, estimate)}.`);
    if (estimate.isAssumed) parts.push(text('estimate.tipAssumed'));
    if (estimate.asOf) parts.push(text('estimate.tipAsOf', { date: new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(`${estimate.asOf}T12:00:00`)) }));
  }
  return parts.join(' · ');
}
