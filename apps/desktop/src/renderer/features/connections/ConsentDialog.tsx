import type { McpAnswer, McpQuestion } from '@uxflow/core/api';
import { Button, Dialog, Notice } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { codeText, useText } from '../../i18n/TextContext.tsx';
import { useFailureToast, useNow, useServices } from '../../store/services.ts';
import './connections.css';

/** A yes counts only after the person could have seen what to: a dialog that pops up under a click must not take it, ms. */
const ARMED_AFTER_MS = 600;

/** Asks whether a tool may be used, one question after the other, over whatever screen is open. */
export function ConsentDialog() {
  const { mcp: store } = useServices();
  const questions = useStore(store, ({ mcp }) => mcp?.questions) ?? [];
  const first = questions[0];
  return first ? <Question key={first.id} question={first} more={questions.length - 1} /> : null;
}

function Question({ question, more }: { question: McpQuestion; more: number }) {
  const text = useText();
  const { api } = useServices();
  const fail = useFailureToast();
  const now = useNow(1000);
  const [isArmed, setArmed] = useState(false);
  const [isAnswered, setAnswered] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), ARMED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    // A window behind others says in its title that somebody waits.
    const before = document.title;
    document.title = text('consent.pageTitle', { peer: question.peer });
    return () => void (document.title = before);
  }, [text, question.peer]);
  const answer = (given: McpAnswer) => {
    if (isAnswered) return;
    setAnswered(true);
    api.mcp.answer({ questionId: question.id, answer: given }).catch((error: unknown) => {
      setAnswered(false);
      fail(error);
    });
  };
  const isIncoming = question.direction === 'in';
  const tool = isIncoming ? codeText(text, 'mcp.tool', question.tool, {}) : question.tool;
  const seconds = Math.max(0, Math.ceil((question.until - now) / 1000));
  return (
    <Dialog
      title={text(isIncoming ? 'consent.titleIn' : 'consent.titleOut', { peer: question.peer, tool })}
      closeLabel={text('consent.deny')}
      isWide
      onClose={() => answer('deny')}
      foot={
        <>
          <span className="consent__time" role="timer">
            {text('consent.timeLeft', { count: seconds })}
          </span>
          <Button disabled={isAnswered} onClick={() => answer('deny')}>
            {text('consent.deny')}
          </Button>
          <Button disabled={!isArmed || isAnswered} onClick={() => answer('always')}>
            {text('consent.always')}
          </Button>
          <Button variant="primary" disabled={!isArmed || isAnswered} onClick={() => answer('once')}>
            {text('consent.once')}
          </Button>
        </>
      }
    >
      <div className="consent" data-testid="consent">
        <p>{text(isIncoming ? (question.tool === 'propose_changes' ? 'consent.textPropose' : 'consent.textRead') : 'consent.textOut', { peer: question.peer })}</p>
        <dl className="consent__facts">
          <dt>{text(isIncoming ? 'consent.client' : 'consent.server')}</dt>
          <dd>
            <strong>{question.peer}</strong>
            {isIncoming ? <span className="consent__faint">{text('consent.clientNote')}</span> : null}
          </dd>
          <dt>{text('consent.tool')}</dt>
          <dd>
            {tool} <code>{question.tool}</code>
          </dd>
          {question.flowName ? (
            <>
              <dt>{text('consent.flow')}</dt>
              <dd>{question.flowName}</dd>
            </>
          ) : null}
          {!isIncoming && question.about ? (
            <>
              <dt>{text('consent.about')}</dt>
              <dd className="consent__quote">{question.about}</dd>
            </>
          ) : null}
        </dl>
        <div>
          <h3>{text(isIncoming ? 'consent.argumentsIn' : 'consent.argumentsOut')}</h3>
          <pre className="consent__arguments" tabIndex={0}>
            {question.arguments}
          </pre>
        </div>
        {more > 0 ? <Notice tone="info">{text('consent.more', { count: more })}</Notice> : null}
      </div>
    </Dialog>
  );
}
