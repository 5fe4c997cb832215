import { IconButton } from '@uxflow/ui';
import { BoxSelect, CopyPlus, Trash2 } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { useEditor, useGhosts } from '../../store/flowServices.ts';
import { ALIGN_ICONS } from './canvasMenu.tsx';
import type { EditorCommands } from './commands.ts';
import { ALIGNMENTS } from './intents.ts';
import { isMacPlatform, shortcutText } from './keymap.ts';

/** What can be done with several chosen nodes: align, spread, frame, duplicate, delete. */
export function SelectionBar({ commands }: { commands: EditorCommands }) {
  const text = useText();
  const selected = useEditor((state) => state.selected);
  const { view } = useGhosts();
  const nodes = [...selected].filter((id) => view.node.has(id)).length;
  if (nodes < 2) return null;
  const isMac = isMacPlatform(navigator.platform);
  return (
    <div className="selection-bar" role="toolbar" aria-label={text('selection.title', { count: nodes })} data-testid="selection-bar">
      <span className="selection-bar__count">{text('selection.count', { count: nodes })}</span>
      {ALIGNMENTS.map((alignment) => {
        const Icon = ALIGN_ICONS[alignment];
        const isSpread = alignment.startsWith('spread');
        return <IconButton key={alignment} size="small" label={text(`align.${alignment}`)} icon={<Icon />} disabled={isSpread && nodes < 3} onClick={() => commands.run(`align.${alignment}`)} />;
      })}
      <span className="view-controls__line" />
      <IconButton size="small" label={text('command.frame')} shortcut={shortcutText('frame', isMac)} icon={<BoxSelect />} onClick={() => commands.run('frame')} />
      <IconButton size="small" label={text('command.duplicate')} shortcut={shortcutText('duplicate', isMac)} icon={<CopyPlus />} onClick={() => commands.run('duplicate')} />
      <IconButton size="small" label={text('delete')} shortcut={shortcutText('delete', isMac)} icon={<Trash2 />} variant="danger" onClick={() => commands.run('delete')} />
    </div>
  );
}
