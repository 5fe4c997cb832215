import { describe, expect, it } from 'vitest';
import { english } from '../../i18n/english.ts';
import { commandOf, keysOf, SHORTCUTS, shortcutText } from './keymap.ts';

const press = (key: string, more: Partial<Parameters<typeof commandOf>[0]> = {}) => commandOf({ key, metaKey: false, ctrlKey: false, shiftKey: false, altKey: false, ...more });

describe('shortcuts', () => {
  it('mean the same with ⌘ and with Ctrl', () => {
    expect([press('z', { metaKey: true }), press('z', { ctrlKey: true })]).toEqual(['undo', 'undo']);
    expect([press('Z', { metaKey: true, shiftKey: true }), press('y', { ctrlKey: true })]).toEqual(['redo', 'redo']);
  });

  it('add nodes by a digit and leave plain letters alone', () => {
    expect(press('3')).toBe('add.screen');
    expect(press('q')).toBeUndefined();
    expect(press('c')).toBeUndefined();
  });

  it('know the question mark of every keyboard layout', () => {
    expect([press('?'), press('?', { shiftKey: true })]).toEqual(['help', 'help']);
  });

  it('are never bound twice', () => {
    const keys = SHORTCUTS.map(({ key, mod, shift, alt }) => `${key}:${!!mod}:${!!shift}:${!!alt}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('have a name for every command in the texts', () => {
    for (const { command } of SHORTCUTS) {
      const key = command.startsWith('add.') ? `node.${command.slice(4)}` : ['undo', 'redo', 'delete'].includes(command) ? command : `command.${command}`;
      expect(english).toHaveProperty([key]);
    }
  });

  it('are written as the platform writes them', () => {
    expect(shortcutText('redo', true)).toBe('⌘⇧Z');
    expect(shortcutText('redo', false)).toBe('Ctrl+Shift+Z');
    expect(keysOf(SHORTCUTS.find(({ command }) => command === 'fit')!, false)).toEqual(['⇧1']);
  });
});
