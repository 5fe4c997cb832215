import { expect, it } from 'vitest';
import { openDocument } from '../flow/index.ts';
import { previewCalls } from './previewCalls.ts';

const blank = openDocument({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Shop', nodes: {}, edges: {} } as never);
const shop = openDocument({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Shop', nodes: { node_1: { id: 'node_1', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart' } } }, edges: {} } as never);
const agents = (message: string, state = shop, hasImage = false) => previewCalls(message, state, hasImage).map(({ agent }) => agent);

it('follows the way that a message takes', () => {
  expect(agents('Login with email and password; if the password is wrong show an error, otherwise the dashboard', blank)).toEqual(['planner', 'architect']);
  expect(agents('rename Cart to Basket')).toEqual(['architect']);
  expect(agents('How should I name the buttons?')).toEqual(['uxExpert']);
  expect(agents('Hello')).toEqual([]);
  expect(agents('', shop, true)).toEqual(['visualInterpreter']);
});

it('renders the very prompts, what is on the flow among them', () => {
  const [call] = previewCalls('rename Cart to Basket', shop);
  expect(call!.request.system.length).toBeGreaterThan(500);
  expect(call!.request.messages[0]!.content).toContain('node_1 screen "Cart"');
  expect(call!.request.messages[0]!.content).toContain('rename Cart to Basket');
  expect(previewCalls('', shop, true)[0]!.request.images).toHaveLength(1);
});
