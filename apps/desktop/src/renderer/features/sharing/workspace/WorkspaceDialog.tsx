import type { WorkspaceDetail } from '@uxflow/core/api';
import { Button, Dialog, Segmented, Spinner } from '@uxflow/ui';
import { ChartColumn, Folder, History, KeyRound, Settings, Users } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { WorkspaceKeys } from '../keys/WorkspaceKeys.tsx';
import { WorkspaceActivity } from './WorkspaceActivity.tsx';
import { WorkspacePeople } from './WorkspacePeople.tsx';
import { WorkspaceProjects } from './WorkspaceProjects.tsx';
import { WorkspaceSettings } from './WorkspaceSettings.tsx';
import { WorkspaceUsage } from './WorkspaceUsage.tsx';
import '../sharing.css';

export type WorkspaceTab = 'people' | 'projects' | 'usage' | 'activity' | 'keys' | 'settings';

/** A workspace: its people, projects, usage and activity for who may see them, its encryption, its settings. `onClose` gets true when this person is not in it any more. */
export function WorkspaceDialog({ workspaceId, tab: first = 'people', onBack, onClose }: { workspaceId: string; tab?: WorkspaceTab; onBack?: () => void; onClose: (isGone: boolean) => void }) {
  const text = useText();
  const { api } = useServices();
  const [detail, setDetail] = useState<WorkspaceDetail | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [tab, setTab] = useState<WorkspaceTab>(first);
  const reload = useCallback(
    () =>
      api.workspaces.get({ workspaceId }).then((found) => {
        setDetail(found);
        setFailure(null);
      }, setFailure),
    [api, workspaceId],
  );
  useEffect(() => void reload(), [reload]);
  const may = (permission: string) => detail?.permissions.includes(permission) ?? false;
  const tabs = [
    { value: 'people' as const, label: text('workspace.tab.people'), icon: <Users /> },
    { value: 'projects' as const, label: text('workspace.tab.projects'), icon: <Folder /> },
    ...(may('view_usage') ? [{ value: 'usage' as const, label: text('workspace.tab.usage'), icon: <ChartColumn /> }] : []),
    ...(may('view_activity') ? [{ value: 'activity' as const, label: text('workspace.tab.activity'), icon: <History /> }] : []),
    ...(detail?.encrypted ? [{ value: 'keys' as const, label: text('workspace.tab.keys'), icon: <KeyRound /> }] : []),
    { value: 'settings' as const, label: text('workspace.tab.settings'), icon: <Settings /> },
  ];
  return (
    <Dialog
      isWide
      title={detail?.name ?? text('sync.workspace')}
      closeLabel={text('close')}
      onClose={() => onClose(false)}
      foot={
        <>
          {onBack ? <Button onClick={onBack}>{text('hub.back')}</Button> : null}
          <Button onClick={() => onClose(false)}>{text('close')}</Button>
        </>
      }
    >
      <div className="share" data-testid="workspace-dialog">
        <FailureNotice failure={failure} />
        {!detail && !failure ? <Spinner label={text('loading')} /> : null}
        {detail ? (
          <>
            <Segmented label={text('workspace.tabs')} value={tab} choices={tabs} onCommit={setTab} />
            {tab === 'people' ? <WorkspacePeople detail={detail} onChanged={reload} onKeys={() => setTab('keys')} onSettings={() => setTab('settings')} /> : null}
            {tab === 'projects' ? <WorkspaceProjects detail={detail} onPeople={reload} /> : null}
            {tab === 'usage' ? <WorkspaceUsage detail={detail} /> : null}
            {tab === 'activity' ? <WorkspaceActivity detail={detail} /> : null}
            {tab === 'keys' ? <WorkspaceKeys workspaceId={workspaceId} /> : null}
            {tab === 'settings' ? <WorkspaceSettings detail={detail} onChanged={reload} onGone={() => onClose(true)} /> : null}
          </>
        ) : null}
      </div>
    </Dialog>
  );
}
