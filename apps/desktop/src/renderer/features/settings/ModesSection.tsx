import { AGENT_NAMES, type AgentName } from '@uxflow/core';
import { choiceFor, LIGHT_AGENTS, type ModelChoice, type Quality, type Settings } from '@uxflow/core/api';
import { Button } from '@uxflow/ui';
import { RotateCcw } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { ChoicePicker, choiceText } from './ChoicePicker.tsx';
import { Section } from './Section.tsx';

const QUALITIES = ['standard', 'pro'] as const;

/** Which model answers for which agent in which mode. */
export function ModesSection({ settings, change }: { settings: Settings; change: (part: Partial<Settings>) => void }) {
  const text = useText();
  const { model, proModel, modes, fallbacks } = settings;
  const nameOf = (choice: ModelChoice) => (choice.provider === 'rules' ? text('settings.modesRules') : choiceText(choice));
  const shortName = (choice: ModelChoice) => (choice.provider === 'rules' ? text('settings.modesRules') : choice.model);
  const offers = [model, ...(proModel ? [proModel] : []), ...fallbacks, ...QUALITIES.flatMap((quality) => Object.values(modes[quality]))];
  const set = (quality: Quality, agent: AgentName, choice: ModelChoice | null) => {
    const { [agent]: _, ...others } = modes[quality];
    change({ modes: { ...modes, [quality]: choice ? { ...others, [agent]: choice } : others } });
  };
  /** What an agent has without a choice of its own. */
  const inherited = (quality: Quality, agent: AgentName) => choiceFor(agent, { ...settings, modes: { standard: {}, pro: {} } }, quality).choice;
  const hasOwn = QUALITIES.some((quality) => Object.keys(modes[quality]).length > 0);
  return (
    <Section
      id="modes"
      title={text('settings.modes')}
      text={text('settings.modesText')}
      actions={
        hasOwn ? (
          <Button icon={<RotateCcw />} onClick={() => change({ modes: { standard: {}, pro: {} } })}>
            {text('settings.modesReset')}
          </Button>
        ) : null
      }
    >
      <ChoicePicker label={text('settings.proModel')} value={proModel} inherited={text('settings.modesSame', { model: nameOf(model) })} offers={offers} onPick={(choice) => change({ proModel: choice })} />
      <div className="table-frame" tabIndex={0} role="region" aria-label={text('settings.modesTable')}>
        <table className="table settings__table settings__modes">
          <caption className="visually-hidden">{text('settings.modesTable')}</caption>
          <thead>
            <tr>
              <th scope="col">{text('settings.modesAgent')}</th>
              {QUALITIES.map((quality) => (
                <th key={quality} scope="col">
                  {text(`quality.${quality}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {AGENT_NAMES.map((agent) => (
              <tr key={agent}>
                <th scope="row">
                  {text(`agentName.${agent}`)}
                  {LIGHT_AGENTS.includes(agent) ? <span className="settings__faint"> {text('settings.modesLight')}</span> : null}
                </th>
                {QUALITIES.map((quality) => (
                  <td key={quality}>
                    <ChoicePicker
                      label={text('settings.modesOf', { agent: text(`agentName.${agent}`), mode: text(`quality.${quality}`) })}
                      isLabelHidden
                      value={modes[quality][agent] ?? null}
                      inherited={text('settings.modesInherit', { model: shortName(inherited(quality, agent)) })}
                      offers={offers}
                      onPick={(choice) => set(quality, agent, choice)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
