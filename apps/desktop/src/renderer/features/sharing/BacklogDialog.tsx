import { Button, Dialog } from '@uxflow/ui';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSession, useSync } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import { useServices } from '../../store/services.ts';

/** A long time offline would open many conflicts: the person says what becomes of it. */
export function BacklogDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const { flowId, editor } = useFlow();
  const name = useSession((state) => state.view.flow.name);
  const backlog = useSync((state) => state.status?.backlog);
  const { isBusy, failure, run } = useBusy();
  const choose = (choice: 'push' | 'copy') =>
    run(async () => {
      const { copyId } = await api.sync.chooseBacklog({ flowId, choice, name: text('sync.copyName', { name }) });
      onClose();
      if (copyId) goTo({ page: 'flow', flowId: copyId });
    });
  return (
    <Dialog isWide title={text('sync.backlogTitle')} closeLabel={text('close')} onClose={onClose}>
      <div className="share" aria-busy={isBusy} data-testid="backlog-dialog">
        <p>{text('sync.backlogText', { entries: backlog?.entries ?? 0, conflicts: backlog?.conflicts ?? 0 })}</p>
        <FailureNotice failure={failure} />
        <div className="share__choices">
          <Button
            onClick={() => {
              editor.getState().openTab('history');
              onClose();
            }}
          >
            {text('sync.backlogReview')}
          </Button>
          <Button disabled={isBusy} onClick={() => choose('copy')}>
            {text('sync.backlogCopy')}
          </Button>
          <Button variant="primary" disabled={isBusy} onClick={() => choose('push')}>
            {text('sync.backlogPush')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
