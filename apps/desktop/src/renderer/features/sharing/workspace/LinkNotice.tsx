import { Notice } from '@uxflow/ui';
import { useText } from '../../../i18n/TextContext.tsx';
import { CopyButton } from '../CopyButton.tsx';

/** The link of an invitation with its secret, for the inviter to send. */
export function LinkNotice({ email, link }: { email: string; link: string }) {
  const text = useText();
  return (
    <Notice tone="info">
      <div className="share__link" data-testid="invitation-link">
        <strong>{text('invitationLink.title', { email })}</strong>
        <p>{text('invitationLink.text')}</p>
        <code className="share__address" aria-label={text('invitationLink.label')}>
          {link}
        </code>
        <CopyButton variant="primary" value={link} label={text('invitationLink.copy')} copied={text('invitationLink.copied')} />
      </div>
    </Notice>
  );
}
