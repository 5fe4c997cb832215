import { isVisitor, VISITOR_NAME_LENGTH, type Comment, type FlowView } from '@uxflow/core';
import { Button, Checkbox, commentedId, commentPlace, commentThreads, commentTitle, EmptyState, Field, Notice } from '@uxflow/ui';
import { CornerDownRight, MessageCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLanguage, useText } from './TextContext.tsx';
import type { ViewerSession, ViewerState } from './viewerSession.ts';

export interface CommentsPanelProps {
  session: ViewerSession;
  state: ViewerState;
  view: FlowView;
  selected: string | null;
  onGo: (id: string) => void;
}

const NAME_KEY = 'visitor-name';
const MOST_LETTERS = 4000;

/** What people say about the flow; whoever may, says something in a name that they give themselves. */
export function CommentsPanel({ session, state, view, selected, onGo }: CommentsPanelProps) {
  const text = useText();
  const [withResolved, setWithResolved] = useState(false);
  const [name, setName] = useState(() => sessionStorage.getItem(NAME_KEY) ?? '');
  const titleOf = (id: string | undefined) => commentTitle(view, id, text('node.untitled')) ?? text('onFlow');
  const say = (body: string, on: Parameters<ViewerSession['comment']>[2]) => {
    const who = name.trim().slice(0, VISITOR_NAME_LENGTH);
    sessionStorage.setItem(NAME_KEY, who);
    return session.comment(who, body, on);
  };
  const threads = commentThreads(view.comment);
  const shown = threads.filter(({ comment }) => withResolved || !comment.resolved);
  return (
    <div className="comments">
      {state.mayComment ? (
        <section className="comments__new">
          <Field label={text('yourName')} hint={name.trim() ? undefined : text('nameNeeded')}>
            {(id) => <input id={id} className="input" value={name} maxLength={VISITOR_NAME_LENGTH} autoComplete="name" onChange={(event) => setName(event.target.value)} />}
          </Field>
          {state.refused ? <Notice tone="error">{text('commentRefused')}</Notice> : null}
          <CommentForm
            label={selected ? text('commentOn', { title: titleOf(selected) }) : text('commentOnFlow')}
            submit={text('send')}
            isReady={name.trim() !== ''}
            draft={state.refused?.body}
            onSubmit={(body) => {
              session.forgetRefused();
              return say(body, commentPlace(view, selected));
            }}
          />
        </section>
      ) : null}
      {threads.some(({ comment }) => comment.resolved) ? <Checkbox label={text('showResolved')} checked={withResolved} onCommit={setWithResolved} /> : null}
      {shown.length === 0 ? (
        <EmptyState icon={<MessageCircle />} title={text('noComments')}>
          {text('noCommentsText')}
        </EmptyState>
      ) : null}
      <ul className="comments__list">
        {shown.map(({ comment, replies }) => {
          const on = commentedId(comment);
          return (
            <li key={comment.id} className="thread" data-testid="thread">
              {on ? (
                <button type="button" className="thread__on" onClick={() => onGo(on)}>
                  {titleOf(on)}
                </button>
              ) : (
                <span className="thread__on">{titleOf(on)}</span>
              )}
              {comment.resolved ? <span className="badge">{text('resolved')}</span> : null}
              <CommentText comment={comment} visitorId={state.visitorId} />
              {replies.map((reply) => (
                <div key={reply.id} className="thread__reply">
                  <CornerDownRight aria-hidden />
                  <CommentText comment={reply} visitorId={state.visitorId} />
                </div>
              ))}
              {state.mayComment && !comment.resolved ? <CommentForm isReply label={text('reply')} submit={text('send')} isReady={name.trim() !== ''} onSubmit={(body) => say(body, { replyToId: comment.id, ...commentPlace(view, on) })} /> : null}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function CommentText({ comment, visitorId }: { comment: Comment; visitorId: string }) {
  const text = useText();
  const language = useLanguage();
  const isOwn = comment.authorId === visitorId;
  return (
    <div className="comment">
      <div className="comment__head">
        <b>{comment.authorName}</b>
        {/* Anybody can give any name: what came by a link says so. */}
        {isVisitor(comment.authorId) ? <span className="badge">{text(isOwn ? 'you' : 'visitor')}</span> : null}
        {isMoment(comment.at) ? <time dateTime={new Date(comment.at).toISOString()}>{new Date(comment.at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })}</time> : null}
      </div>
      <p className="prose">{comment.body}</p>
    </div>
  );
}

function CommentForm({ label, submit, isReply, isReady, draft, onSubmit }: { label: string; submit: string; isReply?: boolean; isReady: boolean; draft?: string | undefined; onSubmit: (body: string) => boolean }) {
  const [body, setBody] = useState('');
  useEffect(() => {
    if (draft) setBody((before) => before || draft);
  }, [draft]);
  const send = () => {
    if (body.trim() && isReady && onSubmit(body.trim())) setBody('');
  };
  return (
    <form
      className="comment-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        className="input"
        rows={isReply ? 1 : 3}
        aria-label={label}
        placeholder={label}
        value={body}
        maxLength={MOST_LETTERS}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          send();
        }}
      />
      {!isReply || body ? (
        <Button type="submit" size="small" variant={isReply ? 'secondary' : 'primary'} disabled={!body.trim() || !isReady}>
          {submit}
        </Button>
      ) : null}
    </form>
  );
}

/** False for what is no time at all: the log carries whatever somebody wrote into it. */
function isMoment(at: number): boolean {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15;
}
