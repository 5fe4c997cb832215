import { SWATCHES } from '@uxflow/ui';
import { Ban } from 'lucide-react';
import { useText } from '../../../i18n/TextContext.tsx';

/** A choice of colour; the first entry takes the colour away. */
export function Swatches({ label, value, onCommit }: { label: string; value: string | undefined; onCommit: (color: string | null) => void }) {
  const text = useText();
  return (
    <div className="field">
      <span className="field__label">{label}</span>
      <div className="swatches" role="radiogroup" aria-label={label}>
        <button type="button" role="radio" aria-checked={!value} aria-label={text('color.none')} data-tip={text('color.none')} className="swatch swatch--none" onClick={() => onCommit(null)}>
          <Ban aria-hidden />
        </button>
        {SWATCHES.map((color, index) => (
          <button key={color} type="button" role="radio" aria-checked={value === color} aria-label={text('color.number', { number: index + 1 })} className="swatch" style={{ background: color }} onClick={() => onCommit(color)} />
        ))}
      </div>
    </div>
  );
}
