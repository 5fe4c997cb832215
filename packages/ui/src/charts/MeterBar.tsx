import { classes } from '../primitives/Button.tsx';

/** A filled share of a limit; from `warnAt` (0 to 1) on it warns, at the limit it says so. */
export function MeterBar({ label, text, value, limit, warnAt = 0.8 }: { label: string; text: string; value: number; limit: number; warnAt?: number }) {
  const share = limit > 0 ? Math.min(1, value / limit) : 1;
  return (
    <div className="meter">
      <span className="meter__head">
        <span>{label}</span>
        <span>{text}</span>
      </span>
      <div className={classes('meter__bar', share >= 1 ? 'meter__bar--full' : share >= warnAt && 'meter__bar--warn')} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(value, limit)} aria-valuetext={text}>
        <span style={{ width: `${share * 100}%` }} />
        <i style={{ left: `${warnAt * 100}%` }} />
      </div>
    </div>
  );
}
