import type { EndpointView } from '@uxflow/core/api';
import { Button, Field } from '@uxflow/ui';
import { ClipboardPaste, FileKey, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';

/** The authorities that a connection trusts beside those of the machine: chosen as a file or pasted. */
export function CertificateField({ certificates, isSaving, onChange }: { certificates: EndpointView['certificates']; isSaving: boolean; onChange: (ca: string | null) => Promise<boolean> }) {
  const text = useText();
  const language = useLanguage();
  const picker = useRef<HTMLInputElement>(null);
  const [pasted, setPasted] = useState<string | null>(null);
  const keep = async (ca: string | null) => {
    if (await onChange(ca)) setPasted(null);
  };
  const day = (ms: number) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(ms);
  return (
    <div className="settings__part" role="group" aria-label={text('settings.ca')}>
      <h3>{text('settings.ca')}</h3>
      <p className="settings__faint">{text('settings.caText')}</p>
      {certificates.length ? (
        <ul className="settings__kept">
          {certificates.map(({ name, validTo }) => (
            <li key={`${name} ${validTo}`}>
              <FileKey aria-hidden />
              <strong>{name}</strong>
              <span className="settings__faint">{text('settings.caValidTo', { date: day(validTo) })}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="settings__row">
        <Button icon={<FileKey />} disabled={isSaving} onClick={() => picker.current?.click()}>
          {text(certificates.length ? 'settings.caReplace' : 'settings.caChoose')}
        </Button>
        <Button icon={<ClipboardPaste />} aria-expanded={pasted !== null} disabled={isSaving} onClick={() => setPasted(pasted === null ? '' : null)}>
          {text('settings.caPaste')}
        </Button>
        {certificates.length ? (
          <Button variant="danger" icon={<Trash2 />} disabled={isSaving} onClick={() => void keep(null)}>
            {text('settings.caRemove')}
          </Button>
        ) : null}
        <input
          ref={picker}
          type="file"
          hidden
          accept=".pem,.crt,.cer,.txt"
          aria-label={text('settings.caChoose')}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            // The same file chosen again is a change, too.
            event.target.value = '';
            if (file) void file.text().then(keep);
          }}
        />
      </div>
      {pasted === null ? null : (
        <Field label={text('settings.caPasteLabel')}>
          {(id) => (
            <>
              <textarea id={id} className="input settings__pem" rows={6} spellCheck={false} placeholder="-----BEGIN CERTIFICATE-----" value={pasted} onChange={(event) => setPasted(event.target.value)} />
              <div className="settings__row">
                <Button disabled={isSaving || !pasted.trim()} onClick={() => void keep(pasted)}>
                  {text('settings.caKeep')}
                </Button>
              </div>
            </>
          )}
        </Field>
      )}
    </div>
  );
}
