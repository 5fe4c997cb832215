import { useEffect } from 'react';
import type { EditorCommands } from './commands.ts';
import { commandOf, type Command } from './keymap.ts';

/** Runs the editor's commands by keyboard, and copies and pastes through the system's clipboard. */
export function useKeyboard(commands: EditorCommands): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // A dialog has the keys, also while what had the focus in it was disabled: Escape closes it then.
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const command = commandOf(event);
      if (isTyping(event.target) && !(command && ALWAYS.has(command))) return;
      // Copy, cut and paste come as events of their own, with the clipboard in hand.
      if (!command || command === 'copy' || command === 'cut' || command === 'paste') return;
      if (event.key === 'Enter' && isControl(event.target)) return;
      if (commands.run(command)) event.preventDefault();
    };
    const onCopy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || hasTextSelection()) return;
      const text = commands.copyText();
      if (text === null || !event.clipboardData) return;
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
      if (event.type === 'cut') commands.run('delete');
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      if (commands.pasteText(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      removeEventListener('keydown', onKeyDown);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [commands]);
}

/** Commands that have nothing to do with text, so that they work while one is typed. */
const ALWAYS: ReadonlySet<Command> = new Set(['chat', 'panel', 'find']);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('dialog, .menu') !== null);
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary, [role=tab]') !== null;
}

function hasTextSelection(): boolean {
  const selection = getSelection();
  return !!selection && !selection.isCollapsed && selection.toString().length > 0;
}
