import type { WorkspaceDetail } from '@uxflow/core/api';
import { Button, SelectField, Switch, TextArea, TextField } from '@uxflow/ui';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { useBusy } from '../../../forms/useBusy.ts';

/** Name and settings of a workspace, and the ways out of it. */
export function WorkspaceSettings({ detail, onChanged, onGone }: { detail: WorkspaceDetail; onChanged: () => Promise<unknown>; onGone: () => void }) {
  const text = useText();
  const { api, account } = useServices();
  const ownId = useStore(account, (state) => state.account?.user?.id);
  const { isBusy, failure, run } = useBusy();
  const [heir, setHeir] = useState('');
  const [asks, setAsks] = useState<'transfer' | 'leave' | 'delete' | null>(null);
  const { id: workspaceId, name: workspace, permissions } = detail;
  const mayChange = permissions.includes('manage_settings');
  const change = (part: { name?: string; description?: string; takesGuests?: boolean; projectVisibility?: 'team' | 'private' }) => run(() => api.workspaces.change({ workspaceId, ...part }).finally(onChanged));
  const heirs = detail.members.filter((member) => member.userId !== ownId && member.role !== 'guest');
  const heirName = heirs.find(({ userId }) => userId === heir)?.name ?? '';
  const end = (action: () => Promise<unknown>) =>
    run(async () => {
      await action();
      onGone();
    });
  return (
    <>
      {mayChange ? (
        <section className="share__section">
          <TextField label={text('workspace.name')} value={workspace} maxLength={100} onCommit={(value) => value.trim() && value.trim() !== workspace && change({ name: value.trim() })} />
          <TextArea label={text('workspace.description')} rows={2} value={detail.description} {...(detail.encrypted ? { hint: text('workspace.nameSeen') } : {})} onCommit={(value) => change({ description: value.trim().slice(0, 2000) })} />
          <SelectField label={text('workspace.projectVisibility')} disabled={isBusy} value={detail.projectVisibility} choices={(['team', 'private'] as const).map((value) => ({ value, label: text(`workspace.projectVisibility.${value}`) }))} onCommit={(projectVisibility) => change({ projectVisibility })} />
          {detail.encrypted ? null : <Switch label={text('guest.switch')} hint={text('guest.switchText')} checked={detail.takesGuests} disabled={isBusy} onCommit={(takesGuests) => change({ takesGuests })} />}
        </section>
      ) : null}
      {permissions.includes('transfer_ownership') && heirs.length > 0 ? (
        <section className="share__section">
          <h3>{text('workspace.transfer')}</h3>
          <p className="share__quiet">{text('workspace.transferText')}</p>
          <div className="share__row">
            <SelectField label={text('workspace.transferTo')} value={heir} choices={[{ value: '', label: text('workspace.transferChoose') }, ...heirs.map(({ userId, name, email }) => ({ value: userId, label: name || email }))]} onCommit={(userId) => (setHeir(userId), setAsks(null))} />
            <Button disabled={isBusy || !heir} onClick={() => setAsks('transfer')}>
              {text('workspace.transfer')}
            </Button>
          </div>
          {asks === 'transfer' ? (
            <Confirm
              action={text('workspace.transferNow')}
              isBusy={isBusy}
              onCancel={() => setAsks(null)}
              onConfirm={() =>
                run(async () => {
                  await api.workspaces.transfer({ workspaceId, userId: heir });
                  setAsks(null);
                  setHeir('');
                  await onChanged();
                })
              }
            >
              {text('workspace.transferAsk', { workspace, name: heirName })}
            </Confirm>
          ) : null}
        </section>
      ) : null}
      {detail.role !== 'owner' && ownId ? (
        <section className="share__section">
          <h3>{text('workspace.leave')}</h3>
          <p className="share__quiet">{text('workspace.leaveText')}</p>
          {asks === 'leave' ? (
            <Confirm action={text('workspace.leaveNow')} isBusy={isBusy} onCancel={() => setAsks(null)} onConfirm={() => end(() => api.workspaces.removeMember({ workspaceId, userId: ownId }))}>
              {text('workspace.leave')}?
            </Confirm>
          ) : (
            <Button className="share__start" variant="danger" disabled={isBusy} onClick={() => setAsks('leave')}>
              {text('workspace.leave')}
            </Button>
          )}
        </section>
      ) : null}
      {permissions.includes('delete_workspace') ? (
        <section className="share__section">
          <h3>{text('workspace.delete')}</h3>
          <p className="share__quiet">{text('workspace.deleteText')}</p>
          {asks === 'delete' ? (
            <Confirm action={text('workspace.deleteNow', { workspace })} isBusy={isBusy} onCancel={() => setAsks(null)} onConfirm={() => end(() => api.workspaces.remove({ workspaceId }))}>
              {text('workspace.delete')}?
            </Confirm>
          ) : (
            <Button className="share__start" variant="danger" disabled={isBusy} onClick={() => setAsks('delete')}>
              {text('workspace.delete')}
            </Button>
          )}
        </section>
      ) : null}
      <FailureNotice failure={failure} />
    </>
  );
}
