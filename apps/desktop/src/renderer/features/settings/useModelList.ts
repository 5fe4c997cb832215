import { type ErrorInfo, errorInfo, type ModelProvider } from '@uxflow/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useServices } from '../../store/services.ts';
import { isLocalAddress } from './hosts.ts';

export interface OfferedModel {
  name: string;
  sizeBytes?: number;
  details?: string;
}
export type ModelListState = { phase: 'unasked' | 'asking' } | { phase: 'known'; models: readonly OfferedModel[] } | { phase: 'failed'; error: ErrorInfo };

/**
 * The models that an address offers. Addresses of this computer are asked at once, others only when the person says so:
 * looking at the settings must not contact anybody.
 */
export function useModelList(provider: ModelProvider, baseUrl: string, onAsked: () => void): { state: ModelListState; load: () => void } {
  const { api } = useServices();
  const [state, setState] = useState<ModelListState>({ phase: 'unasked' });
  const newest = useRef(0);
  const load = useCallback(() => {
    const mine = ++newest.current;
    setState({ phase: 'asking' });
    void api.models
      .list({ provider, baseUrl })
      .catch((error: unknown) => ({ models: [], error: errorInfo(error) }))
      .then(({ models, error }) => {
        if (mine !== newest.current) return;
        setState(error ? { phase: 'failed', error } : { phase: 'known', models });
        onAsked();
      });
  }, [api, provider, baseUrl, onAsked]);
  useEffect(() => {
    newest.current++;
    if (isLocalAddress(baseUrl)) load();
    else setState({ phase: 'unasked' });
  }, [baseUrl, load]);
  return { state, load };
}
