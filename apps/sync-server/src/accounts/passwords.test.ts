/** Hashes, policy and the file of breached passwords. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createPasswordHasher } from './passwordHash.ts';
import { createPasswordPolicy } from './passwordPolicy.ts';

const folder = mkdtempSync(join(tmpdir(), 'uxflow-passwords-'));
afterAll(() => rmSync(folder, { recursive: true }));
const person = { email: 'ada.lovelace@example.org', name: 'Ada Lovelace' };
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();

test('a hash is Argon2id with its own salt, and only its password opens it', async () => {
  const hasher = createPasswordHasher(7168);
  const [one, two] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=7168,t=3,p=1\$/);
  expect(one).not.toBe(two);
  expect([await hasher.verify(one, 'correct horse'), await hasher.verify(one, 'correct horsf'), await hasher.verify('plain', 'plain')]).toEqual([true, false, false]);
  expect(await hasher.verify(await hasher.hash('Z\u00fcrich-Brücke-12'), 'Zu\u0308rich-Brücke-12')).toBe(true);
});

test('a hash that cost less is called weak, and still opens', async () => {
  const old = await createPasswordHasher(7168).hash('correct horse');
  const dearer = createPasswordHasher(8192);
  expect([dearer.isWeak(old), dearer.isWeak(await dearer.hash('x')), await dearer.verify(old, 'correct horse')]).toEqual([true, false, true]);
});

test('many at once wait for one another, and all come through', async () => {
  const hasher = createPasswordHasher(7168);
  const hashes = await Promise.all(Array.from({ length: 12 }, (_, n) => hasher.hash(`password ${n}`)));
  expect(await Promise.all(hashes.map((hash, n) => hasher.verify(hash, `password ${n}`)))).toEqual(Array(12).fill(true));
});

test.each(['violet-tractor-91-hums', 'dass ich gestern spät lief', 'Mein Hund frisst 3 Äpfel', '4f9d2b7c1e8a60d35b', 'summer rain on tin roofs'])('%s does', async (password) => {
  expect(await (await createPasswordPolicy()).faultOf(password, person)).toBeUndefined();
});

test('every long password of a list of common ones is refused', async () => {
  const policy = await createPasswordPolicy();
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const long = dictionary['passwords-common'].filter((one) => [...one].length >= 12);
  expect(long.length).toBeGreaterThan(300);
  const faults = await Promise.all(long.map((one) => policy.faultOf(one, person)));
  expect(long.filter((_, at) => faults[at] === undefined)).toEqual([]);
  for (const password of ['Christopher1!', 'professional2024', 'chickenwing101', '1qaz2wsx3edc', 'barcelona1899', 'dragonfly12345', 'liverpoolliverpool']) expect([password, await policy.faultOf(password, person)]).toEqual([password, expect.stringMatching(/COMMON|PATTERN/)]);
});

/** What people make of their short passwords when twelve characters are asked for, the commonest first. */
function* lengthened(list: readonly string[]): Generator<string> {
  const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
  const behind = ['1', '12', '123', '1234', '12345', '123456', '!', '1!', '123!', '01', '007', '11', '21', '22', '23', '69', '99', '00', '.', '!!', '?', '*', '1990', '1999', '2000', '2010', '2020', '2024', '2025', '2026', '2026!', '@123', '#1', '_1', '-2025'];
  const disguise = (word: string) => word.replace('a', '@').replace('o', '0').replace('e', '3');
  for (const [rank, word] of list.entries()) {
    for (const end of behind) yield* [word + end, capital(word) + end];
    if (/^[a-z]+$/.test(word)) for (const end of ['1', '123', '2025!']) yield disguise(word) + end;
    for (const front of ['1', '123', '2025', '!']) yield* [front + word, front + capital(word) + '!'];
    yield* [word + word, capital(word) + capital(word), `${word}${word}1`, `${word}1${word}1`, word.repeat(3), word.split('').reverse().join('') + '123'];
    for (const other of list.slice(0, Math.max(0, 100 - rank))) yield* [word + other, `${capital(word)}${capital(other)}1`];
  }
}

test('more than three thousand of the commonest passwords that are long enough are refused, and none of them does', async () => {
  const policy = await createPasswordPolicy();
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const list = dictionary['passwords-common'].filter((one) => one.length >= 4).slice(0, 1000);
  const fit = [...new Set(lengthened(list))].filter((one) => [...one].length >= 12);
  const faults = new Map<string, string | undefined>();
  for (const one of fit) faults.set(one, await policy.faultOf(one, { email: 'someone@example.org' }));
  expect(fit.filter((one) => faults.get(one) === undefined)).toEqual([]);
  // Those that fall to the list alone: no pattern, nothing of the person.
  expect(fit.filter((one) => faults.get(one) === 'COMMON').length).toBeGreaterThan(3000);
});

test('what holds a common word among others does', async () => {
  const policy = await createPasswordPolicy();
  for (const password of ['dragonflies at dusk', 'my dragon eats monkeys', 'sunshine-on-42-roofs', 'monkey tractor violet', 'batmanövertunnel', '1984 was a sunny year', 'qz7-summer-plough']) expect([password, await policy.faultOf(password, { email: 'someone@example.org' })]).toEqual([password, undefined]);
});

test.each([
  ['Ada.Lovelace', 'PERSONAL'],
  ['lovelace2026!', 'PERSONAL'],
  ['Password123456', 'COMMON'],
  ['summer2026!!!', 'COMMON'],
  ['abcdefghijklmnop', 'PATTERN'],
  ['1234567890123', 'PATTERN'],
  ['ööööööööööö', 'TOO_SHORT'],
])('%s does not: %s', async (password, fault) => {
  expect(await (await createPasswordPolicy()).faultOf(password, person)).toBe(fault);
});

test('a small file of breached passwords may stand in any order, with counts', async () => {
  const file = join(folder, 'small.txt');
  writeFileSync(file, [`${sha1('violet-tractor-91-hums')}:17`, sha1('another one of them').toLowerCase(), 'no hash at all', ''].join('\n'));
  const policy = await createPasswordPolicy(file);
  expect(await Promise.all(['violet-tractor-91-hums', 'another one of them', 'nobody had this one'].map((password) => policy.faultOf(password, person)))).toEqual(['BREACHED', 'BREACHED', undefined]);
});

test('a large sorted file is searched where it lies', async () => {
  const file = join(folder, 'large.txt');
  const passwords = Array.from({ length: 120_000 }, (_, n) => `breached password ${n}`);
  const lines = passwords.map(sha1).sort();
  writeFileSync(file, `${lines.join('\n')}\n`);
  const policy = await createPasswordPolicy(file);
  const first = passwords.find((one) => sha1(one) === lines[0])!;
  const last = passwords.find((one) => sha1(one) === lines.at(-1))!;
  expect(await Promise.all([first, last, passwords[777]!, 'nobody had this one'].map((password) => policy.faultOf(password, person)))).toEqual(['BREACHED', 'BREACHED', 'BREACHED', undefined]);
});

test('a file that is not there stops the start', async () => {
  await expect(createPasswordPolicy(join(folder, 'missing.txt'))).rejects.toMatchObject({ code: 'BREACHED_FILE_UNREADABLE' });
});
