import { describe, expect, it } from 'vitest';
import { hashOfRoute, routeOfHash, type Route } from './route.ts';

describe('routes', () => {
  it.each<Route>([{ page: 'flows' }, { page: 'bin' }, { page: 'flow', flowId: 'flow_1' }, { page: 'flow', flowId: 'flow_1', commentId: 'comment_1' }, { page: 'settings' }, { page: 'settings', from: 'flow_1' }, { page: 'usage' }, { page: 'usage', from: 'flow_1' }])('%o goes into the address and back', (route) => {
    expect(routeOfHash(hashOfRoute(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/flow', '#code=abc'])('%s is the list of flows', (hash) => {
    expect(routeOfHash(hash)).toEqual({ page: 'flows' });
  });
});
