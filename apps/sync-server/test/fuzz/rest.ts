/** When the devices of a history have come to rest. */
import { until, type Device } from '../testDevice.ts';
import type { Promises } from './promises.ts';

/** A device of somebody. */
export interface Resting {
  name: string;
  device: Device;
}

export interface Rest {
  /** Where the log stands in the database. */
  head(): Promise<number>;
  promises: Promises;
  /** ms that devices may take, by `now`: while there is no server nobody comes to rest. */
  settleMs: number;
  now(): number;
}

/** True when nothing is on its way: all is answered, or this person only reads, or their program is too old for the log. */
export function isAnswered({ device }: Resting): boolean {
  const { state, reason, scope } = device.open.status();
  return state === 'synced' || (state === 'sending' && scope === null) || (state === 'stopped' && reason?.code === 'LOG_VERSION_UNKNOWN');
}

/** Waits until somebody is there, with all that the log has. */
export async function atRest(person: Resting, what: string, isThere: () => boolean, { head, promises, settleMs, now }: Rest): Promise<void> {
  const check = async () => {
    promises.check();
    choose(person);
    if (!isThere()) return false;
    return person.device.open.status().state === 'stopped' || person.device.replica.confirmed.no === (await head());
  };
  await until(what, check, settleMs, now).catch((error: unknown) => {
    throw new Error(`did not come to rest: ${standOf(person)}; ${String(error)}`);
  });
}

/**
 * Brings everybody to the same number, and gives it. Who was done early may lack what others brought since, and a line that was cut may
 * still hold what its device, which is new since, knows nothing of: the server reads that late, and it counts.
 */
export async function meet(people: readonly Resting[], { head, promises, settleMs, now }: Rest): Promise<number> {
  let no = -1;
  const isMet = async () => {
    promises.check();
    for (const person of people) choose(person);
    no = await head();
    return people.every(({ device }) => device.open.status().state === 'synced' && device.replica.confirmed.no === no);
  };
  await until('everybody at the same number', isMet, settleMs, now).catch((error: unknown) => {
    throw new Error(`did not come to rest: the log stands at ${no}, ${people.map(standOf).join(', ')}; ${String(error)}`);
  });
  return no;
}

/** Long backlogs ask their person, who says yes. */
function choose({ device: { open } }: Resting): void {
  if (open.status().state === 'choosing') open.log.pushBacklog();
}

const standOf = ({ name, device }: Resting) => `${name} at ${device.replica.confirmed.no} ${JSON.stringify(device.open.status())}`;
