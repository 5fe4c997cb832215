import { expect, it } from 'vitest';
import { hostEntryOf, hostOf, isLocalAddress, isRefusedLocally } from './hosts.ts';

it.each([
  ['llm.example.com', 'llm.example.com'],
  [' LLM.Example.com:8080 ', 'llm.example.com:8080'],
  ['https://llm.example.com/v1?x=1', 'llm.example.com'],
  ['http://10.0.0.7:80/v1', '10.0.0.7:80'],
  ['nas', 'nas'],
  ['[fd00::1]:8080', '[fd00::1]:8080'],
])('%s is the entry %s', (text, entry) => expect(hostEntryOf(text)).toBe(entry));

it.each(['', 'not a host!', 'a b', 'user@host', 'host:0', 'host:70000', 'fd00::1', 'host:', '-x', '*.example.com'])('%s is no machine', (text) => expect(hostEntryOf(text)).toBeNull());

it('an entry lets its machine through when local-only is on', () => {
  const address = 'https://llm.example.com/v1';
  expect(isRefusedLocally(address, [])).toBe(true);
  expect(isRefusedLocally(address, [hostEntryOf(address)!])).toBe(false);
  expect(isRefusedLocally(address, ['llm.example.com:8080'])).toBe(true);
  expect(isRefusedLocally('http://127.0.0.1:1234/v1', [])).toBe(false);
});

it('tells this computer from others', () => {
  expect(['http://localhost:1', 'http://127.0.0.1', 'http://[::1]:3/v1'].every(isLocalAddress)).toBe(true);
  expect(['http://localhost.example.com', 'http://10.0.0.1', 'nonsense'].some(isLocalAddress)).toBe(false);
  expect(hostOf('https://api.openai.com/v1')).toBe('api.openai.com');
  expect(hostOf('nonsense')).toBe('nonsense');
});
