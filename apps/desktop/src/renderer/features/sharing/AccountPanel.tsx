import { Button } from '@uxflow/ui';
import { LogOut } from 'lucide-react';
import { useStore } from 'zustand';
import { useText } from '../../i18n/TextContext.tsx';
import { useFailureToast, useServices } from '../../store/services.ts';
import { Avatar } from './Avatar.tsx';
import { KeysPanel } from './keys/KeysPanel.tsx';
import { SignInForm } from './SignInForm.tsx';
import './sharing.css';

/** The account of this app: who is signed in where, or how to sign in. */
export function AccountPanel() {
  const text = useText();
  const { api, account } = useServices();
  const fail = useFailureToast();
  const view = useStore(account, (state) => state.account);
  if (!view) return null;
  if (!view.user) return <SignInForm />;
  return (
    <>
      <div className="account" data-testid="account">
        <Avatar name={view.user.name} id={view.user.id} />
        <div className="account__who">
          <strong>{view.user.name}</strong>
          <span>{view.user.email}</span>
          <span>{text('account.at', { host: new URL(view.server).host })}</span>
        </div>
        <a className="button button--secondary" href={new URL('/account', view.server).href} target="_blank" rel="noopener noreferrer">
          {text('account.manage')}
        </a>
        <Button icon={<LogOut />} onClick={() => void api.account.signOut().catch(fail)}>
          {text('account.signOut')}
        </Button>
      </div>
      <KeysPanel />
    </>
  );
}
