import { Dialog, Key } from '@uxflow/ui';
import { useText } from '../../i18n/TextContext.tsx';
import type { TextKey } from '../../i18n/english.ts';
import { isMacPlatform, keysOf, SHORTCUTS, type Command } from './keymap.ts';

const GROUPS: readonly { title: TextKey; commands: readonly Command[] }[] = [
  { title: 'help.edit', commands: ['undo', 'redo', 'cut', 'copy', 'paste', 'duplicate', 'delete', 'editTitle', 'editDescription', 'frame', 'comment'] },
  { title: 'help.view', commands: ['zoomIn', 'zoomOut', 'zoomActual', 'fit', 'find', 'tidy', 'snap', 'chat', 'panel', 'selectAll', 'escape', 'help'] },
  { title: 'help.add', commands: ['add.start', 'add.end', 'add.screen', 'add.popup', 'add.action', 'add.apiCall', 'add.decision', 'add.condition', 'add.subflow', 'add.note'] },
];

/** Every shortcut of the editor, and what the pointer can do. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const isMac = isMacPlatform(navigator.platform);
  return (
    <Dialog title={text('command.help')} closeLabel={text('close')} isWide onClose={onClose}>
      <div className="help" data-testid="help">
        {GROUPS.map((group) => (
          <section key={String(group.title)}>
            <h3>{text(group.title)}</h3>
            <dl>
              {group.commands.map((command) => (
                <div key={command}>
                  <dt>{commandName(text, command)}</dt>
                  <dd>
                    {keysOf(SHORTCUTS.find((shortcut) => shortcut.command === command)!, isMac).map((key) => (
                      <Key key={key}>{key}</Key>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{text('help.pointer')}</h3>
          <dl>
            {(['help.marquee', 'help.pan', 'help.zoom', 'help.connect', 'help.inline', 'help.add.double'] as const).map((key) => (
              <div key={key}>
                <dt>{text(key)}</dt>
                <dd>{text(`${key}.how`)}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}

/** The name of a command as menus and help say it. */
export function commandName(text: ReturnType<typeof useText>, command: Command): string {
  if (command.startsWith('add.')) return text(`node.${command.slice(4)}` as TextKey);
  if (command.startsWith('align.')) return text(command as TextKey);
  if (command === 'undo' || command === 'redo' || command === 'delete') return text(command);
  return text(`command.${command}` as TextKey);
}
