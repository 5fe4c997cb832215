import { NODE_TYPES, type NodeType } from '@uxflow/core';
import { NODE_ICONS, nodeColor } from '@uxflow/ui';
import { Frame } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { isMacPlatform, shortcutText } from './keymap.ts';

/** Type under which a dragged palette entry travels. */
export const PALETTE_DRAG = 'application/x-uxflow-node';

/** Everything that can be added: a press adds it in the middle of the view, a drag where it is dropped. */
export function Palette({ onAdd, isDisabled }: { onAdd: (type: NodeType | 'frame') => void; isDisabled: boolean }) {
  const text = useText();
  const isMac = isMacPlatform(navigator.platform);
  return (
    <div className="palette" role="toolbar" aria-label={text('palette.title')} aria-orientation="vertical" data-testid="palette" onKeyDown={moveFocus}>
      {[...NODE_TYPES, 'frame' as const].map((type, index) => {
        const Icon = type === 'frame' ? Frame : NODE_ICONS[type];
        const name = type === 'frame' ? text('frame.name') : text(`node.${type}`);
        return (
          <button
            key={type}
            type="button"
            className="palette__item"
            aria-label={text('palette.add', { name })}
            data-tip={name}
            data-tip-side="right"
            data-shortcut={type === 'frame' ? undefined : shortcutText(`add.${type}`, isMac)}
            data-palette={type}
            tabIndex={index === 0 ? 0 : -1}
            disabled={isDisabled}
            draggable={!isDisabled}
            onDragStart={(event) => {
              event.dataTransfer.setData(PALETTE_DRAG, type);
              event.dataTransfer.effectAllowed = 'copy';
            }}
            onClick={() => onAdd(type)}
          >
            <Icon aria-hidden style={type === 'frame' ? undefined : { color: nodeColor(type) }} />
          </button>
        );
      })}
    </div>
  );
}

function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  items[(items.indexOf(document.activeElement as HTMLElement) + step + items.length) % items.length]?.focus();
}
