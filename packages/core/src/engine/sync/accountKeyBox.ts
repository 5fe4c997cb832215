import type { AccountKeysView } from '../../api/keyRoutes.ts';
import { AppError, type Clock } from '../../base/index.ts';
import {
  fingerprintOf,
  newAccountKeys,
  newDeviceCode,
  newRecoveryKit,
  openAccountKeys,
  publicKeysOf,
  readAccountKeys,
  readDeviceCode,
  readRecoveryKit,
  sealAccountKeys,
  writeAccountKeys,
  type AccountKeys,
  type Cipher,
  type KeyApi,
  type PublicKeys,
  type SecretTextProblem,
  type StoredAccountKeys,
} from '../../sync/keys/index.ts';
import type { SecretStore } from '../dependencies.ts';

/** The keys of one account on this device: in the host's secret store, and sealed on the server. */
export interface AccountKeyBox {
  /** The keys, where they are here and are those of the account. */
  readonly keys: AccountKeys | undefined;
  view(): Omit<AccountKeysView, 'strength'>;
  /** Reads what is here and asks the server what is right. Throws what keeps it from asking; then what was known stays. */
  look(): Promise<void>;
  setUp(): Promise<string>;
  bringByKit(text: string): Promise<void>;
  bringByCode(text: string): Promise<void>;
  showCode(): Promise<{ code: string; until: number }>;
  newKit(): Promise<string>;
  beginAnew(): Promise<string>;
  forgetHere(): Promise<void>;
}

export interface AccountKeyBoxOptions {
  cipher: Cipher;
  api: KeyApi;
  secrets: SecretStore;
  server: string;
  userId: string;
  clock: Clock;
}

/** ms for which a server hands out what lies under a code. */
const CODE_MS = 10 * 60_000;

export function createAccountKeyBox({ cipher, api, secrets, server, userId, clock }: AccountKeyBoxOptions): AccountKeyBox {
  const name = `account-keys:${server}:${userId}`;
  /** Where new keys wait while the server has not said that it took them: its answer may be lost. */
  const nextName = `${name}:next`;
  let here: AccountKeys | undefined;
  /** null: the account has none; undefined: not asked yet. */
  let stored: StoredAccountKeys | null | undefined;

  const isSame = (keys: AccountKeys, { box, sign }: PublicKeys) => {
    const own = publicKeysOf(cipher, keys);
    return own.box === box && own.sign === sign;
  };
  const isRight = () => here !== undefined && stored != null && isSame(here, stored.keys);
  const read = async (from: string) => {
    const text = await secrets.get(from);
    return text === undefined ? undefined : readAccountKeys(cipher, userId, text);
  };
  const keep = async (keys: AccountKeys) => {
    await secrets.set(name, writeAccountKeys(keys));
    here = keys;
  };
  const look = async () => {
    const said = (await api.accountKeys()) ?? null;
    if (said && said.keys.userId !== userId) throw new AppError('KEY_CHANGED', 'The keys of this person are not the ones that this device has seen before, so nothing is given to them or taken from them. Compare fingerprints with them; when they began anew, confirm their new key.', { userId });
    stored = said;
    const kept = await read(name);
    // The same keys stay the same object: what was opened with them is held by it.
    if (!kept || !here || !cipher.isEqual(kept.seeds, here.seeds)) here = kept;
    if (!stored || isRight()) return;
    const next = await read(nextName);
    if (!next || !isSame(next, stored.keys)) return;
    await keep(next);
    await secrets.set(nextName, null);
  };
  const demand = async () => {
    if (!isRight()) await look();
    if (!isRight()) throw keysNotHere();
    return { keys: here!, version: stored!.version };
  };
  /** Offers new keys to the server; they are this device's from the moment on at which it has them. */
  const offer = async (keys: AccountKeys, version: number, send: (offered: StoredAccountKeys) => Promise<void>) => {
    const kit = newRecoveryKit(cipher);
    const offered = sealAccountKeys(cipher, keys, kit.secret, version);
    await secrets.set(nextName, writeAccountKeys(keys));
    await send(offered);
    await keep(keys);
    await secrets.set(nextName, null);
    stored = offered;
    return kit.text;
  };
  const demandStored = async () => {
    await look();
    if (!stored) throw new AppError('KEYS_NOT_SET', 'This account has no keys yet. Nothing was changed; set encryption up first.', {});
    return stored;
  };

  return {
    get keys() {
      return isRight() ? here : undefined;
    },
    view() {
      const shown = here ? publicKeysOf(cipher, here) : stored?.keys;
      const state = stored === undefined ? 'unknown' : stored === null ? 'none' : !here ? 'elsewhere' : isRight() ? 'here' : 'replaced';
      return { state, ...(shown && stored !== null ? { fingerprint: fingerprintOf(cipher, shown) } : {}), ...(stored ? { version: stored.version } : {}) };
    },
    look,
    setUp: () => offer(newAccountKeys(cipher, userId), 1, (offered) => api.createAccountKeys(offered)),
    async bringByKit(text) {
      const kit = readRecoveryKit(cipher, text);
      if (typeof kit === 'string') throw mistyped('kit', kit);
      await keep(openAccountKeys(cipher, await demandStored(), kit));
    },
    async bringByCode(text) {
      const code = readDeviceCode(cipher, text);
      if (typeof code === 'string') throw mistyped('code', code);
      const { keys } = await demandStored();
      await keep(code.open(keys, await api.takeDeviceCode(code.id)));
    },
    async showCode() {
      const { text, message } = newDeviceCode(cipher, (await demand()).keys);
      await api.putDeviceCode(message);
      return { code: text, until: clock.now() + CODE_MS };
    },
    async newKit() {
      const { keys, version } = await demand();
      const kit = newRecoveryKit(cipher);
      const next = sealAccountKeys(cipher, keys, kit.secret, version);
      await api.replaceAccountKeys(next);
      stored = next;
      return kit.text;
    },
    async beginAnew() {
      const { version } = await demandStored();
      return offer(newAccountKeys(cipher, userId), version + 1, (offered) => api.replaceAccountKeys(offered));
    },
    async forgetHere() {
      await secrets.set(name, null);
      await secrets.set(nextName, null);
      here = undefined;
    },
  };
}

/** The error of whoever needs the keys of the account where they are not. */
export function keysNotHere(): AppError {
  return new AppError('KEYS_NOT_HERE', 'The keys of your account are not on this device, so nothing encrypted can be opened or sent here. Nothing was changed; bring them by your recovery kit or by a code of another device, or set encryption up.', {});
}

function mistyped(kind: 'kit' | 'code', problem: SecretTextProblem): AppError {
  return new AppError('KEY_TEXT_MISTYPED', 'There is a slip in what was entered. Nothing was changed; compare it letter by letter.', { kind, problem });
}
