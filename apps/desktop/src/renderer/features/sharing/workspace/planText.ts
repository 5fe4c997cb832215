import { METERS, type MeterName, type UsageMeter } from '@uxflow/core/api';
import { isTextKey, type Translate } from '../../../i18n/translate.ts';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
/** Plans are measured out in steps of 1024, so "100 MB" is what a plan of 100 MB holds. */
const STEP = 1024;

/** What a plan is called; one that this version does not know is called as the server does. */
export function planText(text: Translate, plan: string): string {
  const key = `plan.${plan}`;
  return ['free', 'pro', 'team', 'enterprise'].includes(plan) && isTextKey(key) ? text(key) : plan;
}

/** What a limit of a plan is called; '' for one that this version does not know. */
export function planMeterText(text: Translate, of: unknown): string {
  return METERS.includes(of as MeterName) ? text(`plan.meter.${of as MeterName}`) : '';
}

/** An amount of what a plan limits: "1.2 GB", "12". */
export function amountText(of: MeterName, amount: number, language: string): string {
  if (of !== 'storageBytes') return amount.toLocaleString(language);
  let value = amount;
  let unit = 0;
  while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
    value /= STEP;
    unit++;
  }
  return `${value.toLocaleString(language, { maximumFractionDigits: unit > 0 && value < 99.95 ? 1 : 0 })} ${UNITS[unit]}`;
}

/** What a limit that is near or reached means; '' where there is room enough. */
export function warningText(text: Translate, { of, used, limit, warning }: UsageMeter, language: string): string {
  if (warning === null || limit === null) return '';
  if (warning === 'full') return text(`plan.full.${of}`);
  const left = Math.max(0, limit - used);
  return of === 'storageBytes' ? text('plan.roomBytes', { size: amountText(of, left, language) }) : text('plan.room', { count: left.toLocaleString(language) });
}
