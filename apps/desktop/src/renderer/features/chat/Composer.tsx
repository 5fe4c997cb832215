import { IMAGE_TYPES, isAppError } from '@uxflow/core';
import { leadChoice } from '@uxflow/core/api';
import { Button, classes, IconButton, Notice } from '@uxflow/ui';
import { CornerDownRight, ImagePlus, SendHorizontal, Settings2, Square, X } from 'lucide-react';
import { useEffect, useId, useRef, useState, type RefObject } from 'react';
import { useStore } from 'zustand';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow } from '../../store/flowServices.ts';
import { prepareImage } from '../../store/prepareImage.ts';
import { goTo } from '../../store/route.ts';
import { useSettings } from '../../store/services.ts';
import { AttachedPicture } from './AttachedPicture.tsx';
import { BudgetNotice } from './BudgetNotice.tsx';
import { QualitySwitch } from './QualitySwitch.tsx';
import { isAtWork, questionTurn } from './thread.ts';

/** Where the person writes: Enter sends, Shift Enter begins a line. What is written outlives the panel, the page and a failed sending. */
export function Composer() {
  const text = useText();
  const flow = useFlow();
  const { settings, change } = useSettings();
  const lead = leadChoice(settings);
  const { text: words, image, failure, write, submit, dismiss, attach, refuse } = useStore(flow.draft);
  const question = useConversation((state) => questionTurn(state.turns));
  const working = useConversation((state) => [...state.turns.values()].find((turn) => turn.status === 'running') ?? [...state.turns.values()].findLast(isAtWork));
  /** Turns whose question the person does not want to answer. */
  const [passed, setPassed] = useState<string | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const [isOver, setOver] = useState(false);
  const hintId = useId();
  const answers = question && question.id !== passed ? question : undefined;

  const send = () => {
    const { conversation } = flow;
    const before = conversation.getState().messages.length;
    void submit(
      // A picture begins something new; an answer is words.
      (message, picture) => (answers && !picture ? conversation.getState().answer(answers.id, message) : conversation.getState().send(message, picture && { base64: picture.base64, ...(picture.name ? { name: picture.name } : {}) })),
      (message) => conversation.getState().messages.slice(before).some((each) => each.role === 'person' && each.text.trim() === message),
    );
    box.current?.focus();
  };
  useDroppedFiles(root, setOver, (files) => void take(files));
  const take = (files: FileList | readonly File[] | null | undefined): boolean => {
    const file = [...(files ?? [])][0];
    if (!file) return false;
    prepareImage(file).then(attach, refuse);
    return true;
  };

  return (
    <div ref={root} className={classes('composer', isOver && 'composer--over')}>
      {failure ? (
        <div className="composer__failure">
          <Notice tone="error">{isOfPicture(failure) ? errorText(text, failure) : text('chat.notSent', { reason: errorText(text, failure) })}</Notice>
          <IconButton size="small" label={text('close')} icon={<X />} onClick={dismiss} />
        </div>
      ) : null}
      {answers?.clarification ? (
        <div className="composer__answers">
          <CornerDownRight aria-hidden />
          <span>{text('chat.answering', { question: answers.clarification.question })}</span>
          <IconButton size="small" label={text('chat.answerInstead')} icon={<X />} onClick={() => setPassed(answers.id)} />
        </div>
      ) : null}
      <BudgetNotice />
      <div className="composer__box">
        {image ? <AttachedPicture image={image} onRemove={() => attach(null)} /> : null}
        <textarea
          ref={box}
          rows={2}
          value={words}
          aria-label={text(answers ? 'chat.answerPlaceholder' : 'chat.placeholder')}
          placeholder={text(answers ? 'chat.answerPlaceholder' : 'chat.placeholder')}
          aria-describedby={hintId}
          data-testid="chat-input"
          onChange={(event) => write(event.target.value)}
          onPaste={(event) => {
            // Words that come with their picture (from a text program) are meant as words.
            if (!event.clipboardData.types.includes('text/plain') && take(event.clipboardData.files)) event.preventDefault();
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <span id={hintId} className="visually-hidden">
          {text('chat.sendHint')}
        </span>
        <div className="composer__foot">
          <input
            ref={picker}
            type="file"
            accept={IMAGE_TYPES.join()}
            hidden
            data-testid="chat-file"
            onChange={(event) => {
              take(event.target.files);
              // The same file can be chosen again after it was removed.
              event.target.value = '';
            }}
          />
          <IconButton size="small" label={text('chat.image.attach')} icon={<ImagePlus />} data-testid="chat-attach" onClick={() => picker.current?.click()} />
          <button type="button" className="composer__mind" data-tip={text(lead.provider === 'rules' ? 'chat.rulesHint' : 'chat.settings')} onClick={() => goTo({ page: 'settings', from: flow.flowId })}>
            <Settings2 aria-hidden />
            {lead.provider === 'rules' ? text('chat.mind.builtIn') : lead.model || text('chat.mind.model')}
          </button>
          <QualitySwitch flowId={flow.flowId} words={words} hasImage={!!image} settings={settings} change={change} />
          {working ? (
            <Button size="small" icon={<Square />} data-testid="chat-stop" onClick={() => flow.run(() => flow.conversation.getState().cancel(working.id))}>
              {text('chat.stop')}
            </Button>
          ) : null}
          <IconButton size="small" variant="primary" label={text('chat.send')} shortcut="↵" icon={<SendHorizontal />} disabled={!words.trim() && !image} data-testid="chat-send" onClick={send} />
        </div>
      </div>
    </div>
  );
}

/** Such a failure says itself what was kept. */
const isOfPicture = (failure: unknown): boolean => isAppError(failure) && failure.code.startsWith('IMAGE_');

/** Takes files that are dropped anywhere on the conversation. `onOver` tells whether some hover above it. */
function useDroppedFiles(root: RefObject<HTMLElement | null>, onOver: (isOver: boolean) => void, onFiles: (files: FileList) => void): void {
  const latest = useRef({ onOver, onFiles });
  latest.current = { onOver, onFiles };
  useEffect(() => {
    const area = root.current!.closest<HTMLElement>('.chat') ?? root.current!;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      latest.current.onOver(true);
    };
    const leave = (event: DragEvent) => {
      // Moving from one part of the conversation to another leaves nothing.
      if (!area.contains(event.relatedTarget as globalThis.Node | null)) latest.current.onOver(false);
    };
    const drop = (event: DragEvent) => {
      latest.current.onOver(false);
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      latest.current.onFiles(event.dataTransfer.files);
    };
    area.addEventListener('dragover', over);
    area.addEventListener('dragleave', leave);
    area.addEventListener('drop', drop);
    return () => {
      area.removeEventListener('dragover', over);
      area.removeEventListener('dragleave', leave);
      area.removeEventListener('drop', drop);
    };
  }, [root]);
}
