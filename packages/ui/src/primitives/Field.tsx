import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react';
import { classes } from './Button.tsx';
import { useDraft } from './draft.ts';

export interface FieldProps {
  label: string;
  /** Hides the label from the eye, not from assistive software. */
  isLabelHidden?: boolean;
  hint?: ReactNode;
  isError?: boolean;
  children: (id: string) => ReactNode;
}

/** A label, a control and a hint, tied together. */
export function Field({ label, isLabelHidden, hint, isError, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : 'field__label'}>
        {label}
      </label>
      {children(id)}
      {hint ? <div className={classes('field__hint', isError && 'field__hint--error')}>{hint}</div> : null}
    </div>
  );
}

type CommonProps = Omit<FieldProps, 'children'> & { onCommit: (value: string) => void; value: string; isSmall?: boolean };

/** A line of text that commits after a rest in typing, on Enter and on blur; Escape takes back what is not committed. */
export function TextField({ label, isLabelHidden, hint, isError, value, onCommit, isSmall, ...rest }: CommonProps & Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'>) {
  const draft = useDraft(value, onCommit);
  return (
    <Field {...{ label, isLabelHidden, hint, isError }}>
      {(id) => (
        <input
          {...rest}
          id={id}
          className={classes('input', isSmall && 'input--small')}
          value={draft.value}
          aria-invalid={isError}
          onChange={(event) => draft.change(event.target.value)}
          onFocus={(event) => {
            draft.focus();
            rest.onFocus?.(event);
          }}
          onBlur={(event) => {
            draft.blur();
            rest.onBlur?.(event);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') draft.flush();
            if (event.key === 'Escape') draft.discard();
            rest.onKeyDown?.(event);
          }}
        />
      )}
    </Field>
  );
}

/** Text of several lines, committed like `TextField`. */
export function TextArea({ label, isLabelHidden, hint, isError, value, onCommit, rows = 3, placeholder, disabled, onFocus, onBlur }: CommonProps & { rows?: number; placeholder?: string; disabled?: boolean; onFocus?: () => void; onBlur?: () => void }) {
  const draft = useDraft(value, onCommit);
  return (
    <Field {...{ label, isLabelHidden, hint, isError }}>
      {(id) => (
        <textarea
          id={id}
          className="input"
          rows={rows}
          placeholder={placeholder}
          disabled={disabled}
          value={draft.value}
          onChange={(event) => draft.change(event.target.value)}
          onFocus={() => {
            draft.focus();
            onFocus?.();
          }}
          onBlur={() => {
            draft.blur();
            onBlur?.();
          }}
          onKeyDown={(event) => event.key === 'Escape' && draft.discard()}
        />
      )}
    </Field>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  icon?: ReactNode;
}

/** A choice of one from a list. */
export function SelectField<T extends string>({
  label,
  isLabelHidden,
  hint,
  isError,
  value,
  choices,
  onCommit,
  isSmall,
  ...rest
}: Omit<FieldProps, 'children'> & { value: T; choices: readonly Choice<T>[]; onCommit: (value: T) => void; isSmall?: boolean } & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange'>) {
  return (
    <Field {...{ label, isLabelHidden, hint, isError }}>
      {(id) => (
        <select {...rest} id={id} className={classes('input', isSmall && 'input--small')} value={value} onChange={(event) => onCommit(event.target.value as T)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** An on/off switch with its text beside it. */
export function Switch({ label, hint, checked, onCommit, disabled }: { label: string; hint?: ReactNode; checked: boolean; onCommit: (checked: boolean) => void; disabled?: boolean }) {
  return (
    <label className="switch">
      <input type="checkbox" role="switch" checked={checked} disabled={disabled} onChange={(event) => onCommit(event.target.checked)} />
      <span className="switch__text">
        <span>{label}</span>
        {hint ? <span className="field__hint">{hint}</span> : null}
      </span>
    </label>
  );
}

/** A tick box with its text. */
export function Checkbox({ label, isLabelHidden, checked, onCommit }: { label: string; isLabelHidden?: boolean; checked: boolean; onCommit: (checked: boolean) => void }) {
  return (
    <label className="checkbox">
      <input type="checkbox" checked={checked} onChange={(event) => onCommit(event.target.checked)} />
      <span className={isLabelHidden ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  );
}

/** A choice of one from a few, all in view. */
export function Segmented<T extends string>({ label, value, choices, onCommit }: { label: string; value: T; choices: readonly Choice<T>[]; onCommit: (value: T) => void }) {
  return (
    <div className="segmented" role="radiogroup" aria-label={label}>
      {choices.map((choice) => (
        <button key={choice.value} type="button" role="radio" aria-checked={choice.value === value} onClick={() => onCommit(choice.value)}>
          {choice.icon}
          {choice.label}
        </button>
      ))}
    </div>
  );
}
