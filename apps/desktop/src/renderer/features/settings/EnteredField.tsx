import { Field } from '@uxflow/ui';
import { useState, type ReactNode } from 'react';

export interface EnteredFieldProps {
  label: string;
  hint?: ReactNode;
  value: string;
  placeholder?: string;
  /** Values to offer while typing; choosing one commits it at once. */
  offers?: readonly string[];
  onCommit: (value: string) => void;
}

/** A line that commits on Enter and on blur only: half an address must not be asked for models. Escape takes the typing back. */
export function EnteredField({ label, hint, value, placeholder, offers, onCommit }: EnteredFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const commit = (text: string | null) => {
    setTyped(null);
    if (text !== null && text.trim() !== value) onCommit(text.trim());
  };
  return (
    <Field label={label} hint={hint}>
      {(id) => (
        <>
          <input
            id={id}
            className="input"
            value={typed ?? value}
            placeholder={placeholder}
            list={offers ? `${id}-offers` : undefined}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            onChange={(event) => (offers?.includes(event.target.value) ? commit(event.target.value) : setTyped(event.target.value))}
            onBlur={() => commit(typed)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') commit(typed);
              if (event.key === 'Escape') setTyped(null);
            }}
          />
          {offers ? (
            <datalist id={`${id}-offers`}>
              {offers.map((offer) => (
                <option key={offer} value={offer} />
              ))}
            </datalist>
          ) : null}
        </>
      )}
    </Field>
  );
}
