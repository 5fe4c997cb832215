import type { FlowKind } from '@uxflow/core';
import { useMemo } from 'react';
import { useFlow } from '../../../store/flowServices.ts';

/** Setters of one record's fields; an empty text and null delete the field. */
export function useSetField(kind: FlowKind, id: string) {
  const flow = useFlow();
  return useMemo(() => {
    const set = (field: string, to: unknown) => void flow.dispatch({ ops: [{ op: 'set', kind, id, field, to }] });
    return { set, setText: (field: string) => (value: string) => set(field, value.trim() === '' ? null : value) };
  }, [flow, kind, id]);
}
