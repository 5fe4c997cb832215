/** The keys of a person on a device, over the real routes. */
import { AppError, systemClock } from '@uxflow/core/base';
import { createKeyApi, createKeyring, newAccountKeys, newRecoveryKit, openCipher, sealAccountKeys, type AccountKeys, type Cipher, type KeyApi, type KeyMemory, type Keyring } from '@uxflow/core/keys';
import { ask, type TestPerson } from './testWorkspaces.ts';

export interface KeyDevice {
  person: TestPerson;
  account: AccountKeys;
  /** The recovery kit as it was shown. */
  kit: string;
  api: KeyApi;
  memory: KeyMemory;
  keyring(workspaceId: string): Keyring;
}

let ready: Promise<Cipher> | undefined;
export const testCipher = (): Promise<Cipher> => (ready ??= openCipher());

/** The key routes as somebody asks them. */
export function keyApiOf(url: string, person: TestPerson): KeyApi {
  return createKeyApi(async (method, path, body) => {
    const answer = await ask(url, person, method, path.replace(/^\/api\/v1/, ''), body);
    const { error } = (answer.body ?? {}) as { error?: { code: string; message: string; params: Record<string, unknown> } };
    if (error) throw new AppError(error.code, error.message, error.params);
    return answer.body as unknown;
  });
}

/** The first device of a person: it makes the keys of the account and leaves them sealed at the server. */
export async function keyDevice(url: string, person: TestPerson): Promise<KeyDevice> {
  const cipher = await testCipher();
  const account = newAccountKeys(cipher, person.userId);
  const kit = newRecoveryKit(cipher);
  const api = keyApiOf(url, person);
  await api.createAccountKeys(sealAccountKeys(cipher, account, kit.secret));
  return deviceOf(url, person, account, kit.text);
}

/** A device that has the account's keys already. */
export async function deviceOf(url: string, person: TestPerson, account: AccountKeys, kit = ''): Promise<KeyDevice> {
  const cipher = await testCipher();
  const self: KeyDevice = {
    person,
    account,
    kit,
    api: keyApiOf(url, person),
    memory: { pins: {}, epochs: {} },
    keyring: (workspaceId) => createKeyring({ cipher, workspaceId, account, server: self.api, clock: systemClock, memory: () => self.memory, remember: (memory) => void (self.memory = memory) }),
  };
  return self;
}
