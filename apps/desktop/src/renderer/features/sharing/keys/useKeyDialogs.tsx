import { useState, type ReactNode } from 'react';
import { BringKeysDialog } from './BringKeysDialog.tsx';
import { DeviceCodeDialog } from './DeviceCodeDialog.tsx';
import { KitDialog } from './KitDialog.tsx';

export type KeyStep = 'setUp' | 'newKit' | 'anew' | 'bring' | 'code';

/** The dialogs about the account's keys: how to open one, and what to draw. An open one stays when the keys change under it. */
export function useKeyDialogs(): { open: (step: KeyStep) => void; dialogs: ReactNode } {
  const [step, setStep] = useState<KeyStep | null>(null);
  const close = () => setStep(null);
  return {
    open: setStep,
    dialogs:
      step === null ? null : step === 'bring' ? (
        <BringKeysDialog onLost={() => setStep('anew')} onClose={close} />
      ) : step === 'code' ? (
        <DeviceCodeDialog onClose={close} />
      ) : (
        <KitDialog key={step} reason={step} onClose={close} />
      ),
  };
}
