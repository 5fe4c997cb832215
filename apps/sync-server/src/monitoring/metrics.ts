/** Counters, gauges and histograms, and the text in which Prometheus reads them (exposition format 0.0.4). */

/** Values of the labels of one series, in the order of the names. */
export type LabelValues = readonly string[];

export interface Counter {
  add(labels?: LabelValues, amount?: number): void;
}

export interface Histogram {
  observe(value: number, labels?: LabelValues): void;
}

export interface Metrics {
  /** `name` ends in `_total`. */
  counter(name: string, about: string, labels?: readonly string[]): Counter;
  /** `buckets`: upper bounds, rising. */
  histogram(name: string, about: string, buckets: readonly number[], labels?: readonly string[]): Histogram;
  /** `read` is asked at every look; series by the values of their labels. A failure leaves the gauge out of that look. */
  gauge(name: string, about: string, read: () => number | GaugeSeries | Promise<number | GaugeSeries>, labels?: readonly string[], type?: 'gauge' | 'counter'): void;
  /** Everything as text. */
  text(): Promise<string>;
  names(): string[];
}

/** A gauge with labels: values of the labels, then the number. */
export type GaugeSeries = readonly (readonly [LabelValues, number])[];

/** Series of one metric at most: what comes from outside (a code of a later version) cannot fill the memory. */
const MOST_SERIES = 1000;

interface Family {
  type: 'counter' | 'gauge' | 'histogram';
  about: string;
  lines(): string[] | Promise<string[]>;
}

/** An empty set of metrics. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const add = (name: string, family: Family) => {
    if (families.has(name)) throw new Error(`the metric ${name} is there already`);
    families.set(name, family);
  };
  return {
    counter(name, about, labels = []) {
      const series = new Map<string, number>();
      if (labels.length === 0) series.set('', 0);
      add(name, { type: 'counter', about, lines: () => [...series].map(([key, value]) => `${name}${key} ${value}`) });
      return {
        add(values = [], amount = 1) {
          const key = labelText(labels, values);
          const before = series.get(key);
          if (before === undefined && series.size >= MOST_SERIES) return;
          series.set(key, (before ?? 0) + amount);
        },
      };
    },
    histogram(name, about, buckets, labels = []) {
      const series = new Map<string, { values: LabelValues; counts: number[]; sum: number; count: number }>();
      const seriesOf = (values: LabelValues) => {
        const key = labelText(labels, values);
        const found = series.get(key);
        if (found) return found;
        const made = { values, counts: buckets.map(() => 0), sum: 0, count: 0 };
        if (series.size < MOST_SERIES) series.set(key, made);
        return made;
      };
      if (labels.length === 0) seriesOf([]);
      const names = [...labels, 'le'];
      add(name, {
        type: 'histogram',
        about,
        lines: () =>
          [...series.values()].flatMap(({ values, counts, sum, count }) => {
            let below = 0;
            const lines = buckets.map((bound, n) => `${name}_bucket${labelText(names, [...values, String(bound)])} ${(below += counts[n]!)}`);
            const own = labelText(labels, values);
            return [...lines, `${name}_bucket${labelText(names, [...values, '+Inf'])} ${count}`, `${name}_sum${own} ${sum}`, `${name}_count${own} ${count}`];
          }),
      });
      return {
        observe(value, values = []) {
          const one = seriesOf(values);
          const at = buckets.findIndex((bound) => value <= bound);
          if (at >= 0) one.counts[at]! += 1;
          one.sum += value;
          one.count += 1;
        },
      };
    },
    gauge(name, about, read, labels = [], type = 'gauge') {
      add(name, {
        type,
        about,
        async lines() {
          const value = await read();
          return typeof value === 'number' ? [`${name} ${value}`] : value.map(([values, number]) => `${name}${labelText(labels, values)} ${number}`);
        },
      });
    },
    async text() {
      const parts = await Promise.all(
        [...families].map(async ([name, { type, about, lines }]) => {
          try {
            return [`# HELP ${name} ${escapeHelp(about)}`, `# TYPE ${name} ${type}`, ...(await lines())].join('\n');
          } catch {
            return undefined;
          }
        }),
      );
      return `${parts.filter((part) => part !== undefined).join('\n')}\n`;
    },
    names: () => [...families.keys()],
  };
}

function labelText(names: readonly string[], values: LabelValues): string {
  return names.length === 0 ? '' : `{${names.map((name, n) => `${name}="${(values[n] ?? '').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`).join(',')}}`;
}

const escapeHelp = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
