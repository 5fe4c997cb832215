import { expect, test } from 'vitest';
import type { IntentOp } from '../../flow/index.ts';
import type { Card, Proposal } from '../turnSchema.ts';
import { decisionOn, decisionOnPlan } from './editShare.ts';

const add = (id: string, title: string, x = 0) => ({ op: 'add', kind: 'node', id, value: { type: 'screen', position: { x, y: 0 }, data: { title } } }) as const;
const card = (id: string, ops: readonly object[], change: Partial<Card> = {}): Card => ({ id, title: id, reason: '', ops: ops as Card['ops'], status: 'accepted', fit: 'fits', needs: [], edited: false, ...change });
const proposal = (...cards: Card[]): Pick<Proposal, 'cards'> => ({ cards });
const designed = [add('a', 'Login'), add('b', 'Home'), add('c', 'News'), add('d', 'Help')] as unknown as IntentOp[];

test('nothing is known while a card is open', () => {
  expect(decisionOn(proposal(card('1', [add('a', 'Login')]), card('2', [add('b', 'Home')], { status: 'open' })), designed)).toBeUndefined();
  expect(decisionOn(proposal(), designed)).toBeUndefined();
});

test('accepted as it is, rejected, and what lies between by how much was changed', () => {
  const [first, second] = [[add('a', 'Login'), add('b', 'Home')], [add('c', 'News'), add('d', 'Help')]];
  expect(decisionOn(proposal(card('1', first), card('2', second)), designed)).toEqual({ kind: 'accepted' });
  expect(decisionOn(proposal(card('1', first, { status: 'rejected' }), card('2', second, { status: 'rejected' })), designed)).toEqual({ kind: 'rejected' });
  expect(decisionOn(proposal(card('1', first), card('2', second, { status: 'rejected' })), designed)).toEqual({ kind: 'acceptedEdited', share: 0.5 });
  expect(decisionOn(proposal(card('1', first), card('2', [add('c', 'Offers'), add('d', 'Help')], { edited: true })), designed)).toEqual({ kind: 'acceptedEdited', share: 0.25 });
});

test('a ghost that was moved is hardly an edit, one that was taken out is one', () => {
  const moved = decisionOn(proposal(card('1', [add('a', 'Login', 400), add('b', 'Home'), add('c', 'News'), add('d', 'Help')], { edited: true })), designed);
  expect(moved).toMatchObject({ kind: 'acceptedEdited' });
  expect((moved as { share: number }).share).toBeLessThan(0.03);
  expect(decisionOn(proposal(card('1', [add('a', 'Login'), add('b', 'Home'), add('c', 'News')], { edited: true })), designed)).toEqual({ kind: 'acceptedEdited', share: 0.25 });
});

test('a plan is edited by the steps that did not stay', () => {
  const plan = (...tasks: string[]) => ({ steps: tasks.map((task, index) => ({ id: `${index}`, task, reasoning: '' })), assumptions: [] });
  const made = plan('a', 'b', 'c', 'd');
  expect(decisionOnPlan(made, plan('a', 'b', 'c', 'd'))).toEqual({ kind: 'accepted' });
  expect(decisionOnPlan(made, plan('a', 'b', 'd'))).toEqual({ kind: 'acceptedEdited', share: 0.25 });
  expect(decisionOnPlan(made, plan('x'))).toEqual({ kind: 'acceptedEdited', share: 1 });
  expect(decisionOnPlan(made, plan('b', 'a', 'c', 'd'))).toEqual({ kind: 'acceptedEdited', share: 0.25 });
});
