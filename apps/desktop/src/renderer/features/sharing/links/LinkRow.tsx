import type { ShareLink, ShareLinks } from '@uxflow/core/api';
import { Badge, Button, Notice } from '@uxflow/ui';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { whenText } from '../../../i18n/when.ts';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { ChangeLinkForm } from './ChangeLinkForm.tsx';
import { flowNames } from './flowNames.ts';

export interface LinkRowProps {
  link: ShareLink;
  flowId: string;
  /** ms UTC */
  now: number;
  /** It was made this moment: its address is shown whole. */
  isNew: boolean;
  isSealed: boolean;
  /** Those that the flow leads to now. */
  subflows: ShareLinks['subflows'];
  onChanged: () => Promise<void>;
}

/** One link: how it stands, its address where this device has it, and what can be done about it. */
export function LinkRow({ link, flowId, now, isNew, isSealed, subflows, onChanged }: LinkRowProps) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [asks, setAsks] = useState<'change' | 'revoke' | null>(null);
  const { isBusy, failure, run } = useBusy();
  const name = link.name || text('links.unnamed');
  const names = flowNames(link.subflows);
  const facts = [
    link.subflows.length > 0 ? text('links.subflows', { count: link.subflows.length }) + (names ? ` (${names})` : '') : '',
    text(link.mayComment ? 'links.comments' : 'links.reads'),
    link.hasPassword ? text('links.hasPassword') : '',
    link.expiresAt === null ? text('links.noEnd') : text('links.endsOn', { date: new Date(link.expiresAt).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' }) }),
    text('links.opened', { count: link.opened }) + (link.lastOpenedAt === null ? '' : `, ${text('links.lastOpened', { when: whenText(text, link.lastOpenedAt, now) })}`),
    link.createdByName ? text('links.by', { name: link.createdByName }) : '',
  ].filter(Boolean);
  return (
    <li className="share__card--stacked" data-testid="link">
      <div className="share__heading">
        <b>{name}</b>
        <Badge {...(link.state === 'open' ? { tone: 'success' as const } : { tone: 'warning' as const })}>{text(`links.state.${link.state}`)}</Badge>
      </div>
      <p className="share__quiet">{facts.join(' · ')}</p>
      {link.state === 'held' ? <p className="share__quiet">{text('links.held')}</p> : null}
      {isNew && link.address ? (
        <Notice tone="success">
          <p>{text('links.made')}</p>
          <code className="share__address" aria-label={text('links.address')}>
            {link.address}
          </code>
        </Notice>
      ) : null}
      <div className="share__choices">
        {link.address ? <CopyButton value={link.address} label={text('links.copy')} copied={text('links.copied')} {...(isNew ? { variant: 'primary' as const } : {})} /> : <span className="share__quiet">{text('links.elsewhere')}</span>}
        {link.mayChange && asks === null ? (
          <>
            <Button size="small" onClick={() => setAsks('change')}>
              {text('links.change')}
            </Button>
            <Button size="small" variant="danger" onClick={() => setAsks('revoke')}>
              {text('links.revoke')}
            </Button>
          </>
        ) : null}
      </div>
      {asks === 'change' ? (
        <ChangeLinkForm
          link={link}
          flowId={flowId}
          isSealed={isSealed}
          subflows={subflows}
          onDone={async () => {
            setAsks(null);
            await onChanged();
          }}
          onCancel={() => setAsks(null)}
        />
      ) : null}
      {asks === 'revoke' ? (
        <Confirm
          action={text('links.revoke')}
          isBusy={isBusy}
          onCancel={() => setAsks(null)}
          onConfirm={() =>
            run(async () => {
              await api.links.revoke({ flowId, linkId: link.id });
              await onChanged();
            })
          }
        >
          {text('links.revokeAsk', { name })}
        </Confirm>
      ) : null}
      <FailureNotice failure={failure} />
    </li>
  );
}
