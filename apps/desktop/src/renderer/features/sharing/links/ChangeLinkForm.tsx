import type { ShareLink, ShareLinks } from '@uxflow/core/api';
import { Button, Checkbox, Field, SelectField } from '@uxflow/ui';
import { useState } from 'react';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { useBusy } from '../../../forms/useBusy.ts';
import { flowNames } from './flowNames.ts';
import { endAt, LINK_ENDS, type LinkEnd } from './linkEnds.ts';
import { LEAST_PASSWORD } from './NewLinkForm.tsx';

export interface ChangeLinkFormProps {
  link: ShareLink;
  flowId: string;
  /** Then its password is part of its key. */
  isSealed: boolean;
  /** Those that the flow leads to now. */
  subflows: ShareLinks['subflows'];
  onDone: () => Promise<void>;
  onCancel: () => void;
}

/** What can be changed of a link that is out in the world. */
export function ChangeLinkForm({ link, flowId, isSealed, subflows, onDone, onCancel }: ChangeLinkFormProps) {
  const text = useText();
  const { api } = useServices();
  const [name, setName] = useState(link.name);
  const [end, setEnd] = useState<LinkEnd | ''>('');
  const [mayComment, setMayComment] = useState(link.mayComment);
  const [shows, setShows] = useState<'' | 'all' | 'none'>('');
  const [password, setPassword] = useState('');
  const [isOpen, setOpen] = useState(false);
  const busy = useBusy();
  const change = () => ({
    ...(name.trim() && name.trim() !== link.name ? { name: name.trim() } : {}),
    ...(end === '' ? {} : { expiresAt: endAt(end, Date.now()) }),
    ...(mayComment === link.mayComment ? {} : { mayComment }),
    ...(shows === '' ? {} : { subflowIds: shows === 'all' ? subflows.map(({ id }) => id) : [] }),
    ...(isOpen ? { password: null } : password ? { password } : {}),
  });
  const isAll = subflows.length === link.subflows.length && subflows.every(({ id }) => link.subflows.some((one) => one.id === id));
  const choices = [
    { value: '' as const, label: text('links.keepEnd') },
    ...(isAll || subflows.length === 0 ? [] : [{ value: 'all' as const, label: text('links.subflowsAll', { count: subflows.length }) }]),
    ...(link.subflows.length === 0 ? [] : [{ value: 'none' as const, label: text('links.subflowsNone') }]),
  ];
  const cuts = end !== '' || isOpen || password !== '';
  const isShort = !isOpen && password !== '' && password.length < LEAST_PASSWORD;
  return (
    <ActionForm
      busy={busy}
      className="share__form"
      testId="change-link"
      onSubmit={async () => {
        const changes = change();
        if (Object.keys(changes).length > 0) await api.links.change({ flowId, linkId: link.id, ...changes });
        await onDone();
      }}
      foot={
        <div className="share__choices">
          <Button type="submit" size="small" variant="primary" disabled={busy.isBusy || isShort}>
            {text('links.save')}
          </Button>
          <Button size="small" disabled={busy.isBusy} onClick={onCancel}>
            {text('cancel')}
          </Button>
        </div>
      }
    >
      <div className="share__row">
        <Field label={text('links.name')}>{(id) => <input id={id} className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field>
        <SelectField label={text('links.ends')} value={end} choices={[{ value: '' as const, label: text('links.keepEnd') }, ...LINK_ENDS.map((value) => ({ value, label: text(`links.ends.${value}`) }))]} onCommit={setEnd} />
      </div>
      {choices.length > 1 ? <SelectField label={text('links.subflowsShown')} value={shows} choices={choices} hint={shows === 'all' ? flowNames(subflows, text('node.untitled')) : undefined} onCommit={setShows} /> : null}
      <Checkbox label={text('links.mayComment')} checked={mayComment} onCommit={setMayComment} />
      {isSealed ? null : (
        <>
          {isOpen ? null : (
            <Field label={text('links.newPassword')}>
              {(id) => <input id={id} className="input" type="text" autoComplete="off" spellCheck={false} value={password} maxLength={200} onChange={(event) => setPassword(event.target.value)} />}
            </Field>
          )}
          {link.hasPassword ? <Checkbox label={text('links.noPassword')} checked={isOpen} onCommit={setOpen} /> : null}
        </>
      )}
      {cuts ? <p className="share__quiet">{text('links.cutText')}</p> : null}
    </ActionForm>
  );
}
