import { NODE_TYPES, type NodeType } from '@uxflow/core';
import { NODE_ICONS, type MenuEntry } from '@uxflow/ui';
import { AlignCenterHorizontal, AlignCenterVertical, AlignEndHorizontal, AlignEndVertical, AlignHorizontalSpaceBetween, AlignStartHorizontal, AlignStartVertical, AlignVerticalSpaceBetween, BoxSelect, ClipboardPaste, Copy, CopyPlus, Lock, Maximize, MessageSquare, Pencil, Pin, Scissors, Sparkles, Trash2, type LucideIcon } from 'lucide-react';
import type { Translate } from '../../i18n/translate.ts';
import type { FlowServices } from '../../store/flowServices.ts';
import type { EditorCommands } from './commands.ts';
import { ALIGNMENTS, type Alignment } from './intents.ts';
import { isMacPlatform, shortcutText, type Command } from './keymap.ts';

export const ALIGN_ICONS: Readonly<Record<Alignment, LucideIcon>> = {
  left: AlignStartVertical,
  center: AlignCenterVertical,
  right: AlignEndVertical,
  top: AlignStartHorizontal,
  middle: AlignCenterHorizontal,
  bottom: AlignEndHorizontal,
  spreadAcross: AlignHorizontalSpaceBetween,
  spreadDown: AlignVerticalSpaceBetween,
};

export interface CanvasMenuInput {
  text: Translate;
  flow: FlowServices;
  commands: EditorCommands;
  /** Id of the record under the pointer. */
  on?: string | undefined;
  addAt: (type: NodeType | 'frame') => void;
  isReadOnly: boolean;
}

/** The entries of the context menu: of the empty canvas, of one record, or of several. */
export function canvasMenu({ text, flow, commands, on, addAt, isReadOnly }: CanvasMenuInput): MenuEntry[] {
  const isMac = isMacPlatform(navigator.platform);
  const item = (command: Command, label: string, Icon: LucideIcon, extra: { isDanger?: boolean } = {}): MenuEntry => ({
    label,
    icon: <Icon />,
    shortcut: shortcutText(command, isMac),
    isDisabled: (isReadOnly && !['copy', 'fit', 'selectAll'].includes(command)) || !commands.can(command),
    onChoose: () => commands.run(command),
    ...extra,
  });
  const view = flow.ghosts.getState().view;
  const selected = [...flow.editor.getState().selected];
  if (!on && selected.length === 0) {
    return [
      { kind: 'heading', label: text('menu.addHere') },
      ...(isReadOnly ? [] : newNodeMenu(text, addAt)),
      { kind: 'line' },
      item('paste', text('command.paste'), ClipboardPaste),
      item('selectAll', text('command.selectAll'), BoxSelect),
      item('tidy', text('command.tidy'), Sparkles),
      item('fit', text('command.fit'), Maximize),
    ];
  }
  const node = on ? view.node.get(on) : undefined;
  const nodes = selected.flatMap((id) => view.node.get(id) ?? []);
  const switchField = (field: 'pinned' | 'locked') => {
    const isOn = nodes.every((each) => each[field]);
    flow.dispatch({ ops: nodes.filter((each) => !!each[field] === isOn).map((each) => ({ op: 'set', kind: 'node', id: each.id, field, to: isOn ? null : true })) });
  };
  return [
    ...(selected.length === 1 ? [item('editTitle', view.edge.has(selected[0]!) ? text('command.editLabel') : text('command.editTitle'), Pencil)] : []),
    ...(node && selected.length === 1 ? [item('editDescription', text('command.editDescription'), Pencil)] : []),
    ...(nodes.length > 0 ? [item('frame', text('command.frame'), BoxSelect)] : []),
    { label: text('command.comment'), icon: <MessageSquare />, shortcut: shortcutText('comment', isMac), isDisabled: isReadOnly, onChoose: () => commands.run('comment') },
    ...(nodes.length > 0
      ? [
          { label: text('field.pinned'), icon: <Pin />, isChecked: nodes.every((each) => each.pinned), isDisabled: isReadOnly, onChoose: () => switchField('pinned') },
          { label: text('field.locked'), icon: <Lock />, isChecked: nodes.every((each) => each.locked), isDisabled: isReadOnly, onChoose: () => switchField('locked') },
        ]
      : []),
    { kind: 'line' },
    item('cut', text('command.cut'), Scissors),
    item('copy', text('command.copy'), Copy),
    item('paste', text('command.paste'), ClipboardPaste),
    item('duplicate', text('command.duplicate'), CopyPlus),
    ...(nodes.length > 1
      ? [{ kind: 'line' } as const, { kind: 'heading', label: text('align.heading') } as const, ...ALIGNMENTS.map((alignment) => item(`align.${alignment}`, text(`align.${alignment}`), ALIGN_ICONS[alignment]))]
      : []),
    { kind: 'line' },
    item('delete', text('delete'), Trash2, { isDanger: true }),
  ];
}

/** One entry for every type of node, and one for a frame. */
export function newNodeMenu(text: Translate, addAt: (type: NodeType | 'frame') => void): MenuEntry[] {
  return NODE_TYPES.map((type): MenuEntry => {
    const Icon = NODE_ICONS[type];
    return { label: text(`node.${type}`), icon: <Icon style={{ color: `var(--node-${type})` }} />, onChoose: () => addAt(type) };
  });
}
