import { errorInfo, type AgentCall, type AgentName, type ErrorInfo } from '@uxflow/core';
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../../../store/services.ts';

/** How a run of one agent by one mind stands. */
export type RunState =
  | { phase: 'idle' }
  | { phase: 'running'; words: string }
  | { phase: 'done'; output: unknown; mind: 'rules' | 'model'; ms: number; call?: AgentCall | undefined; fallback?: ErrorInfo | undefined }
  | { phase: 'failed'; error: ErrorInfo }
  | { phase: 'stopped' };

/** What the model is told. */
export interface ShownPrompt {
  system: string;
  message: string;
  promptVersion: string;
}

export interface RunRequest {
  name: AgentName;
  input: unknown;
  flowId?: string;
  language: 'en' | 'de';
}

/** One mind of an agent: its run, and how to start and stop it. Leaving the screen stops it. */
export function useAgentRun(mind: 'rules' | 'model', onPrompt: (prompt: ShownPrompt) => void) {
  const { api } = useServices();
  const [state, setState] = useState<RunState>({ phase: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (request: RunRequest): Promise<void> => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setState({ phase: 'running', words: '' });
    let words = '';
    try {
      for await (const event of await api.agents.run({ ...request, mind }, { signal: mine.signal })) {
        if (mine.signal.aborted) return;
        if (event.type === 'prompt') onPrompt(event);
        else if (event.type === 'token') setState({ phase: 'running', words: (words += event.text) });
        else setState({ phase: 'done', output: event.output, mind: event.mind, ms: event.ms, call: event.call, fallback: event.fallback });
      }
    } catch (error) {
      if (!mine.signal.aborted) setState({ phase: 'failed', error: errorInfo(error) });
    }
  };
  const stop = () => {
    running.current?.abort();
    setState({ phase: 'stopped' });
  };
  const clear = () => {
    running.current?.abort();
    setState({ phase: 'idle' });
  };
  return { state, run, stop, clear };
}
