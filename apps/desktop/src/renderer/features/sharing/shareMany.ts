/** How it stands with one flow of several that are shared. */
export type ShareProgress = { state: 'waiting' } | { state: 'sharing' } | { state: 'shared' } | { state: 'failed'; error: unknown };

/**
 * Shares flows one after the other and tells of each step. One that is refused does not keep the others from it; what is shared stays. Stops before
 * the next one when `signal` aborts.
 */
export async function shareMany(flowIds: readonly string[], share: (flowId: string) => Promise<unknown>, tell: (flowId: string, progress: ShareProgress) => void, signal: AbortSignal): Promise<void> {
  for (const flowId of flowIds) tell(flowId, { state: 'waiting' });
  for (const flowId of flowIds) {
    if (signal.aborted) return;
    tell(flowId, { state: 'sharing' });
    try {
      await share(flowId);
      tell(flowId, { state: 'shared' });
    } catch (error) {
      tell(flowId, { state: 'failed', error });
    }
  }
}
