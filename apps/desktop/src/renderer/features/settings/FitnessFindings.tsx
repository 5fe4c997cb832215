import { figuresOf, verdictOf, type FitnessFigures, type FitnessGrade, type FitnessReport, type FitnessVerdict } from '@uxflow/core';
import { Notice } from '@uxflow/ui';
import { errorText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { isTextKey, type Translate } from '../../i18n/translate.ts';
import { durationText } from './amounts.ts';

/** What a check found: one sentence, the figures of the model beside those of the rules, and every task. */
export function FitnessFindings({ report }: { report: FitnessReport }) {
  const text = useText();
  const language = useLanguage();
  const verdict = verdictOf(report);
  const model = figuresOf(report, 'model');
  const rules = figuresOf(report, 'rules');
  const percent = (value: number) => value.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });
  const duration = (ms: number) => durationText(ms, language);
  const slowest = Math.max(model.maxMs, rules.maxMs, 1);
  const rows: { label: string; of: (figures: FitnessFigures) => number; say: (figures: FitnessFigures) => string }[] = [
    { label: text('fitness.valid'), of: ({ valid }) => valid, say: ({ valid }) => percent(valid) },
    { label: text('fitness.steps'), of: ({ stepF1 }) => stepF1, say: ({ stepF1 }) => stepF1.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }) },
    { label: text('fitness.right'), of: ({ right, asked }) => right / Math.max(1, asked), say: ({ right, asked }) => text('fitness.rightOf', { right, asked }) },
    { label: text('fitness.median'), of: ({ medianMs }) => medianMs / slowest, say: ({ medianMs }) => duration(medianMs) },
    { label: text('fitness.longest'), of: ({ maxMs }) => maxMs / slowest, say: ({ maxMs }) => duration(maxMs) },
  ];
  return (
    <div className="fitness__findings" data-testid="fitness-findings">
      <Notice tone={verdict.obeysHiddenText || isPoor(verdict) ? 'warning' : 'success'}>
        {verdictText(text, verdict)} {verdict.obeysHiddenText ? text('fitness.verdict.obeys') : null}
      </Notice>
      <div className="fitness__legend" aria-hidden>
        <span className="fitness__key fitness__key--model">{text('fitness.model')}</span>
        <span className="fitness__key fitness__key--rules">{text('fitness.rules')}</span>
      </div>
      <dl className="fitness__chart">
        {rows.map(({ label, of, say }) => (
          <div key={label} className="fitness__row">
            <dt>{label}</dt>
            {([['model', model], ['rules', rules]] as const).map(([name, figures]) => (
              <dd key={name} className={`fitness__bar fitness__bar--${name}`}>
                <span className="visually-hidden">{text(`fitness.${name}`)}: </span>
                <span className="fitness__track">
                  <span className="fitness__fill" style={{ width: `${Math.max(0, Math.min(1, of(figures))) * 100}%` }} />
                </span>
                <span className="fitness__value">{say(figures)}</span>
              </dd>
            ))}
          </div>
        ))}
      </dl>
      <dl className="settings__facts">
        <dt>{text('fitness.tokens')}</dt>
        <dd>{model.tokens === undefined ? text('fitness.tokensUnknown') : model.tokens.toLocaleString(language)}</dd>
        <dt>{text('fitness.cost')}</dt>
        <dd>{model.costUsd === undefined ? text('fitness.costUnknown') : model.costUsd.toLocaleString(language, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 })}</dd>
        <dt>{text('fitness.tried')}</dt>
        <dd>{new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(report.at)}</dd>
      </dl>
      <details className="fitness__tasks">
        <summary>{text('fitness.tasks')}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{text('fitness.task')}</th>
              <th scope="col">{text('fitness.model')}</th>
              <th scope="col">{text('fitness.rules')}</th>
            </tr>
          </thead>
          <tbody>
            {report.tasks.map((task) => (
              <tr key={task.id}>
                <th scope="row">{taskText(text, task.id)}</th>
                <td>
                  {outcomeText(text, task.model)}, {duration(task.model.ms)}
                  {task.model.error ? <div className="settings__faint">{errorText(text, task.model.error)}</div> : null}
                </td>
                <td>
                  {outcomeText(text, task.rules)}, {duration(task.rules.ms)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

const AREAS = ['create', 'edit', 'talk'] as const;
const GRADES: readonly FitnessGrade[] = ['better', 'good', 'weak', 'none'];

function isPoor(verdict: FitnessVerdict): boolean {
  return AREAS.some((area) => verdict[area] === 'none' || verdict[area] === 'weak');
}

/** The verdict in one or a few sentences, the best first. */
export function verdictText(text: Translate, verdict: FitnessVerdict): string {
  const name = (areas: readonly (typeof AREAS)[number][]) => areas.map((area) => text(`fitness.area.${area}`)).join(', ');
  const said = GRADES.flatMap((grade) => {
    const areas = AREAS.filter((area) => verdict[area] === grade);
    return areas.length === AREAS.length ? [text(`fitness.verdict.all.${grade}`)] : areas.length ? [text(`fitness.verdict.${grade}`, { areas: name(areas) })] : [];
  });
  const slow = AREAS.filter((area) => verdict.isSlow[area] && verdict[area] !== 'none');
  return [...said, ...(slow.length ? [text('fitness.verdict.slow', { areas: name(slow) })] : [])].join(' ');
}

function taskText(text: Translate, id: string): string {
  const key = `fitness.task.${id}`;
  return isTextKey(key) ? text(key) : id;
}

function outcomeText(text: Translate, { isValid, isRight, steps }: FitnessReport['tasks'][number]['model']): string {
  if (!isValid) return text('fitness.is.none');
  return steps ? text('fitness.is.steps', { hits: steps.hits, wanted: steps.wanted }) : text(isRight ? 'fitness.is.right' : 'fitness.is.wrong');
}
