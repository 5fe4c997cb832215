/** How somebody enters a log: from the number that they have, or from a snapshot where theirs is not ours (rule 14). */
import type { ClientMessage } from '@uxflow/core/protocol';
import type { Principal } from './access.ts';
import type { Connection } from './connection.ts';
import type { HubParts } from './hubParts.ts';
import type { LogHead } from './logTables.ts';
import type { Presence } from './presence.ts';
import { Room, type Subscription } from './room.ts';
import type { Snapshots } from './snapshots.ts';

/** Logs that one connection may have open. */
const MAX_LOGS = 200;

type Join = Extract<ClientMessage, { type: 'join' }>;

/** The answer to `join`. */
export function createJoiner({ access, tables, rooms, pump, leave, snapshots, presence }: HubParts & { snapshots: Snapshots; presence: Presence }) {
  return async function join(connection: Connection, principal: Principal, message: Join): Promise<void> {
    const earlier = connection.logs.get(message.log);
    if (earlier) leave(earlier);
    if (connection.logs.size >= MAX_LOGS) return connection.tell({ type: 'ended', log: message.log, code: 'TOO_MANY_LOGS', params: { limit: MAX_LOGS } });
    let room = rooms.get(message.log);
    if (!room) rooms.set(message.log, (room = new Room(message.log, 0, tables, pump)));
    const member: Subscription = { connection, room, sentNo: message.no, isBusy: true, scope: null, isIn: false, own: undefined, isStale: false };
    // From here on own pushes are taken; what is committed meanwhile is sent when this is done.
    room.members.add(member);
    connection.logs.set(room.id, member);
    try {
      let [role, log] = await Promise.all([access.roleOf(principal, room.id), tables.findLog(room.id)]);
      while (member.isStale && room.members.has(member)) {
        member.isStale = false;
        [role, log] = await Promise.all([access.roleOf(principal, room.id), tables.findLog(room.id)]);
      }
      if (!room.members.has(member)) return;
      // One answer for both: whether a log exists is nothing that strangers learn.
      if (!role || !log) return leave(member, 'LOG_NOT_FOUND');
      member.scope = role.scope;
      member.isIn = true;
      if (await enter(member, message, log)) {
        presence.welcome(member);
        snapshots.consider(room);
      }
    } catch (error) {
      if (room.members.has(member)) leave(member);
      throw error;
    } finally {
      member.isBusy = false;
    }
    if (room.members.has(member)) pump(member);
  };

  /** Says where the log stands and what to start from; false when there is nothing to start from yet. */
  async function enter(member: Subscription, { no, chain }: Join, log: LogHead): Promise<boolean> {
    const { connection, room } = member;
    const isFresh = no === 0 && chain === '';
    const ours = await tables.chainAt(log, no);
    const state = isFresh || ours !== chain ? await snapshots.find(room) : undefined;
    if (!room.members.has(member) || !connection.isOpen) return false;
    if (ours !== chain && !state && log.baseNo > 0) {
      leave(member, 'LOG_NOT_READY');
      return false;
    }
    room.raise(log.no);
    room.see(log);
    const reset = ours !== chain && !isFresh;
    connection.tell({ type: 'joined', log: log.id, no: log.no, base: log.baseNo, scope: member.scope, epoch: log.epoch, reset });
    if (reset) connection.tell({ type: 'reset', log: log.id, reason: no > log.no ? 'AHEAD_OF_SERVER' : no < log.baseNo ? 'BEFORE_BASE' : 'CHAIN_DIFFERS', state: state !== undefined });
    if (state) connection.send(state.frame);
    member.sentNo = state?.no ?? (ours === chain ? no : 0);
    return true;
  }
}
