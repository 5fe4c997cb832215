import { IconButton, MenuButton } from '@uxflow/ui';
import { useStore } from '@xyflow/react';
import { CircleHelp, Grid3x3, Map as MapIcon, Maximize, Minus, Plus } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { useSettings } from '../../store/services.ts';
import type { CanvasInstance, EditorCommands } from './commands.ts';
import { isMacPlatform, shortcutText } from './keymap.ts';

const STEPS = [0.1, 0.25, 0.5, 1, 2, 4];

/** Zoom, fit, grid, mini-map and help. */
export function ViewControls({ commands, canvas }: { commands: EditorCommands; canvas: () => CanvasInstance | null }) {
  const text = useText();
  const { settings } = useSettings();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const isMac = isMacPlatform(navigator.platform);
  return (
    <div className="view-controls" role="toolbar" aria-label={text('view.title')}>
      <IconButton label={text('command.zoomOut')} shortcut={shortcutText('zoomOut', isMac)} icon={<Minus />} size="small" disabled={percent <= 10} onClick={() => commands.run('zoomOut')} />
      <MenuButton label={text('view.zoom')} entries={STEPS.map((zoom) => ({ label: `${zoom * 100} %`, isChecked: percent === zoom * 100, onChoose: () => void canvas()?.zoomTo(zoom, { duration: 160 }) }))}>
        {(open, isOpen) => (
          <button type="button" className="view-controls__zoom" aria-label={text('view.zoomIs', { percent })} aria-haspopup="menu" aria-expanded={isOpen} onClick={open} data-testid="zoom">
            {percent} %
          </button>
        )}
      </MenuButton>
      <IconButton label={text('command.zoomIn')} shortcut={shortcutText('zoomIn', isMac)} icon={<Plus />} size="small" disabled={percent >= 400} onClick={() => commands.run('zoomIn')} />
      <IconButton label={text('command.fit')} shortcut={shortcutText('fit', isMac)} icon={<Maximize />} size="small" onClick={() => commands.run('fit')} />
      <span className="view-controls__line" />
      <IconButton label={text('view.snap')} shortcut={shortcutText('snap', isMac)} icon={<Grid3x3 />} size="small" pressed={settings.snapToGrid} onClick={() => commands.run('snap')} />
      <IconButton label={text('view.minimap')} icon={<MapIcon />} size="small" pressed={settings.showMinimap} onClick={() => commands.run('minimap')} />
      <IconButton label={text('command.help')} shortcut="?" icon={<CircleHelp />} size="small" onClick={() => commands.run('help')} />
    </div>
  );
}
