import { Button, Notice } from '@uxflow/ui';
import { useStore } from 'zustand';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { useKeyDialogs } from './useKeyDialogs.tsx';

/** Where keys are needed and are not here: says so, and leads to them. */
export function KeysGate() {
  const text = useText();
  const { keys } = useServices();
  const state = useStore(keys, (store) => store.keys?.account.state);
  const { open, dialogs } = useKeyDialogs();
  const isNew = state === 'none';
  return (
    <>
      {isNew || state === 'elsewhere' || state === 'replaced' ? (
        <Notice tone={state === 'replaced' ? 'error' : 'warning'}>
          <p>{state === 'replaced' ? text('keys.state.replaced') : text(isNew ? 'gate.none' : 'gate.elsewhere')}</p>
          <Button size="small" onClick={() => open(isNew ? 'setUp' : 'bring')}>
            {text(isNew ? 'keys.setUp' : 'keys.bring')}
          </Button>
        </Notice>
      ) : null}
      {dialogs}
    </>
  );
}
