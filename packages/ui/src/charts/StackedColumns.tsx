import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { labelIndexes, niceTicks } from './chartScale.ts';
import { seriesColor } from './seriesColor.ts';

export interface ChartColumn {
  key: string;
  /** Under the axis. */
  label: string;
  /** In the tooltip and for assistive software. */
  longLabel: string;
  /** One value a series, none below 0. */
  values: readonly number[];
  /** A remark for the tooltip. */
  note?: string | undefined;
}

export interface StackedColumnsProps {
  /** What the chart shows. */
  label: string;
  columns: readonly ChartColumn[];
  series: readonly { key: string; label: string }[];
  format: (value: number) => string;
  /** Says that there is nothing. */
  empty: string;
  texts: { showTable: string; column: string; total: string };
}

const HEIGHT = 190;
const TOP = 8;
const BOTTOM = 22;
const LABEL_PX = 54;

/** Columns of stacked values with axes. The arrow keys go from column to column; the same figures stand in a table below. */
export function StackedColumns({ label, columns, series, format, empty, texts }: StackedColumnsProps) {
  const frame = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(frame);
  const [active, setActive] = useState<number | null>(null);
  const [focused, setFocused] = useState(0);
  const totals = columns.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const ticks = niceTicks(Math.max(0, ...totals));
  const top = ticks.at(-1)!;
  const left = Math.max(...ticks.map((tick) => format(tick).length)) * 6.6 + 10;
  const plotPx = Math.max(40, widthPx - left - 4);
  const slotPx = plotPx / Math.max(1, columns.length);
  const barPx = Math.max(2, Math.min(36, slotPx * 0.7));
  const yOf = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const shown = active === null ? undefined : columns[active];
  const isEmpty = totals.every((total) => total === 0);
  const stop = Math.min(focused, columns.length - 1);
  const onKeyDown = (event: KeyboardEvent<SVGGElement>) => {
    const next = { ArrowLeft: stop - 1, ArrowRight: stop + 1, Home: 0, End: columns.length - 1 }[event.key];
    if (event.key === 'Escape') setActive(null);
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(columns.length - 1, next));
    setFocused(index);
    frame.current?.querySelectorAll<SVGGElement>('.chart__column')[index]?.focus();
  };
  if (isEmpty) return <p className="chart__empty">{empty}</p>;
  return (
    <figure className="chart" aria-label={label}>
      <div className="chart__frame" ref={frame} onPointerLeave={() => setActive(null)}>
        <svg width="100%" height={HEIGHT} role="group" aria-label={label}>
          {ticks.map((tick) => (
            <g key={tick} className="chart__tick" aria-hidden>
              <line x1={left} x2={left + plotPx} y1={yOf(tick)} y2={yOf(tick)} />
              <text x={left - 6} y={yOf(tick)} dy="0.32em" textAnchor="end">
                {format(tick)}
              </text>
            </g>
          ))}
          {columns.map((column, index) => (
            <g
              key={column.key}
              className={index === active ? 'chart__column chart__column--active' : 'chart__column'}
              role="img"
              tabIndex={index === stop ? 0 : -1}
              aria-label={spoken(column, totals[index]!, series, format)}
              onFocus={() => {
                setFocused(index);
                setActive(index);
              }}
              onBlur={() => setActive(null)}
              onPointerEnter={() => setActive(index)}
              onKeyDown={onKeyDown}
            >
              <rect className="chart__slot" x={left + slotPx * index} y={TOP} width={slotPx} height={HEIGHT - TOP - BOTTOM} />
              {stackOf(column.values).map(({ from, to }, part) =>
                to > from ? <rect key={series[part]!.key} x={left + slotPx * index + (slotPx - barPx) / 2} y={yOf(to)} width={barPx} height={Math.max(1, yOf(from) - yOf(to) - (from > 0 ? 1 : 0))} fill={seriesColor(part)} /> : null,
              )}
            </g>
          ))}
          {labelIndexes(columns.length, plotPx, LABEL_PX).map((index) => (
            <text key={index} className="chart__label" aria-hidden x={left + slotPx * (index + 0.5)} y={HEIGHT - 6} textAnchor="middle">
              {columns[index]!.label}
            </text>
          ))}
        </svg>
        {shown && active !== null ? (
          <div className="chart__tip" role="presentation" style={tipPlace(left + slotPx * (active + 0.5), widthPx)}>
            <strong>{shown.longLabel}</strong>
            {series.map(({ key, label: name }, part) =>
              shown.values[part] ? (
                <span key={key} className="chart__tip-row">
                  <i style={{ background: seriesColor(part) }} />
                  <span>{name}</span>
                  <b>{format(shown.values[part])}</b>
                </span>
              ) : null,
            )}
            <span className="chart__tip-row chart__tip-row--total">
              <span>{texts.total}</span>
              <b>{format(totals[active]!)}</b>
            </span>
            {shown.note ? <em>{shown.note}</em> : null}
          </div>
        ) : null}
      </div>
      <ul className="chart__legend">
        {series.map(({ key, label: name }, part) => (
          <li key={key}>
            <i style={{ background: seriesColor(part) }} />
            {name}
          </li>
        ))}
      </ul>
      <details className="chart__data">
        <summary>{texts.showTable}</summary>
        <div className="chart__table" tabIndex={0} role="region" aria-label={label}>
          <table>
            <thead>
              <tr>
                <th scope="col">{texts.column}</th>
                {series.map(({ key, label: name }) => (
                  <th key={key} scope="col">
                    {name}
                  </th>
                ))}
                <th scope="col">{texts.total}</th>
              </tr>
            </thead>
            <tbody>
              {columns.map((column, index) => (
                <tr key={column.key}>
                  <th scope="row">{column.longLabel}</th>
                  {column.values.map((value, part) => (
                    <td key={series[part]!.key}>{format(value)}</td>
                  ))}
                  <td>{format(totals[index]!)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function stackOf(values: readonly number[]): { from: number; to: number }[] {
  let top = 0;
  return values.map((value) => ({ from: top, to: (top += value) }));
}

function spoken(column: ChartColumn, total: number, series: StackedColumnsProps['series'], format: StackedColumnsProps['format']): string {
  const parts = series.flatMap(({ label }, index) => (column.values[index] ? [`${label} ${format(column.values[index])}`] : []));
  return [`${column.longLabel}: ${format(total)}`, ...(parts.length > 1 ? parts : []), ...(column.note ? [column.note] : [])].join('; ');
}

/** Beside the column, on the side where there is room. */
function tipPlace(x: number, widthPx: number) {
  return x > widthPx / 2 ? { right: widthPx - x + 14 } : { left: x + 14 };
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [widthPx, setWidth] = useState(640);
  useLayoutEffect(() => {
    const at = element.current;
    if (!at) return;
    const read = () => setWidth(at.clientWidth || 640);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(at);
    return () => observer.disconnect();
  }, [element]);
  return widthPx;
}
