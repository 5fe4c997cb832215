import { Button, classes } from '@uxflow/ui';
import { Lock, Users } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSync } from '../../store/flowServices.ts';
import { AsidesDialog } from './AsidesDialog.tsx';
import { BacklogDialog } from './BacklogDialog.tsx';
import { initialsOf, whose } from './personColor.ts';
import { ShareDialog } from './ShareDialog.tsx';
import './sharing.css';

/** Faces that stand in the bar; who comes after them is counted. */
const FACES = 4;

/** Who else is here, and the way to share. */
export function SharingBar() {
  const text = useText();
  const { sync } = useFlow();
  const peers = useSync((state) => state.peers);
  const following = useSync((state) => state.following);
  const status = useSync((state) => state.status);
  const [dialog, setDialog] = useState<'share' | 'backlog' | 'asides' | null>(null);
  const isShared = status !== null && status.state !== 'local';
  return (
    <div className="sharing-bar">
      {status?.state === 'choosing' ? (
        <Button size="small" variant="primary" onClick={() => setDialog('backlog')}>
          {text('sync.decide')}
        </Button>
      ) : null}
      {status && status.asides > 0 ? (
        <Button size="small" variant="danger" onClick={() => setDialog('asides')}>
          {text('sync.asides')}
        </Button>
      ) : null}
      {status?.workspace?.encrypted ? <Lock className="sharing-bar__lock" role="img" aria-label={text('status.encrypted')} data-tip={text('status.encrypted')} /> : null}
      {peers.length > 0 ? (
        <div className="people" role="group" aria-label={text('sync.people')} data-testid="people">
          {peers.slice(0, FACES).map((peer) => (
            <button
              key={peer.peer}
              type="button"
              className={classes('avatar', 'avatar--button', following === peer.peer && 'avatar--followed')}
              style={whose(peer.userId)}
              aria-pressed={following === peer.peer}
              aria-label={text('sync.follow', { name: peer.name })}
              data-tip={text('sync.follow', { name: peer.name })}
              onClick={() => sync.getState().follow(following === peer.peer ? null : peer.peer)}
            >
              {initialsOf(peer.name)}
            </button>
          ))}
          {peers.length > FACES ? <span className="avatar avatar--more">+{peers.length - FACES}</span> : null}
        </div>
      ) : null}
      <Button variant="ghost" icon={<Users />} aria-label={text(isShared ? 'sync.shared' : 'sync.share')} data-tip={text(isShared ? 'sync.shared' : 'sync.share')} onClick={() => setDialog('share')}>
        {text('sync.shareShort')}
      </Button>
      {dialog === 'share' ? <ShareDialog onClose={() => setDialog(null)} /> : null}
      {dialog === 'backlog' ? <BacklogDialog onClose={() => setDialog(null)} /> : null}
      {dialog === 'asides' ? <AsidesDialog onClose={() => setDialog(null)} /> : null}
    </div>
  );
}
