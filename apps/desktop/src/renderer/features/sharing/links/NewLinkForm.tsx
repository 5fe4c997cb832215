import type { ShareLink, ShareLinks } from '@uxflow/core/api';
import { Button, Checkbox, Field, SelectField } from '@uxflow/ui';
import { Link2 } from 'lucide-react';
import { useState } from 'react';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { useBusy } from '../../../forms/useBusy.ts';
import { flowNames } from './flowNames.ts';
import { endAt, endsWithin, type LinkEnd } from './linkEnds.ts';

export const LEAST_PASSWORD = 8;

export interface NewLinkFormProps {
  flowId: string;
  /** Days after which it ends at the latest (null: none), and the sub-flows that can go with it. */
  rules: Pick<ShareLinks, 'mostDays' | 'subflows' | 'otherSubflows'>;
  onMade: (link: ShareLink) => Promise<void>;
  onCancel: () => void;
}

/** What a new link shows and may, and until when. */
export function NewLinkForm({ flowId, rules: { mostDays, subflows, otherSubflows }, onMade, onCancel }: NewLinkFormProps) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const ends = endsWithin(mostDays);
  const [name, setName] = useState('');
  const [end, setEnd] = useState<LinkEnd>(ends.includes('month') ? 'month' : ends.at(-1)!);
  const [withPassword, setWithPassword] = useState(false);
  const [password, setPassword] = useState('');
  const [mayComment, setMayComment] = useState(false);
  const [withSubflows, setWithSubflows] = useState(true);
  const busy = useBusy();
  const make = async () => {
    const standard = text('links.standardName', { date: new Date().toLocaleDateString(language, { dateStyle: 'medium' }) });
    await onMade(await api.links.create({ flowId, name: name.trim() || standard, mayComment, expiresAt: endAt(end, Date.now()), ...(withPassword ? { password } : {}), ...(withSubflows ? { subflowIds: subflows.map(({ id }) => id) } : {}) }));
  };
  return (
    <ActionForm
      busy={busy}
      className="share__form"
      testId="new-link"
      onSubmit={make}
      foot={
        <div className="share__choices">
          <Button type="submit" variant="primary" icon={<Link2 />} disabled={busy.isBusy || (withPassword && password.length < LEAST_PASSWORD)}>
            {text(busy.isBusy ? 'links.making' : 'links.make')}
          </Button>
          <Button disabled={busy.isBusy} onClick={onCancel}>
            {text('cancel')}
          </Button>
        </div>
      }
    >
      <div className="share__row">
        <Field label={text('links.name')}>{(id) => <input id={id} className="input" value={name} maxLength={100} placeholder={text('links.namePlaceholder')} onChange={(event) => setName(event.target.value)} />}</Field>
        <SelectField label={text('links.ends')} value={end} choices={ends.map((value) => ({ value, label: text(`links.ends.${value}`) }))} onCommit={setEnd} />
      </div>
      {subflows.length > 0 ? (
        <div className="links__subflows">
          <Checkbox label={text('links.withSubflows', { count: subflows.length })} checked={withSubflows} onCommit={setWithSubflows} />
          <p className="share__quiet">{flowNames(subflows, text('node.untitled'))}</p>
        </div>
      ) : null}
      {otherSubflows > 0 ? <p className="share__quiet">{text('links.otherSubflows', { count: otherSubflows })}</p> : null}
      <Checkbox label={text('links.mayComment')} checked={mayComment} onCommit={setMayComment} />
      <Checkbox label={text('links.withPassword')} checked={withPassword} onCommit={setWithPassword} />
      {withPassword ? (
        <Field label={text('links.password')} hint={text('links.passwordHint')}>
          {(id) => <input id={id} className="input" type="text" autoComplete="off" spellCheck={false} value={password} minLength={LEAST_PASSWORD} maxLength={200} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
      ) : null}
    </ActionForm>
  );
}
