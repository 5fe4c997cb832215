import { seriesColor } from './seriesColor.ts';

export interface RankedBar {
  key: string;
  label: string;
  value: number;
  /** Instead of the value in its format. */
  valueText?: string | undefined;
  /** What stands in the further columns. */
  cells: readonly string[];
  /** The colour of this series, where it has one in another chart. */
  series?: number;
  tip?: string | undefined;
}

/** Values by size: a table whose second column draws them. */
export function RankedBars({ label, head, bars, format, empty }: { label: string; head: readonly string[]; bars: readonly RankedBar[]; format: (value: number) => string; empty: string }) {
  const most = Math.max(0, ...bars.map(({ value }) => value));
  if (bars.length === 0) return <p className="chart__empty">{empty}</p>;
  return (
    <div className="ranked" role="region" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th key={name} scope="col" colSpan={index === 1 ? 2 : 1}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.key} data-tip={bar.tip}>
              <th scope="row">{bar.label}</th>
              <td className="ranked__bar" aria-hidden>
                <svg width="100%" height="10">
                  <rect width={`${most > 0 ? Math.max(bar.value > 0 ? 1 : 0, (bar.value / most) * 100) : 0}%`} height="10" rx="2" fill={seriesColor(bar.series ?? 0)} />
                </svg>
              </td>
              <td>{bar.valueText ?? format(bar.value)}</td>
              {bar.cells.map((cell, index) => (
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
