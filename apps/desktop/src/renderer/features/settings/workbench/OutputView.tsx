import { useText } from '../../../i18n/TextContext.tsx';

/** Entries of a list that are shown; the JSON has all. */
const MOST = 30;

/** What an agent gave, as a person reads it: names and values, lists as lists. */
export function OutputView({ value }: { value: unknown }) {
  const text = useText();
  if (value === null || value === undefined || value === '') return <span className="output__none">{text('workbench.nothing')}</span>;
  if (Array.isArray(value)) {
    if (!value.length) return <span className="output__none">{text('workbench.nothing')}</span>;
    return (
      <ol className="output__list">
        {value.slice(0, MOST).map((item, index) => (
          <li key={index}>
            <OutputView value={item} />
          </li>
        ))}
        {value.length > MOST ? <li className="output__none">{text('workbench.more', { count: value.length - MOST })}</li> : null}
      </ol>
    );
  }
  if (typeof value === 'object') {
    return (
      <dl className="output__fields">
        {Object.entries(value).map(([name, item]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <OutputView value={item} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return <span className="output__value">{String(value)}</span>;
}
