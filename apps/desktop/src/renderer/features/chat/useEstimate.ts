import type { CostEstimate } from '@uxflow/core/api';
import { useEffect, useState } from 'react';
import { useServices } from '../../store/services.ts';

/** Typing rests so long before the engine is asked, ms. */
const REST_MS = 400;

/** About what the written words would cost in each mode; empty while nothing is written or nobody knows yet. Nothing leaves the machine for it. */
export function useEstimate(flowId: string, words: string, hasImage: boolean, settingsKey: string): readonly CostEstimate[] {
  const { api } = useServices();
  const [estimates, setEstimates] = useState<readonly CostEstimate[]>([]);
  const text = words.trim().slice(0, 200_000);
  useEffect(() => {
    if (!text && !hasImage) return setEstimates([]);
    let isCurrent = true;
    const timer = setTimeout(
      () =>
        void api.usage.estimate({ flowId, text, ...(hasImage ? { hasImage } : {}) }).then(
          (next) => isCurrent && setEstimates(next),
          () => isCurrent && setEstimates([]),
        ),
      REST_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, flowId, text, hasImage, settingsKey]);
  return estimates;
}
