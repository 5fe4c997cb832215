import { Button, Notice } from '@uxflow/ui';
import { useStore } from 'zustand';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { useKeyDialogs } from './useKeyDialogs.tsx';

/** Loud: keys of this account or in one of its workspaces are not what this device knows. Also where an encrypted workspace is closed because the keys are elsewhere. */
export function KeysAlarm({ onWorkspace }: { onWorkspace: (workspaceId: string) => void }) {
  const text = useText();
  const { keys } = useServices();
  const view = useStore(keys, (state) => state.keys);
  const { open, dialogs } = useKeyDialogs();
  const account = view?.account.state;
  const needsKeys = (account === 'elsewhere' || account === 'none') && view!.workspaces.length > 0;
  return (
    <>
      {account === 'replaced' || needsKeys ? (
        <Notice tone={account === 'replaced' ? 'error' : 'warning'}>
          <p>{account === 'none' ? text('gate.none') : text(account === 'replaced' ? 'keys.state.replaced' : 'keys.state.elsewhere')}</p>
          <Button size="small" onClick={() => open(account === 'none' ? 'setUp' : 'bring')}>
            {text(account === 'none' ? 'keys.setUp' : 'keys.bring')}
          </Button>
        </Notice>
      ) : null}
      {view?.workspaces
        .filter(({ state, alarms }) => state === 'alarm' || alarms > 0)
        .map(({ workspaceId, name }) => (
          <Notice key={workspaceId} tone="error">
            <p>
              <strong>{name}</strong>: {text('workspaceKeys.state.alarm')}
            </p>
            <Button size="small" onClick={() => onWorkspace(workspaceId)}>
              {text('hub.show')}
            </Button>
          </Notice>
        ))}
      {dialogs}
    </>
  );
}
