import { NODE_TYPES, type NodeType } from '@uxflow/core';
import type { Alignment } from './intents.ts';

export type Command =
  | 'undo' | 'redo' | 'copy' | 'cut' | 'paste' | 'duplicate' | 'delete' | 'selectAll' | 'escape' | 'editTitle' | 'editDescription'
  | 'zoomIn' | 'zoomOut' | 'zoomActual' | 'fit' | 'find' | 'help' | 'tidy' | 'frame' | 'chat' | 'panel' | 'snap' | 'minimap' | 'comment'
  | `align.${Alignment}` | `add.${NodeType}`;

/** A shortcut: `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export interface Shortcut {
  command: Command;
  key: string;
  mod?: boolean;
  shift?: boolean;
  alt?: boolean;
}

/** Every shortcut of the editor, in the order of the help overlay; of two for one command the first is shown. */
export const SHORTCUTS: readonly Shortcut[] = [
  { command: 'undo', key: 'z', mod: true },
  { command: 'redo', key: 'z', mod: true, shift: true },
  { command: 'redo', key: 'y', mod: true },
  { command: 'cut', key: 'x', mod: true },
  { command: 'copy', key: 'c', mod: true },
  { command: 'paste', key: 'v', mod: true },
  { command: 'duplicate', key: 'd', mod: true },
  { command: 'delete', key: 'Delete' },
  { command: 'delete', key: 'Backspace' },
  { command: 'selectAll', key: 'a', mod: true },
  { command: 'escape', key: 'Escape' },
  { command: 'editTitle', key: 'F2' },
  { command: 'editTitle', key: 'Enter' },
  { command: 'editDescription', key: 'Enter', shift: true },
  { command: 'frame', key: 'g', mod: true },
  { command: 'comment', key: 'm', mod: true, alt: true },
  { command: 'tidy', key: 'l', mod: true },
  { command: 'find', key: 'f', mod: true },
  { command: 'zoomIn', key: '=', mod: true },
  { command: 'zoomIn', key: '+', mod: true },
  { command: 'zoomOut', key: '-', mod: true },
  { command: 'zoomActual', key: '0', mod: true },
  { command: 'fit', key: '!', shift: true },
  { command: 'fit', key: '1', shift: true },
  { command: 'snap', key: "'", mod: true },
  { command: 'chat', key: 'j', mod: true },
  { command: 'panel', key: '\\', mod: true },
  { command: 'help', key: '?' },
  { command: 'help', key: '?', shift: true },
  ...NODE_TYPES.slice(0, 9).map((type, index): Shortcut => ({ command: `add.${type}`, key: String(index + 1) })),
  { command: 'add.note', key: 'n' },
];

export interface PressedKey {
  key: string;
  metaKey: boolean;
  ctrlKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The command of a key press, or undefined. */
export function commandOf(event: PressedKey): Command | undefined {
  const mod = event.metaKey || event.ctrlKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return SHORTCUTS.find((shortcut) => shortcut.key === key && !!shortcut.mod === mod && !!shortcut.shift === event.shiftKey && !!shortcut.alt === event.altKey)?.command;
}

/** How a shortcut is written: `⌘⇧Z` on a Mac, `Ctrl+Shift+Z` elsewhere. Empty when the command has none. */
export function shortcutText(command: Command, isMac: boolean): string {
  const shortcut = SHORTCUTS.find((each) => each.command === command);
  return shortcut ? keysOf(shortcut, isMac).join(isMac ? '' : '+') : '';
}

/** The keys of a shortcut, one by one, as they stand on the keyboard. */
export function keysOf(shortcut: Shortcut, isMac: boolean): string[] {
  const name = KEY_NAMES[shortcut.key] ?? (shortcut.key.length === 1 ? shortcut.key.toUpperCase() : shortcut.key);
  return [...(shortcut.mod ? [isMac ? '⌘' : 'Ctrl'] : []), ...(shortcut.alt ? [isMac ? '⌥' : 'Alt'] : []), ...(shortcut.shift && shortcut.key !== '!' && shortcut.key !== '?' ? [isMac ? '⇧' : 'Shift'] : []), name];
}

/** True on a Mac. */
export function isMacPlatform(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

const KEY_NAMES: Readonly<Record<string, string>> = { Delete: 'Del', Backspace: '⌫', Escape: 'Esc', Enter: '↵', '!': '⇧1' };
