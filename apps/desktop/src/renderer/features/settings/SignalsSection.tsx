import { Badge, Button, EmptyState } from '@uxflow/ui';
import { ShieldCheck, Trash2 } from 'lucide-react';
import { useStore } from 'zustand';
import { codeText, useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import { useFailureToast, useNow, useServices } from '../../store/services.ts';
import { Section } from './Section.tsx';

/** Texts that looked like attacks on prompts, to be looked at and called harmless. */
export function SignalsSection() {
  const text = useText();
  const now = useNow(60_000);
  const { signals: store } = useServices();
  const fail = useFailureToast();
  const signals = useStore(store, (state) => state.signals);
  return (
    <Section
      id="signals"
      title={text('settings.signals')}
      text={text('settings.signalsText')}
      actions={
        signals.length ? (
          <Button icon={<Trash2 />} onClick={() => void store.getState().clear().catch(fail)}>
            {text('signals.clear')}
          </Button>
        ) : null
      }
    >
      {signals.length === 0 ? (
        <EmptyState icon={<ShieldCheck aria-hidden />} title={text('signals.none')}>
          {text('signals.noneText')}
        </EmptyState>
      ) : (
        <ul className="settings__signals" data-testid="signals">
          {signals.map(({ id, at, source, family, score, excerpt, dismissedAt }) => (
            <li key={id} data-dismissed={dismissedAt !== undefined || undefined}>
              <div className="settings__signal-head">
                <strong>{codeText(text, 'signals.family', family, {})}</strong>
                <Badge tone={dismissedAt === undefined ? 'warning' : undefined} label={text('signals.scoreLabel', { score })}>
                  {score}
                </Badge>
                <span className="settings__faint">
                  {text(`signals.source.${source}`)}, {whenText(text, at, now)}
                  {dismissedAt === undefined ? '' : `, ${text('signals.isHarmless')}`}
                </span>
              </div>
              <p className="signal__excerpt">{excerpt}</p>
              {dismissedAt === undefined ? (
                <div>
                  <Button size="small" aria-label={text('signals.harmlessLabel', { excerpt: excerpt.slice(0, 60) })} onClick={() => void store.getState().dismiss(id).catch(fail)}>
                    {text('signals.harmless')}
                  </Button>
                </div>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
