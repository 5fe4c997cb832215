import { isVisitor, splitMentions, type Comment } from '@uxflow/core';
import { Badge, Button, Checkbox, classes, commentedId, commentPlace, commentThreads, commentTitle, EmptyState, IconButton } from '@uxflow/ui';
import { Check, CornerDownRight, MessageCircle, RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useStore } from 'zustand';
import { useText } from '../../../i18n/TextContext.tsx';
import { whenText } from '../../../i18n/when.ts';
import { useEditor, useFlow, useGhosts, useSession, useSync } from '../../../store/flowServices.ts';
import { personId } from '../../../store/flowSession.ts';
import { useNow, useServices, useSettings } from '../../../store/services.ts';
import { completeMention, mentionChoices, mentionDraft } from './mentions.ts';

/** Conversations of people about steps, connections, frames and the flow; pins on the canvas lead here. */
export function CommentsPanel() {
  const text = useText();
  const flow = useFlow();
  const { ids, account } = useServices();
  const user = useStore(account, (state) => state.account?.user);
  const names = useMemberNames();
  const { settings } = useSettings();
  const { view } = useGhosts();
  const selected = useEditor((state) => state.selected);
  // Who may only comment may do all of this.
  const isReadOnly = useSession((state) => state.readOnly !== null && state.readOnly.code !== 'ROLE_COMMENTS_ONLY');
  const wish = useEditor((state) => state.shownComment);
  const [withResolved, setWithResolved] = useState(false);
  const now = useNow(30_000);
  const chosen = selected.size === 1 ? [...selected][0]! : undefined;
  const titleOf = (id: string | undefined) => commentTitle(view, id, text('node.untitled')) ?? text('comments.onFlow');
  const add = (body: string, extra: Record<string, unknown>) =>
    flow.dispatch({
      ops: [{ op: 'add', kind: 'comment', id: ids.newId('comment'), value: { body, authorId: user?.id ?? personId(ids.newId('user')), authorName: settings.userName || user?.name || text('comments.me'), at: Date.now(), ...extra } }],
    });
  const threads = commentThreads(view.comment);
  const wished = wish ? (view.comment.get(wish.id)?.replyToId ?? wish.id) : undefined;
  const shown = threads.filter(({ comment }) => withResolved || !comment.resolved || comment.id === wished);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const thread = wish ? list.current?.querySelector('.thread--wished') : null;
    thread?.scrollIntoView({ block: 'nearest' });
  }, [wish, wished]);
  useReadMentions(shown.flatMap(({ comment, replies }) => [comment, ...replies].map(({ id }) => id)));
  return (
    <div className="comments" data-testid="comments">
      {isReadOnly ? null : <CommentForm names={names} label={chosen ? text('comments.placeholder', { title: titleOf(chosen) }) : text('comments.placeholderFlow')} submit={text('comments.send')} onSubmit={(body) => add(body, commentPlace(view, chosen))} />}
      {threads.some(({ comment }) => comment.resolved) ? <Checkbox label={text('comments.showResolved')} checked={withResolved} onCommit={setWithResolved} /> : null}
      {shown.length === 0 ? (
        <EmptyState icon={<MessageCircle />} title={text('comments.none')}>
          {text('comments.noneText')}
        </EmptyState>
      ) : null}
      <ul className="comments__list" ref={list}>
        {shown.map(({ comment, replies }) => {
          const on = commentedId(comment);
          return (
            <li key={comment.id} className={classes('thread', comment.resolved && 'thread--resolved', comment.id === wished && 'thread--wished')}>
              <button type="button" className="thread__on link" disabled={!on} onClick={() => on && flow.editor.getState().reveal([on])}>
                {titleOf(on)}
              </button>
              <CommentText comment={comment} now={now} names={names} ownName={user?.name} />
              {replies.map((reply) => (
                <div key={reply.id} className="thread__reply">
                  <CornerDownRight aria-hidden />
                  <CommentText comment={reply} now={now} names={names} ownName={user?.name} />
                </div>
              ))}
              {isReadOnly ? null : (
                <>
                  {comment.resolved ? null : <CommentForm names={names} isReply label={text('comments.replyPlaceholder')} submit={text('comments.reply')} onSubmit={(body) => add(body, { replyToId: comment.id, ...commentPlace(view, on) })} />}
                  <div className="thread__actions">
                    <Button size="small" variant="ghost" icon={comment.resolved ? <RotateCcw /> : <Check />} onClick={() => flow.dispatch({ ops: [{ op: 'set', kind: 'comment', id: comment.id, field: 'resolved', to: comment.resolved ? null : true }] })}>
                      {text(comment.resolved ? 'comments.reopen' : 'comments.resolve')}
                    </Button>
                    <IconButton size="small" label={text('comments.delete')} icon={<Trash2 />} onClick={() => flow.dispatch({ ops: [...replies, comment].map(({ id }) => ({ op: 'remove', kind: 'comment', id })) })} />
                  </div>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Names of the people of the flow's workspace, who can be mentioned. */
function useMemberNames(): readonly string[] {
  const { api } = useServices();
  const workspaceId = useSync((state) => state.status?.workspace?.id);
  const isConnected = useSync((state) => state.status?.state === 'synced');
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!workspaceId || !isConnected) return;
    let isGone = false;
    // Without an answer nobody is offered; a mention is only words, and can be typed.
    api.sync.members({ workspaceId }).then((members) => !isGone && setNames(members.map(({ name }) => name).filter(Boolean)), () => undefined);
    return () => void (isGone = true);
  }, [api, workspaceId, isConnected]);
  return names;
}

/** What mentions this person is read once it stands in this list. */
function useReadMentions(ids: readonly string[]): void {
  const { api, inbox } = useServices();
  const mentions = useStore(inbox, (state) => state.inbox?.mentions);
  const unread = (mentions ?? []).flatMap(({ id, isRead }) => (!isRead && ids.includes(id) ? [id] : [])).join(' ');
  useEffect(() => {
    // Where the engine is away it stays unread.
    for (const mentionId of unread.split(' ').filter(Boolean)) void api.inbox.read({ mentionId }).catch(() => undefined);
  }, [api, unread]);
}

function CommentText({ comment, now, names, ownName }: { comment: Comment; now: number; names: readonly string[]; ownName: string | undefined }) {
  const text = useText();
  return (
    <div className="comment">
      <div className="comment__head">
        <b>{comment.authorName}</b> {/* Anybody can give any name: what came by a link says so. */}
        {isVisitor(comment.authorId) ? <Badge>{text('links.visitor')}</Badge> : null} <span>{whenText(text, comment.at, now)}</span>
      </div>
      <p>
        {splitMentions(comment.body, names).map((piece, index) =>
          piece.name === undefined ? piece.text : <mark key={index} className={piece.name === ownName ? 'mention mention--me' : 'mention'}>{piece.text}</mark>,
        )}
      </p>
    </div>
  );
}

function CommentForm({ label, submit, isReply, names, onSubmit }: { names: readonly string[]; label: string; submit: string; isReply?: boolean; onSubmit: (body: string) => boolean }) {
  const text = useText();
  const [body, setBody] = useState('');
  const [caret, setCaret] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = mentionDraft(body, caret);
  const choices = draft ? mentionChoices(names, draft) : [];
  const mention = (name: string) => {
    if (!draft) return;
    const done = completeMention(body, draft, name);
    // Before the next key: a caret that is set a moment later lands in the middle of what is typed on.
    flushSync(() => {
      setBody(done.body);
      setCaret(done.caret);
    });
    field.current?.focus();
    field.current?.setSelectionRange(done.caret, done.caret);
  };
  const send = () => {
    if (body.trim() && onSubmit(body.trim())) setBody('');
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
        ref={field}
        className="input"
        rows={isReply ? 1 : 2}
        aria-label={label}
        placeholder={label}
        value={body}
        onChange={(event) => {
          setBody(event.target.value);
          setCaret(event.target.selectionStart);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Tab' && !event.shiftKey && draft?.query && choices[0]) {
            event.preventDefault();
            mention(choices[0]);
          }
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            send();
          }
        }}
      />
      {choices.length > 0 ? (
        <div className="mention-choices">
          {choices.map((name) => (
            <button key={name} type="button" aria-label={text('comments.mention', { name })} onClick={() => mention(name)}>
              @{name}
            </button>
          ))}
        </div>
      ) : null}
      {!isReply || body ? (
        <Button type="submit" size="small" disabled={!body.trim()}>
          {submit}
        </Button>
      ) : null}
    </form>
  );
}
