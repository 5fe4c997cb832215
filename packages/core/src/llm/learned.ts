/**
 * What endpoints were found to lack, by address and model: a form of output, a parameter, streaming. Models are made anew for each turn;
 * through this they share it, so that an endpoint refuses the same thing once only.
 */
export type LearnedAbilities = Map<string, object>;

/** The abilities of one model at one address, kept in `learned` where there is one; changes to the object are what is learned. */
export function learnedOf<T extends object>(learned: LearnedAbilities | undefined, endpoint: string, model: string, start: () => T): T {
  const key = `${endpoint} ${model}`;
  const known = learned?.get(key) as T | undefined;
  if (known) return known;
  const fresh = start();
  learned?.set(key, fresh);
  return fresh;
}
