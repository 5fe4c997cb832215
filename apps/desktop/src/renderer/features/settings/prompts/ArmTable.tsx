import type { PromptStanding } from '@uxflow/core/api';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { costText, intervalText, timeText } from './promptText.ts';

/** Two wordings side by side in figures. */
export function ArmTable({ arms }: { arms: readonly { label: string; standing: PromptStanding }[] }) {
  const text = useText();
  const language = useLanguage();
  return (
    <div className="table-frame">
      <table className="table settings__table prompts__table">
        <thead>
          <tr>
            <th scope="col">{text('prompts.column.wording')}</th>
            <th scope="col" className="table__number">{text('prompts.column.turns')}</th>
            <th scope="col">{text('prompts.column.accepted')}</th>
            <th scope="col" className="table__number">{text('prompts.column.time')}</th>
            <th scope="col" className="table__number">{text('prompts.column.cost')}</th>
          </tr>
        </thead>
        <tbody>
          {arms.map(({ label, standing }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="table__number">{standing.n}</td>
              <td title={countsText(text, standing)}>{intervalText(text, standing, language)}</td>
              <td className="table__number">{timeText(text, standing, language)}</td>
              <td className="table__number">{costText(text, standing, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What became of the uses, counted by outcome. */
export function countsText(text: ReturnType<typeof useText>, { outcomes }: PromptStanding): string {
  const { accepted, acceptedEdited, rejected, corrected, failed } = outcomes;
  return text('prompts.counts', { accepted, edited: acceptedEdited, rejected, corrected, failed });
}
