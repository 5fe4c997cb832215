import { expect, test } from 'vitest';
import { isAllowedNavigation, isExternalLink, isTrustedSender, PAGE_URL } from './guards.ts';

test('only the own page in the top frame may ask main', () => {
  const page = { url: `${PAGE_URL}#/flows` };
  expect(isTrustedSender(page, page)).toBe(true);
  expect(isTrustedSender({ url: PAGE_URL }, page)).toBe(false);
  expect(isTrustedSender(null, page)).toBe(false);
  const foreign = { url: 'https://evil.example/' };
  expect(isTrustedSender(foreign, foreign)).toBe(false);
});

test.each(['https://evil.example/', 'file:///etc/passwd', 'uxflow://other/', 'uxflow://app/index.html?x', 'javascript:alert(1)', ''])('no navigation to %s', (url) => {
  expect(isAllowedNavigation(url)).toBe(false);
});

test('links go to the browser only when they are of the web or mail', () => {
  expect(['https://a.example', 'http://a.example', 'mailto:a@b.example'].every(isExternalLink)).toBe(true);
  expect(['file:///etc/passwd', 'javascript:alert(1)', 'vscode://x', 'smb://x', 'data:text/html,x', 'no url'].some(isExternalLink)).toBe(false);
});
