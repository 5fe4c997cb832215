import type { ActivityLine, WorkspaceDetail } from '@uxflow/core/api';
import { Button, SelectField, Spinner } from '@uxflow/ui';
import { ChevronDown, RotateCw, Server } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useNow, useServices } from '../../../store/services.ts';
import { Avatar } from '../Avatar.tsx';
import { byDay } from './activityDays.ts';
import { ACTIVITY_KINDS, activityDetails, activityText, actorText, type ActivityKind } from './activityText.ts';
import '../workspaceLife.css';

const PAGE = 30;
const KINDS = Object.keys(ACTIVITY_KINDS) as ActivityKind[];

/** What happened in a workspace, newest first, by day; of one person or kind where that is wanted. */
export function WorkspaceActivity({ detail }: { detail: WorkspaceDetail }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [actorId, setActorId] = useState('');
  const [kind, setKind] = useState<ActivityKind | ''>('');
  const [state, setState] = useState<{ lines: readonly ActivityLine[]; hasMore: boolean } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const now = useNow(60_000);
  const workspaceId = detail.id;
  const ask = useCallback(
    (before?: number) => api.workspaces.activity({ workspaceId, limit: PAGE, ...(before === undefined ? {} : { before }), ...(actorId ? { actorId } : {}), ...(kind ? { codes: [...ACTIVITY_KINDS[kind]] } : {}) }),
    [api, workspaceId, actorId, kind],
  );
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isGone = false;
    setState(null);
    setFailure(null);
    ask().then((page) => !isGone && setState(page), (error: unknown) => !isGone && setFailure(error));
    return () => void (isGone = true);
  }, [ask, round]);
  const earlier = () => {
    const last = state?.lines.at(-1);
    if (!last) return;
    setBusy(true);
    setFailure(null);
    ask(last.id)
      // A filter that was chosen meanwhile has begun another list.
      .then((page) => setState((before) => (before?.lines.at(-1)?.id === last.id ? { lines: [...before.lines, ...page.lines], hasMore: page.hasMore } : before)), setFailure)
      .finally(() => setBusy(false));
  };
  return (
    <div className="share__section activity" data-testid="workspace-activity" aria-busy={isBusy || (!state && !failure)}>
      <div className="share__row">
        <SelectField isSmall label={text('activity.person')} value={actorId} choices={[{ value: '', label: text('activity.everybody') }, ...detail.members.map(({ userId, name, email }) => ({ value: userId, label: name || email }))]} onCommit={setActorId} />
        <SelectField isSmall label={text('activity.kind')} value={kind} choices={[{ value: '' as const, label: text('activity.everything') }, ...KINDS.map((value) => ({ value, label: text(`activity.kind.${value}`) }))]} onCommit={setKind} />
      </div>
      {!state && !failure ? <Spinner label={text('loading')} /> : null}
      {state && state.lines.length === 0 ? <p className="share__quiet">{text('activity.none')}</p> : null}
      {byDay(state?.lines ?? [], now, language, { today: text('activity.today'), yesterday: text('activity.yesterday') }).map(({ day, lines }) => (
        <section key={day} aria-label={day}>
          <h4>{day}</h4>
          <ol className="activity__lines">
            {lines.map((line) => (
              <Line key={line.id} line={line} />
            ))}
          </ol>
        </section>
      ))}
      <FailureNotice failure={failure} />
      {failure && !state ? (
        <Button className="share__start" size="small" icon={<RotateCw />} onClick={() => setRound(round + 1)}>
          {text('workspace.again')}
        </Button>
      ) : null}
      {state?.hasMore ? (
        <Button className="share__start" size="small" icon={<ChevronDown />} disabled={isBusy} onClick={earlier}>
          {text('activity.earlier')}
        </Button>
      ) : null}
      {state && !state.hasMore && state.lines.length > 0 && !actorId && !kind ? <p className="share__quiet">{text('activity.end')}</p> : null}
    </div>
  );
}

function Line({ line }: { line: ActivityLine }) {
  const text = useText();
  const language = useLanguage();
  const actor = actorText(text, line);
  const details = activityDetails(text, line);
  return (
    <li data-code={line.code}>
      {line.actorId === null ? (
        <span className="activity__server">
          <Server aria-hidden />
        </span>
      ) : (
        <Avatar name={actor} id={line.actorId} />
      )}
      <div className="activity__what">
        <p>
          <strong>{actor}</strong> {activityText(text, language, line)}
        </p>
        {details.length > 0 ? <p className="share__quiet">{details.join(' · ')}</p> : null}
      </div>
      <time dateTime={new Date(line.at).toISOString()}>{new Date(line.at).toLocaleTimeString(language === 'en' ? 'en-GB' : language, { timeStyle: 'short' })}</time>
    </li>
  );
}
