import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { EndpointChange, EndpointView } from '@uxflow/core/api';
import { useCallback, useEffect, useState } from 'react';
import { useServices } from '../../store/services.ts';

/** How the connection of an endpoint stands, and a way to change it. */
export interface EndpointState {
  /** null until it is known. */
  view: EndpointView | null;
  failure: ErrorInfo | null;
  isSaving: boolean;
  /** Resolves to true when the change was kept. */
  change(change: EndpointChange): Promise<boolean>;
}

/** The connection of an endpoint; `asked` counts calls to models, after each of which its health is looked at again. */
export function useEndpoint(baseUrl: string, asked: number): EndpointState {
  const { api } = useServices();
  const [known, setKnown] = useState<{ baseUrl: string; view: EndpointView } | null>(null);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const [isSaving, setSaving] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    api.endpoints.get({ baseUrl }).then(
      (view) => isCurrent && setKnown({ baseUrl, view }),
      (error: unknown) => isCurrent && setFailure(errorInfo(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, baseUrl, asked]);
  const change = useCallback(
    async (part: EndpointChange) => {
      setSaving(true);
      setFailure(null);
      try {
        setKnown({ baseUrl, view: await api.endpoints.set({ baseUrl, change: part }) });
        return true;
      } catch (error) {
        setFailure(errorInfo(error));
        return false;
      } finally {
        setSaving(false);
      }
    },
    [api, baseUrl],
  );
  // What is known of another address says nothing of this one.
  return { view: known?.baseUrl === baseUrl ? known.view : null, failure, isSaving, change };
}
