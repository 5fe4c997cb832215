/**
 * What endpoints were found to lack, by address and model: a form of output, a parameter, streaming. Models are made anew for each turn;
 * through this they share it, so that an endpoint refuses the same thing once only.
 */
export type LearnedAbilities = Map<string, object>;

/** The abilities of one model at one address, kept in `options.learned` where there is one; changes to the object are what is learned. */
export function learnedOf<T extends object>(options: { learned?: LearnedAbilities; model: string; isSchemaTold?: boolean }, endpoint: string, start: () => T): T {
  // Once it was seen to fail with forms it starts from another place.
  const key = `${endpoint} ${options.model}${options.isSchemaTold ? ' told' : ''}`;
  const known = options.learned?.get(key) as T | undefined;
  if (known) return known;
  const fresh = start();
  options.learned?.set(key, fresh);
  return fresh;
}
