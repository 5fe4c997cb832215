import { Button, Notice } from '@uxflow/ui';
import { Check, Download, Printer } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { saveFile } from '../../../saveFile.ts';
import { useServices } from '../../../store/services.ts';
import { CopyButton } from '../CopyButton.tsx';

/** The recovery kit in sight, with the ways to keep it. */
export function KitSheet({ kit, isSecond, onNext }: { kit: string; /** An older kit ends by this one. */ isSecond: boolean; onNext: () => void }) {
  const text = useText();
  const language = useLanguage();
  const { account } = useServices();
  const view = useStore(account, (state) => state.account);
  const [done, setDone] = useState<{ saved?: boolean; printed?: boolean }>({});
  const [madeAt] = useState(() => Date.now());
  const about = { server: view?.server ?? '', email: view?.user?.email ?? '', date: new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(madeAt) };
  return (
    <>
      <p>{text('keys.kitText')}</p>
      {isSecond ? <p>{text('keys.kitOldEnds')}</p> : null}
      <div className="kit-sheet" data-testid="kit">
        <strong className="kit-sheet__title">UX Flow Engine · {text('keys.kitLabel')}</strong>
        <ol aria-label={text('keys.kitLabel')}>
          {kit.split('-').map((group, index) => (
            <li key={index}>
              <span>{index + 1}</span>
              <b>{group}</b>
            </li>
          ))}
        </ol>
        <small>
          {about.email} · {about.server} · {about.date}
        </small>
      </div>
      <div className="share__choices">
        <CopyButton value={kit} />
        <Button
          size="small"
          icon={done.saved ? <Check /> : <Download />}
          onClick={() => {
            saveFile({ fileName: text('keys.kitFileName'), mediaType: 'text/plain', text: text('keys.kitFile', { ...about, kit }) });
            setDone({ ...done, saved: true });
          }}
        >
          {text(done.saved ? 'keys.kitSaved' : 'keys.kitSave')}
        </Button>
        <Button
          size="small"
          icon={done.printed ? <Check /> : <Printer />}
          onClick={() => {
            print();
            setDone({ ...done, printed: true });
          }}
        >
          {text(done.printed ? 'keys.kitPrinted' : 'keys.kitPrint')}
        </Button>
      </div>
      <Notice tone="warning">{text('keys.kitLoss')}</Notice>
      <Button className="share__start" variant="primary" onClick={onNext}>
        {text('keys.kitNext')}
      </Button>
    </>
  );
}
