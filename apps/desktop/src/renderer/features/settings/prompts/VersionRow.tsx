import type { AgentPrompts, PromptVariantView } from '@uxflow/core/api';
import { Badge, Button, IconButton, Notice } from '@uxflow/ui';
import { ChevronDown, ChevronRight, FlaskConical, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { countsText } from './ArmTable.tsx';
import { DiffText } from './DiffText.tsx';
import { percentText } from './promptText.ts';

export interface VersionRowProps {
  agent: AgentPrompts;
  variant: PromptVariantView;
  isLearning: boolean;
  isBusy: boolean;
  onTry: () => void;
  onUse: () => void;
  onRemove: () => void;
}

/** One version of a wording: who wrote it, how it did, and what can be done with it. */
export function VersionRow({ agent, variant, isLearning, isBusy, onTry, onUse, onRemove }: VersionRowProps) {
  const text = useText();
  const language = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const { id, number, origin, standing, reason } = variant;
  const isInUse = id === agent.inUse;
  const isOnTrial = agent.trial?.variantId === id;
  const inUse = agent.variants.find((other) => other.id === agent.inUse);
  const isOldBuiltIn = origin === 'builtIn' && agent.variants.some((other) => other.origin === 'builtIn' && other.number > number);
  return (
    <li className="prompts__version" data-testid="prompt-version">
      <div className="prompts__version-head">
        <IconButton size="small" label={text(isOpen ? 'prompts.hide' : 'prompts.show')} aria-expanded={isOpen} icon={isOpen ? <ChevronDown /> : <ChevronRight />} onClick={() => setOpen(!isOpen)} />
        <div className="settings__grow">
          <strong>{text('prompts.version', { number })}</strong> <span className="settings__muted">{text(`prompts.origin.${origin}`)}</span> {isInUse ? <Badge tone="success">{text('prompts.inUse')}</Badge> : null}
          {isOnTrial ? <Badge tone="accent">{text('prompts.onTrial')}</Badge> : null}
          <div className="settings__faint" title={standing.n ? countsText(text, standing) : undefined}>
            {standing.n ? text('prompts.standing', { percent: percentText(standing.mean, language), n: standing.n }) : text('prompts.none')}
            {reason ? ` · ${reason}` : ''}
          </div>
        </div>
        {isInUse ? null : (
          <>
            {agent.isMeasured && isLearning && !isOnTrial && !isOldBuiltIn ? (
              <Button size="small" icon={<FlaskConical />} disabled={isBusy} aria-label={text('prompts.tryVersion', { number })} onClick={onTry}>
                {text('prompts.try')}
              </Button>
            ) : null}
            {isOldBuiltIn ? null : (
              <Button size="small" disabled={isBusy} aria-label={text('prompts.useVersion', { number })} onClick={onUse}>
                {text('prompts.use')}
              </Button>
            )}
            {origin === 'builtIn' ? null : <IconButton size="small" label={text('prompts.remove', { number })} icon={<Trash2 />} onClick={() => setRemoving(true)} />}
          </>
        )}
      </div>
      {isRemoving ? (
        <Notice tone="warning">
          <p>{text('prompts.removeAsk', { number })}</p>
          <div className="settings__row">
            <Button size="small" variant="danger" onClick={onRemove}>
              {text('prompts.removeYes')}
            </Button>
            <Button size="small" variant="ghost" onClick={() => setRemoving(false)}>
              {text('cancel')}
            </Button>
          </div>
        </Notice>
      ) : null}
      {isOpen ? (
        isInUse || !inUse ? (
          <p className="prompts__wording">{variant.text}</p>
        ) : (
          <>
            <p className="settings__faint">{text('prompts.diffLegend')}</p>
            <DiffText before={inUse.text} after={variant.text} />
          </>
        )
      ) : null}
    </li>
  );
}
