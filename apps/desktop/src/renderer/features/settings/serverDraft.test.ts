import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinCommand, secretChanges, splitCommand } from './serverDraft.ts';

test('a command line in its parts', () => {
  expect(splitCommand('npx -y "my server" --root=/a  \'it "is"\' ""')).toEqual({ command: 'npx', args: ['-y', 'my server', '--root=/a', 'it "is"', ''] });
  expect(splitCommand('  C:\\Tools\\server.exe --x  ')).toEqual({ command: 'C:\\Tools\\server.exe', args: ['--x'] });
  expect(splitCommand('')).toEqual({ command: '', args: [] });
});

test('what was taken apart is put together again', () => {
  const part = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'Z', '-', '/', '\\', '=', ' ', '"') });
  fc.assert(fc.property(part, fc.array(part, { maxLength: 4 }), (command, args) => void expect(splitCommand(joinCommand({ command, args }))).toEqual({ command, args })));
});

test('variables and headers by line; a bare name forgets what is kept', () => {
  expect(secretChanges('A=1\n\n B_2 = x=y ', [], 'stdio')).toBe('B_2 = x=y');
  expect(secretChanges('A=1\nB_2=x=y', [], 'stdio')).toEqual({ A: '1', B_2: 'x=y' });
  expect(secretChanges('Authorization: Bearer a:b', [], 'http')).toEqual({ Authorization: 'Bearer a:b' });
  expect(secretChanges('A', ['A'], 'stdio')).toEqual({ A: null });
  expect(secretChanges('A', [], 'stdio')).toBe('A');
  expect(secretChanges('', ['A'], 'stdio')).toEqual({});
});
