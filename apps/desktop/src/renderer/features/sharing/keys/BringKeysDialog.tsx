import { Button, Field, Segmented } from '@uxflow/ui';
import { KeyRound, Smartphone } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { useBusy } from '../../../forms/useBusy.ts';
import { KeyDialog } from './KeyDialog.tsx';

type Problem = 'LENGTH' | 'LETTER' | 'CHECKSUM' | null;

/** Brings the account's keys to this device: by the recovery kit, or by a code from a device that has them. */
export function BringKeysDialog({ onLost, onClose }: { /** The person has neither. */ onLost: () => void; onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const [kind, setKind] = useState<'kit' | 'code'>('kit');
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<Problem>('LENGTH');
  const busy = useBusy();
  const { forget } = busy;
  useEffect(() => {
    if (!typed.trim()) return setProblem('LENGTH');
    let isGone = false;
    api.keys.checkTyped({ kind, text: typed }).then((found) => !isGone && setProblem(found.problem), () => undefined);
    return () => void (isGone = true);
  }, [api, kind, typed]);
  const bring = async () => {
    await (kind === 'kit' ? api.keys.bringByKit({ kit: typed }) : api.keys.bringByCode({ code: typed }));
    onClose();
  };
  return (
    <KeyDialog title={text('keys.bringTitle')} onClose={onClose}>
      <ActionForm
        busy={busy}
        className="share__form"
        testId="bring-keys"
        onSubmit={bring}
        foot={
          <div className="share__choices">
            <Button type="submit" variant="primary" disabled={busy.isBusy || problem !== null}>
              {text('keys.bringNow')}
            </Button>
            <Button variant="ghost" onClick={onLost}>
              {text('keys.bringLost')}
            </Button>
          </div>
        }
      >
        <Segmented
          label={text('keys.way')}
          value={kind}
          choices={[
            { value: 'kit', label: text('keys.byKit'), icon: <KeyRound /> },
            { value: 'code', label: text('keys.byCode'), icon: <Smartphone /> },
          ]}
          onCommit={(next) => {
            setKind(next);
            setTyped('');
            forget();
          }}
        />
        <p>{text(kind === 'kit' ? 'keys.byKitText' : 'keys.byCodeText')}</p>
        <Field label={text(kind === 'kit' ? 'keys.kitField' : 'keys.codeField')} isError={problem !== null && problem !== 'LENGTH'} hint={typed.trim() && problem ? text(`keys.typed.${problem}`) : null}>
          {(id) => <textarea id={id} className="input mono" rows={kind === 'kit' ? 3 : 2} value={typed} maxLength={400} autoComplete="off" autoCapitalize="characters" spellCheck={false} onChange={(event) => (setTyped(event.target.value), forget())} />}
        </Field>
      </ActionForm>
    </KeyDialog>
  );
}
