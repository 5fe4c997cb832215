import { acceptance, type FlowDocument, type IntentOp, makeProposal, openDocument, rejection, SCHEMA_VERSION } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { translator } from '../../i18n/translate.ts';
import { cardFacts } from './cardFacts.ts';
import { factsText, heldReason } from './cardTexts.ts';
import { cardsAlong, titlesOf } from './effects.ts';

const node = (title: string) => ({ type: 'screen', position: { x: 0, y: 0 }, data: { title } });
const state = openDocument({ format: 'uxflow', version: SCHEMA_VERSION, id: 'flow_1', name: 'F', nodes: { a: { id: 'a', ...node('A') }, b: { id: 'b', ...node('B') } }, edges: { e: { id: 'e', source: 'a', target: 'b', data: {} } } } as unknown as FlowDocument);
const add = (id: string): IntentOp => ({ op: 'add', kind: 'node', id, value: node(id) });
const edge = (id: string, source: string, target: string): IntentOp => ({ op: 'add', kind: 'edge', id, value: { source, target, data: {} } });
const lead = (id: string, target: string): IntentOp => ({ op: 'set', kind: 'edge', id, field: 'target', to: target });
const card = (title: string, ops: IntentOp[]) => ({ title, reason: '', ops });

// A -> One -> Two -> B, and a note that hangs on Two alone.
const proposal = makeProposal(
  state,
  [card('One', [add('one'), lead('e', 'one'), edge('x', 'one', 'b')]), card('Two', [add('two'), lead('x', 'two'), edge('y', 'two', 'b')]), card('Beside', [add('three'), edge('z', 'two', 'three')]), card('Gone', [lead('nothing', 'b')])],
  { id: 'proposal_1', turnId: 'turn_1', flowId: 'flow_1', entryId: 'entry_1', createdAt: 0 },
);
const ids = proposal.cards.map(({ id }) => id);

describe('cardsAlong', () => {
  it('says what accepting will really take along', () => {
    for (const id of ids.slice(0, 3)) {
      const result = acceptance(state, proposal, [id]);
      expect(result.kind).toBe('accepted');
      expect(cardsAlong(state, proposal, 'accept', [id])).toEqual(result.kind === 'accepted' ? result.takenAlong : []);
    }
    expect(cardsAlong(state, proposal, 'accept', [ids[2]!])).toEqual([ids[0], ids[1]]);
  });

  it('says what rejecting will really take along: a splice heals, what hangs on it alone falls', () => {
    for (const id of ids) expect(cardsAlong(state, proposal, 'reject', [id]).sort()).toEqual(rejection(state, proposal, [id]).alsoRejected.sort());
    expect(cardsAlong(state, proposal, 'reject', [ids[0]!])).not.toContain(ids[1]);
  });

  it('names the cards in the order of the proposal', () => {
    expect(titlesOf(proposal.cards, [ids[1]!, ids[0]!])).toBe('One, Two');
  });
});

describe('what cards do, in numbers', () => {
  it('counts each record once, routes not at all', () => {
    expect(cardFacts(proposal.cards.slice(0, 2))).toEqual([
      { change: 'add', kind: 'node', count: 2 },
      { change: 'add', kind: 'edge', count: 2 },
      { change: 'set', kind: 'edge', count: 1 },
    ]);
    expect(cardFacts([{ ops: [{ op: 'set', kind: 'edge', id: 'e', field: 'route', from: null, to: [] }] }])).toEqual([]);
  });

  it('calls a record removed that is changed and removed', () => {
    const ops = [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: 'B' } as const, { op: 'remove', kind: 'node', id: 'a', from: {} } as const];
    expect(cardFacts([{ ops }])).toEqual([{ change: 'remove', kind: 'node', count: 1 }]);
  });

  it('speaks both languages', () => {
    expect(factsText(translator('en'), proposal.cards.slice(0, 1))).toBe('1 step new · 1 connection new · 1 connection changed');
    expect(factsText(translator('de'), proposal.cards.slice(0, 2))).toBe('2 Schritte neu · 2 Verbindungen neu · 1 Verbindung geändert');
    expect(factsText(translator('en'), [{ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: 'F', to: 'G' }] }])).toBe('flow changed');
  });

  it('gives the reason why a card is held, and of a card that needs a held one', () => {
    const held = proposal.cards[3]!;
    expect(heldReason(translator('en'), held, proposal.cards)).toBe('what it changes is not in the flow any more');
    const needing = { ...held, held: { code: 'NEEDED_CARD_HELD', params: { cardId: held.id } } };
    expect(heldReason(translator('de'), needing, proposal.cards)).toContain('„Gone“');
    expect(heldReason(translator('en'), { ...held, held: { code: 'UNHEARD_OF', params: {} } }, proposal.cards)).toBe('UNHEARD_OF');
  });
});
