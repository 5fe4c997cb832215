import type { FlowKind } from '@uxflow/core';
import { useMemo } from 'react';
import { useFlow } from '../../../store/flowServices.ts';

/** What a text control of one field needs: commits, and holds the field while the caret is in it. */
export interface FieldHandlers {
  onCommit: (value: string) => void;
  onFocus: () => void;
  onBlur: () => void;
}

/** Setters of one record's fields. `words(path)` serves a text control; an empty text deletes the field unless it must be there. */
export function useSetField(kind: FlowKind, id: string) {
  const flow = useFlow();
  return useMemo(() => {
    const set = (field: string, to: unknown) => void flow.dispatch({ ops: [{ op: 'set', kind, id, field, to }] });
    const words = (field: string, isRequired = false): FieldHandlers => ({
      onCommit: (value) => set(field, value.trim() === '' && !isRequired ? null : value.trim()),
      onFocus: () => flow.session.getState().holdField(kind, id, field),
      onBlur: () => flow.session.getState().releaseField(kind, id, field),
    });
    return { set, words };
  }, [flow, kind, id]);
}
