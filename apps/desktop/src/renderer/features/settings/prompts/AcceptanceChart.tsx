import type { PromptStanding } from '@uxflow/core/api';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { percentText } from './promptText.ts';

export interface ChartArm {
  number: number;
  standing: PromptStanding;
  density: readonly number[];
}

const WIDTH = 640;
const HEIGHT = 132;
const BASE = 92;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** How often two wordings are accepted: what is likely as a hill, the middle 90 % as a bar below it. */
export function AcceptanceChart({ current, challenger }: { current: ChartArm; challenger: ChartArm }) {
  const text = useText();
  const language = useLanguage();
  const highest = Math.max(1, ...current.density, ...challenger.density);
  const percent = (share: number) => percentText(share, language);
  const label = text('prompts.chart', {
    current: current.number, currentPercent: percent(current.standing.mean), currentLow: percent(current.standing.low), currentHigh: percent(current.standing.high),
    challenger: challenger.number, challengerPercent: percent(challenger.standing.mean), challengerLow: percent(challenger.standing.low), challengerHigh: percent(challenger.standing.high),
  });
  return (
    <figure className="prompts__chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {TICKS.map((share) => (
          <g key={share} className="prompts__tick">
            <line x1={share * WIDTH} x2={share * WIDTH} y1={4} y2={BASE + 20} />
            <text x={share * WIDTH} y={HEIGHT - 4} textAnchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}>
              {percent(share)}
            </text>
          </g>
        ))}
        {([['current', current, 0], ['challenger', challenger, 1]] as const).map(([name, { standing, density }, row]) => (
          <g key={name} className={`prompts__arm prompts__arm--${name}`}>
            <path className="prompts__hill" d={hill(density, highest)} />
            <line className="prompts__span" x1={standing.low * WIDTH} x2={standing.high * WIDTH} y1={BASE + 8 + row * 9} y2={BASE + 8 + row * 9} />
            <circle cx={standing.mean * WIDTH} cy={BASE + 8 + row * 9} r={4} />
          </g>
        ))}
      </svg>
      <figcaption>
        <span className="prompts__key prompts__key--current">{text('prompts.current', { number: current.number })}</span>
        <span className="prompts__key prompts__key--challenger">{text('prompts.challenger', { number: challenger.number })}</span>
        <span className="settings__faint">{text('prompts.chartAxis')}</span>
      </figcaption>
    </figure>
  );
}

function hill(density: readonly number[], highest: number): string {
  const points = density.map((height, index) => `${(((index + 0.5) / density.length) * WIDTH).toFixed(1)},${(BASE - (height / highest) * (BASE - 8)).toFixed(1)}`);
  return `M0,${BASE} L${points.join(' L')} L${WIDTH},${BASE} Z`;
}
