import { Field, SelectField, Switch } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';

/** A JSON schema as far as a form reads it. */
export interface FieldSchema {
  type?: string;
  enum?: readonly string[];
  const?: string;
  properties?: Readonly<Record<string, FieldSchema>>;
  required?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The input of an agent as a form made from its schema: words as words, choices as choices, anything deeper as JSON. */
export function AgentForm({ schema, value, onChange }: { schema: FieldSchema; value: Fields; onChange: (value: Fields) => void }) {
  const text = useText();
  const set = (name: string, next: unknown) => onChange(Object.fromEntries(Object.entries({ ...value, [name]: next }).filter(([, item]) => item !== undefined)));
  return (
    <div className="workbench__form">
      {Object.entries(schema.properties ?? {}).map(([name, field]) => {
        const given = value[name];
        const isOptional = !schema.required?.includes(name);
        const label = isOptional ? text('workbench.optional', { name }) : name;
        if (field.enum) {
          const choices = [...(isOptional ? [{ value: '', label: '–' }] : []), ...field.enum.map((each) => ({ value: each, label: each }))];
          return <SelectField key={name} label={label} value={typeof given === 'string' ? given : ''} choices={choices} onCommit={(next) => set(name, next === '' ? undefined : next)} />;
        }
        if (field.type === 'boolean') return <Switch key={name} label={label} checked={given === true} onCommit={(next) => set(name, next)} />;
        if (field.type === 'string') {
          return (
            <Field key={name} label={label}>
              {(id) => <textarea id={id} className="input workbench__words" rows={2} value={typeof given === 'string' ? given : ''} onChange={(event) => set(name, event.target.value === '' && isOptional ? undefined : event.target.value)} />}
            </Field>
          );
        }
        return <JsonField key={name} label={label} value={given} isOptional={isOptional} onChange={(next) => set(name, next)} />;
      })}
    </div>
  );
}

/** A value as JSON; what is no JSON yet stays in the field and is said, and the last good value is kept. */
export function JsonField({ label, value, isOptional = false, rows = 3, onChange }: { label: string; value: unknown; isOptional?: boolean; rows?: number; onChange: (value: unknown) => void }) {
  const text = useText();
  const written = value === undefined ? '' : JSON.stringify(value, null, 2);
  const [words, setWords] = useState(written);
  const [isBroken, setBroken] = useState(false);
  // What came from elsewhere (an example, the form) takes the place of what is written here.
  useEffect(() => {
    setWords((now) => (sameJson(now, written) ? now : written));
    setBroken(false);
  }, [written]);
  const write = (next: string) => {
    setWords(next);
    if (!next.trim() && isOptional) {
      setBroken(false);
      return onChange(undefined);
    }
    try {
      const parsed: unknown = JSON.parse(next);
      setBroken(false);
      onChange(parsed);
    } catch {
      setBroken(true);
    }
  };
  return (
    <Field label={label} hint={isBroken ? text('workbench.notJson') : undefined} isError={isBroken}>
      {(id) => <textarea id={id} className="input workbench__json" rows={rows} spellCheck={false} aria-invalid={isBroken} value={words} onChange={(event) => write(event.target.value)} />}
    </Field>
  );
}

function sameJson(words: string, written: string): boolean {
  try {
    return JSON.stringify(JSON.parse(words)) === JSON.stringify(JSON.parse(written));
  } catch {
    return false;
  }
}
