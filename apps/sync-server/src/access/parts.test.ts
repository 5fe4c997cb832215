/** The small parts of the access layer. */
import { expect, test } from 'vitest';
import { allowanceKeyOf } from './layer.ts';
import { countedAddress, createRateLimiter } from './rateLimiter.ts';
import { createSite } from './site.ts';

test('an allowance is used up, refills with time, and one key takes nothing from another', () => {
  let now = 0;
  const limiter = createRateLimiter({ now: () => now });
  const allowance = { burst: 2, perSecond: 0.5 };
  expect([limiter.take('a', allowance), limiter.take('a', allowance), limiter.take('a', allowance), limiter.take('b', allowance)]).toEqual([0, 0, 2, 0]);
  now = 1900;
  expect(limiter.take('a', allowance)).toBe(1);
  now = 2000;
  expect([limiter.take('a', allowance), limiter.take('a', allowance)]).toEqual([0, 2]);
});

test('everybody uses up an allowance of their own: people, keys, and who came by a link', () => {
  const link = (visitorId: string) => ({ userId: '', link: { id: 'link_1', visitorId, makerId: 'user_1', workspaceId: 'ws_1' } });
  const keys = [{ userId: 'user_1' }, { userId: 'user_1', apiKeyId: 'key_1' }, { userId: '', apiKeyId: 'key_2' }, link('visitor_1'), link('visitor_2')].map(allowanceKeyOf);
  expect(keys).toEqual(['account:user_1', 'account:user_1', 'account:key_2', 'account:visitor_1', 'account:visitor_2']);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the address %s counts as %s', (address, counted) => {
  expect(countedAddress(address)).toBe(counted);
});

test('only as many proxies are believed as were named', () => {
  const site = (hops: number) => createSite({ HOST: '127.0.0.1', TRUST_PROXY_HOPS: hops, CORS_ORIGINS: [] }, () => 1);
  expect(site(0).addressOf('10.0.0.1', '6.6.6.6')).toBe('10.0.0.1');
  expect(site(1).addressOf('10.0.0.1', '6.6.6.6, 203.0.113.9')).toBe('203.0.113.9');
  expect(site(2).addressOf('10.0.0.1', '203.0.113.9, 10.0.0.2')).toBe('203.0.113.9');
  expect(site(3).addressOf('10.0.0.1', '203.0.113.9')).toBe('203.0.113.9');
  expect(site(1).addressOf('10.0.0.1', undefined)).toBe('10.0.0.1');
});

test('over https the cookie is bound to the host', () => {
  expect(createSite({ HOST: 'x', PUBLIC_URL: 'https://flows.example.org/', TRUST_PROXY_HOPS: 0, CORS_ORIGINS: [] }, () => 1)).toMatchObject({ isHttps: true, cookieName: '__Host-uxflow' });
});
