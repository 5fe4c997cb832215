import { Button, Field } from '@uxflow/ui';
import { useState } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { normalGroup, placesToAsk } from './kitText.ts';

/** Asks for two groups of the kit that was just kept. */
export function KitCheck({ kit, onBack, onDone }: { kit: string; onBack: () => void; onDone: () => void }) {
  const text = useText();
  const groups = kit.split('-');
  const [places] = useState(() => placesToAsk(groups.length, Math.random));
  const [typed, setTyped] = useState(['', '']);
  const [wrong, setWrong] = useState<number[]>([]);
  return (
    <form
      className="share__form"
      onSubmit={(event) => {
        event.preventDefault();
        const missed = places.filter((place, index) => normalGroup(typed[index]!) !== groups[place]);
        if (missed.length === 0) onDone();
        else setWrong(missed);
      }}
    >
      <p>{text('keys.kitCheck')}</p>
      <div className="share__row">
        {places.map((place, index) => (
          <Field key={place} label={text('keys.kitGroup', { number: place + 1 })} isError={wrong.includes(place)} hint={wrong.includes(place) ? text('keys.kitWrong', { number: place + 1 }) : null}>
            {(id) => (
              <input
                id={id}
                className="input mono"
                value={typed[index]}
                maxLength={8}
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                onChange={(event) => {
                  setTyped(typed.map((one, at) => (at === index ? event.target.value : one)));
                  setWrong([]);
                }}
              />
            )}
          </Field>
        ))}
      </div>
      <div className="share__choices">
        <Button type="submit" variant="primary" disabled={typed.some((one) => !one.trim())}>
          {text('keys.kitDone')}
        </Button>
        <Button onClick={onBack}>{text('keys.kitBack')}</Button>
      </div>
    </form>
  );
}
