/**
 * A process that writes into a data folder until it is killed, for `crash.test.ts`: `node crashWriter.ts FOLDER SEED`. It says `ready`, waits
 * for a line, opens the folder, says `open`, and then one line for each thing that the store has acknowledged.
 */
import { readSync, writeSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { seededRandom } from '../base/id.ts';
import { silentLogger } from '../base/logger.ts';
import { canonicalJson } from '../base/canonical.ts';
import type { Proposal } from '../agents/turnSchema.ts';
import { commit } from '../flow/commit.ts';
import { foldWithEffect } from '../flow/fold.ts';
import { snapshotOf } from '../flow/snapshot.ts';
import type { LogState } from '../flow/state.ts';
import type { IntentOp, Transaction } from '../flow/transaction.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import type { NewEntry } from './logStore.ts';
import { readState } from './readState.ts';

const AUTHOR = { kind: 'user', id: 'me', name: 'Me' } as const;
const [path, seedText] = process.argv.slice(2);
const seed = Number(seedText);
const random = seededRandom(seed);
let made = 0;

say('ready');
// No line means: only load the code, so that Node's compile cache is there for the others.
if (readSync(0, Buffer.alloc(16)) === 0) process.exit(0);
const folder = await openDataFolder(path!, { logger: silentLogger, clock: systemClock });
prepare(folder);
write(folder);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** 0 <= number < limit. */
function pick(limit: number): number {
  const [a, b, c] = random(3);
  return (a! * 65_536 + b! * 256 + c!) % limit;
}

/** A flow of its own (log `own`), one that a server numbers (log `shared`), and a turn for the proposals. */
function prepare({ flows, turns, withTransaction }: DataFolder): void {
  if (flows.findFlow('flow_own')) return;
  withTransaction(() => {
    for (const id of ['own', 'shared']) {
      flows.createFlow({ flow: { id: `flow_${id}`, name: id, createdAt: 1, updatedAt: 1, nodeCount: 0, edgeCount: 0, preview: [] }, logId: id });
    }
    flows.setShared('shared', true);
    turns.saveConversation({ id: 'talk', flowId: 'flow_own', createdAt: 1 });
    turns.saveTurn({ id: 'turn', conversationId: 'talk', flowId: 'flow_own', status: 'proposed', message: 'm', language: 'en', model: 'rules', head: 0, feedback: [], fallbacks: [], seed, createdAt: 1, updatedAt: 1 });
  });
}

function write({ flows, turns, withTransaction }: DataFolder): never {
  let own = readState(flows, 'own').state;
  let shared = readState(flows, 'shared').state;
  say('open');
  for (;;) {
    const action = pick(20);
    if (action < 9) {
      const step = nextEntry(own, 'own', [randomOp(own)]);
      const no = flows.append('own', step.entry, { effect: step.effect, flow: rowOf(step.state) });
      own = step.state;
      say(`entry own ${step.entry.id} ${no}`);
    } else if (action < 11) {
      const steps = [];
      for (let i = 0; i < 8; i++) {
        const step = nextEntry(own, 'own', [randomOp(own)]);
        own = step.state;
        steps.push(step);
      }
      const numbers = flows.appendMany('own', steps.map(({ entry, effect }) => ({ ...entry, effect })), rowOf(own));
      steps.forEach(({ entry }, index) => say(`entry own ${entry.id} ${numbers[index]}`));
    } else if (action < 14) {
      const step = nextEntry(own, 'own', [randomOp(own)]);
      const proposal: Proposal = { id: `proposal_${step.entry.id}`, turnId: 'turn', flowId: 'flow_own', entryId: step.entry.id, acceptances: 0, head: own.no, cards: [], status: 'open', createdAt: 1 };
      turns.saveProposal(proposal);
      say(`proposal ${proposal.id} open`);
      withTransaction(() => {
        turns.saveProposal({ ...proposal, acceptances: 1, status: 'done' });
        flows.append('own', step.entry, { effect: step.effect, flow: rowOf(step.state) });
      });
      own = step.state;
      say(`proposal ${proposal.id} done`);
    } else if (action < 16) {
      const id = nextId('node');
      const entry = toEntry(commit(shared, { ops: [addNode(id)] }, { id: nextId('entry'), logId: 'shared', author: AUTHOR, at: 1 }));
      flows.addPending('shared', entry);
      say(`pending ${entry.id}`);
    } else if (action < 18) {
      const first = flows.listPending('shared')[0];
      if (!first) continue;
      const folded = foldWithEffect(shared, JSON.parse(Buffer.from(first.bytes).toString()) as Transaction);
      flows.acknowledge('shared', { no: shared.no + 1, id: first.id, effect: Buffer.from(canonicalJson(folded.effect)) });
      shared = folded.state;
      say(`entry shared ${first.id} ${shared.no}`);
    } else {
      const [logId, state] = action === 18 ? (['own', own] as const) : (['shared', shared] as const);
      flows.writeSnapshot(logId, { no: state.no, rules: state.rules, schema: state.schema, bytes: Buffer.from(canonicalJson(snapshotOf(state))) });
      say(`snapshot ${logId} ${state.no}`);
    }
  }
}

function nextId(prefix: string): string {
  return `${prefix}_${seed}_${++made}`;
}

function nextEntry(state: LogState, logId: string, ops: IntentOp[]): { entry: NewEntry; effect: Uint8Array; state: LogState } {
  const transaction = commit(state, { ops }, { id: nextId('entry'), logId, author: AUTHOR, at: 1 });
  const folded = foldWithEffect(state, transaction);
  return { entry: toEntry(transaction), effect: Buffer.from(canonicalJson(folded.effect)), state: folded.state };
}

function toEntry(transaction: Transaction): NewEntry {
  return { id: transaction.id, author: transaction.author, at: transaction.at, bytes: Buffer.from(canonicalJson(transaction)) };
}

function rowOf(state: LogState): { nodeCount: number; edgeCount: number } {
  return { nodeCount: state.node.size, edgeCount: state.edge.size };
}

function randomOp(state: LogState): IntentOp {
  const ids = [...state.node.keys()];
  const id = ids[pick(Math.max(1, ids.length))];
  const action = pick(10);
  if (id === undefined || action < 4) return addNode(nextId('node'));
  if (action < 6) return { op: 'set', kind: 'node', id, field: 'data.title', to: `Title ${seed} ${++made}` };
  if (action < 8) return { op: 'set', kind: 'node', id, field: 'position', to: { x: pick(9000), y: ++made } };
  if (action === 8) return { op: 'add', kind: 'edge', id: nextId('edge'), value: { source: id, target: ids[pick(ids.length)]!, data: {} } };
  return { op: 'remove', kind: 'node', id };
}

/** Now and then a node with a text that does not shrink, so that snapshots grow and take their time. */
function addNode(id: string): IntentOp {
  const description = pick(4) === 0 ? { description: Buffer.from(random(1500)).toString('base64') } : {};
  return { op: 'add', kind: 'node', id, value: { type: 'screen', position: { x: pick(9000), y: pick(9000) }, data: { title: `Node ${id}`, ...description } } };
}
