/** Every mail in both languages. */
import { expect, test } from 'vitest';
import { renderMail, type MailContent } from './templates.ts';

const evil = '<img src=x onerror=alert(1)>"&\r\nBcc: victim@example.org';
const link = 'https://flows.example.org/x#secret';
const all: MailContent[] = [
  { kind: 'verify', params: { name: evil, link, code: 'secret' } },
  { kind: 'exists', params: { name: evil, link } },
  { kind: 'reset', params: { name: evil, link, code: 'secret' } },
  { kind: 'passwordChanged', params: { name: evil, link } },
  { kind: 'locked', params: { name: evil, minutes: 15, link } },
  { kind: 'suspicious', params: { name: evil, at: '2026-01-01 10:00', address: '203.0.113.9', device: evil, link } },
  ...(['passkeyAdded', 'passkeyRemoved', 'providerLinked', 'providerUnlinked', 'twoFactorOn', 'twoFactorOff', 'apiKeyMade', 'emailUndone'] as const).map((change): MailContent => ({ kind: 'security', params: { name: evil, change, detail: evil, link } })),
  { kind: 'emailAsked', params: { name: evil, newEmail: evil, link, code: 'secret' } },
  { kind: 'emailConfirm', params: { name: evil, link, code: 'secret' } },
  { kind: 'emailChanged', params: { name: evil, newEmail: evil, day: '2026-02-01', link, code: 'secret' } },
  { kind: 'emailReserved', params: { day: '2026-02-01', link } },
  { kind: 'notice', params: { name: evil, subject: evil, text: evil, link } },
  ...[true, false].map((isOver): MailContent => ({ kind: 'domainProof', params: { name: evil, domain: 'example.org', workspaceName: evil, day: '2026-02-01', isOver, link } })),
  { kind: 'deletion', params: { name: evil, day: '2026-02-01', link } },
  { kind: 'invitation', params: { workspaceName: evil, inviterName: evil, role: 'member', link, note: evil } },
];

test.each(all.flatMap((content) => (['en', 'de'] as const).map((language) => [content.kind, language, content] as const)))('%s in %s: one line of subject, nothing loaded, what people chose is text', (_, language, content) => {
  const { subject, text, html } = renderMail(content, language);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(html).not.toContain('<img');
  expect(html).not.toMatch(/src=(?!x onerror)|url\(/);
  expect(html.match(/href="([^"]*)"/g)).toEqual([`href="${link.replace(/[&<>"']/g, '')}"`]);
  expect(text).toContain(link);
  expect(html).toContain(`lang="${language}"`);
});

test('the languages differ in every mail', () => {
  // The subject of a notice is what its writer wrote.
  for (const content of all.filter(({ kind }) => kind !== 'notice')) expect(renderMail(content, 'de').subject).not.toBe(renderMail(content, 'en').subject);
});

test('German mails say "du", as the app does', () => {
  for (const content of all) expect(renderMail(content, 'de').text).not.toMatch(/\bIhnen\b|\bIhr(e[nrms]?|er)?\b|[a-zäöüß0-9,] Sie\b/);
});

test('a role is named in the language of the mail', () => {
  const invitation = (role: string): MailContent => ({ kind: 'invitation', params: { workspaceName: 'Team', inviterName: 'Ann', role, link } });
  expect(renderMail(invitation('guest'), 'en').text).toContain('“Team” as a guest.');
  expect(renderMail(invitation('viewer'), 'de').text).toContain('„Team“ ein (Rolle: Lesen).');
});
