/** QR codes: what is fixed in every code, and three codes as they were when an independent reader had read them back. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { qrCode } from './qrCode.ts';

const uri = 'otpauth://totp/UX%20Flow%20Engine:ada@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=UX%20Flow%20Engine&algorithm=SHA1&digits=6&period=30';
const digest = (cells: boolean[][]) => createHash('sha256').update(cells.map((row) => row.map(Number).join('')).join('\n')).digest('hex').slice(0, 16);

test.each([
  ['a', 21, 'e8ab680854e4019c'],
  [uri, 49, 'b07de4c8a837a008'],
  ['x'.repeat(412), 77, '1545cdf36ca5be9f'],
])('the code of %.20s… is the one that was read back', (text, size, expected) => {
  const cells = qrCode(text)!;
  expect([cells.length, digest(cells)]).toEqual([size, expected]);
});

test('three corners hold a finder, timing runs between them, and the module that is always dark is', () => {
  const cells = qrCode(uri)!;
  const last = cells.length - 1;
  for (const [x, y] of [[0, 0], [last - 6, 0], [0, last - 6]] as const) {
    const finder = Array.from({ length: 7 }, (_, row) => cells[y + row]!.slice(x, x + 7).map(Number).join(''));
    expect(finder).toEqual(['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']);
  }
  for (let at = 8; at < last - 7; at++) expect([cells[6]![at], cells[at]![6]]).toEqual([at % 2 === 0, at % 2 === 0]);
  expect(cells[cells.length - 8]![8]).toBe(true);
});

test('a text that is too long has none', () => {
  expect(qrCode('x'.repeat(413))).toBeUndefined();
});
