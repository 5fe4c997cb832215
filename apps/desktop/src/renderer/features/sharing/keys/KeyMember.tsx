import type { KeyMemberView } from '@uxflow/core/api';
import { Badge, Button, Notice } from '@uxflow/ui';
import { KeyRound, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { Avatar } from '../Avatar.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { Fingerprint } from './Fingerprint.tsx';

export interface KeyMemberProps {
  member: KeyMemberView;
  ownFingerprint: string;
  isBusy: boolean;
  mayGive: boolean;
  /** The person says that the fingerprint that was on the screen is right. */
  onConfirm: (fingerprint: string) => void;
  onGive: () => void;
}

const TONES = { own: undefined, none: undefined, new: 'warning', pinned: 'info', verified: 'success', changed: 'error', broken: 'error' } as const;

/** A member's keys: whether they are trusted, the fingerprint to compare, and giving the key. Changed keys are shown loudly and opened out. */
export function KeyMember({ member, ownFingerprint, isBusy, mayGive, onConfirm, onGive }: KeyMemberProps) {
  const text = useText();
  const { trust, fingerprint, earlierFingerprint, hasKey, isGuest, userId } = member;
  const name = member.name || member.email;
  const [isOpen, setOpen] = useState(false);
  const [differs, setDiffers] = useState(false);
  const isChanged = trust === 'changed';
  const canCompare = fingerprint !== undefined && trust !== 'own' && trust !== 'broken';
  const canGive = mayGive && !hasKey && !isGuest && (trust === 'new' || trust === 'pinned' || trust === 'verified');
  const tone = TONES[trust];
  return (
    <li className={isChanged || trust === 'broken' ? 'key-member key-member--alarm' : 'key-member'} data-trust={trust}>
      <div className="key-member__row">
        <Avatar name={name} id={userId} />
        <div className="people-list__who">
          <strong>{name}</strong>
          <span className="key-member__marks">
            <Badge {...(tone ? { tone } : {})}>{text(`workspaceKeys.trust.${trust}`)}</Badge>
            <span>{isGuest ? text('workspaceKeys.guest') : trust === 'none' ? '' : text(hasKey ? 'workspaceKeys.has' : 'workspaceKeys.lacks')}</span>
          </span>
        </div>
        {canGive ? (
          <Button size="small" variant="primary" icon={<KeyRound />} aria-label={text('workspaceKeys.giveTo', { name })} disabled={isBusy} onClick={onGive}>
            {text('workspaceKeys.give')}
          </Button>
        ) : null}
        {canCompare && !isChanged ? (
          <Button size="small" icon={<ShieldCheck />} aria-expanded={isOpen} aria-label={text('workspaceKeys.compareWith', { name })} onClick={() => (setOpen(!isOpen), setDiffers(false))}>
            {text('workspaceKeys.compare')}
          </Button>
        ) : null}
      </div>
      {isChanged ? (
        <Notice tone="error">
          <strong>{text('workspaceKeys.changedTitle', { name })}</strong>
          <p>{text('workspaceKeys.changedText', { name })}</p>
          {earlierFingerprint ? <Fingerprint label={text('workspaceKeys.changedBefore')} value={earlierFingerprint} isOld /> : null}
        </Notice>
      ) : null}
      {trust === 'broken' ? <Notice tone="error">{text('workspaceKeys.brokenText', { name })}</Notice> : null}
      {canCompare && (isOpen || isChanged) ? (
        <div className="key-member__compare" data-testid="compare">
          <p>{text('workspaceKeys.compareText', { name })}</p>
          <Fingerprint label={isChanged ? `${text('workspaceKeys.theirs', { name })} · ${text('workspaceKeys.changedNow')}` : text('workspaceKeys.theirs', { name })} value={fingerprint} />
          <Fingerprint label={text('workspaceKeys.mine')} value={ownFingerprint} />
          <div className="share__choices">
            {trust === 'verified' ? null : (
              <Button size="small" variant="primary" disabled={isBusy} onClick={() => onConfirm(fingerprint)}>
                {text(isChanged ? 'workspaceKeys.confirmNew' : 'workspaceKeys.match')}
              </Button>
            )}
            <Button size="small" variant="danger" onClick={() => setDiffers(true)}>
              {text('workspaceKeys.noMatch')}
            </Button>
            <CopyButton value={fingerprint} />
          </div>
          {differs ? <Notice tone="error">{text('workspaceKeys.noMatchText', { name })}</Notice> : null}
        </div>
      ) : null}
    </li>
  );
}
