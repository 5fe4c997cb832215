import type { IntentOp, NodeType, Point } from '@uxflow/core';
import { flushDrafts } from '@uxflow/ui';
import type { ReactFlowInstance } from '@xyflow/react';
import type { Translate } from '../../i18n/translate.ts';
import type { FlowServices } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import type { Services } from '../../store/services.ts';
import { clipOf, clipText, paste, readClip, type Clip } from './clipboard.ts';
import { addFrame, addNode, align, connect, frameAround, freeMiddle, remove, type Alignment, type Docking } from './intents.ts';
import { FIT_PADDING } from '../../store/keptViewport.ts';
import type { Command } from './keymap.ts';

export type CanvasInstance = Pick<ReactFlowInstance, 'screenToFlowPosition' | 'fitView' | 'zoomIn' | 'zoomOut' | 'zoomTo' | 'getViewport' | 'setViewport' | 'setCenter'>;

export interface EditorCommands {
  /** Carries a command out; false when it has nothing to do here. */
  run(command: Command): boolean;
  /** True when the command would do something now. */
  can(command: Command): boolean;
  /** Adds a node (or a frame) in the middle of what is in sight, or the nearest free place to it. */
  addFreely(type: NodeType | 'frame'): void;
  /** Adds a node (or a frame) with its middle at a point of the canvas, and begins to edit its title. */
  addAt(type: NodeType | 'frame', middle: Point, from?: Docking): void;
  pasteText(text: string): boolean;
  /** The selection as clipboard text; null when nothing can be copied. */
  copyText(): string | null;
  /** Where the pointer was last, in canvas px: paste and quick add go there. */
  setPointer(point: Point | null): void;
}

export interface CommandTools {
  services: Services;
  flow: FlowServices;
  canvas: () => CanvasInstance | null;
  text: Translate;
  /** The middle of what is in sight, in canvas px. */
  middle: () => Point;
  openHelp: () => void;
  openFind: () => void;
  onTidy: () => void;
}

const ZOOM_MS = 160;

/** All commands of the editor: keyboard, menus and buttons run the same ones. */
export function createCommands({ services, flow, canvas, text, middle, openHelp, openFind, onTidy }: CommandTools): EditorCommands {
  const { session, editor, ghosts } = flow;
  const newId = (prefix: string) => services.ids.newId(prefix);
  const view = () => ghosts.getState().view;
  const selected = () => [...editor.getState().selected];
  const settings = () => services.settings.getState();
  const toast = (message: string) => services.toasts.getState().show({ text: message });
  let memory: Clip | null = null;
  let pasted = 0;
  let pointer: Point | null = null;

  const isReadOnly = () => session.getState().readOnly !== null;
  const dispatch = (ops: readonly IntentOp[], select?: readonly string[]) => {
    if (isReadOnly() || ops.length === 0 || !flow.dispatch({ ops })) return false;
    if (select) editor.getState().select(select);
    return true;
  };
  const addAt = (type: NodeType | 'frame', at: Point, from?: Docking) => {
    const isSnapped = settings().settings.snapToGrid;
    if (type === 'frame') {
      const id = newId('frame');
      if (dispatch([addFrame(id, at, text('frame.new'), isSnapped)], [id])) editor.getState().edit({ id, field: 'title' });
      return;
    }
    const id = newId('node');
    const ops = [addNode(id, type, at, text(`node.${type}`), {}, isSnapped)];
    if (from && view().node.has(from.nodeId)) ops.push(connect(view(), newId('edge'), from, { nodeId: id }));
    if (dispatch(ops, [id])) editor.getState().edit({ id, field: 'title' });
  };
  const takeClip = (clip: Clip, place: Parameters<typeof paste>[3]) => {
    const { intent, ids } = paste(view(), clip, newId, place);
    return dispatch(intent.ops, ids);
  };
  const takeBack = (direction: 'undo' | 'redo') => {
    flushDrafts();
    flow.run(async () => {
      const kept = await session.getState()[direction]();
      if (kept > 0) toast(text('undo.kept', { count: kept }));
    });
    return true;
  };

  const actions: Partial<Record<Command, () => boolean | void>> = {
    undo: () => takeBack('undo'),
    redo: () => takeBack('redo'),
    copy: () => document.execCommand('copy'),
    cut: () => document.execCommand('cut'),
    paste: () => {
      void navigator.clipboard
        ?.readText()
        .catch(() => '')
        .then((words) => void (pasteText(words) || (memory && takeClip(memory, place()))));
      if (!navigator.clipboard && memory) takeClip(memory, place());
    },
    duplicate: () => {
      const clip = clipOf(view(), selected());
      return clip ? takeClip(clip, { shift: 32 }) : false;
    },
    delete: () => {
      const ids = selected();
      const intent = remove(view(), ids);
      if (!dispatch(intent.ops)) return false;
      editor.getState().select([]);
      return true;
    },
    selectAll: () => editor.getState().select([...view().node.keys(), ...view().edge.keys(), ...view().frame.keys()]),
    escape: () => {
      const state = editor.getState();
      if (state.editing) state.edit(null);
      else if (state.found.size > 0) state.find([]);
      else state.select([]);
    },
    editTitle: () => {
      const id = selected()[0];
      if (!id || isReadOnly()) return false;
      editor.getState().edit({ id, field: view().edge.has(id) ? 'label' : 'title' });
    },
    editDescription: () => {
      const id = selected()[0];
      if (!id || !view().node.has(id) || isReadOnly()) return false;
      editor.getState().edit({ id, field: 'description' });
    },
    frame: () => {
      const nodes = selected().filter((id) => view().node.has(id));
      const id = newId('frame');
      const intent = frameAround(view(), nodes, id, text('frame.new'));
      if (!intent || !dispatch(intent.ops, [id])) return false;
      editor.getState().edit({ id, field: 'title' });
    },
    comment: () => editor.getState().openTab('comments'),
    zoomIn: () => void canvas()?.zoomIn({ duration: ZOOM_MS }),
    zoomOut: () => void canvas()?.zoomOut({ duration: ZOOM_MS }),
    zoomActual: () => void canvas()?.zoomTo(1, { duration: ZOOM_MS }),
    fit: () => void canvas()?.fitView({ padding: FIT_PADDING, maxZoom: 1, duration: ZOOM_MS }),
    find: openFind,
    help: openHelp,
    tidy: onTidy,
    chat: () => editor.getState().toggleChat(),
    panel: () => editor.getState().toggleRight(),
    snap: () => void settings().change({ snapToGrid: !settings().settings.snapToGrid }).catch(() => {}),
    minimap: () => void settings().change({ showMinimap: !settings().settings.showMinimap }).catch(() => {}),
  };

  return {
    run(command) {
      if (command.startsWith('align.')) {
        const intent = align(view(), selected(), command.slice(6) as Alignment);
        return intent ? dispatch(intent.ops) : false;
      }
      if (command.startsWith('add.')) {
        if (isReadOnly()) return false;
        const type = command.slice(4) as NodeType;
        addAt(type, freeMiddle(view(), type, pointer ?? middle()));
        return true;
      }
      return actions[command]?.() !== false;
    },
    can(command) {
      const state = session.getState();
      const ids = selected();
      if (command === 'undo') return state.canUndo;
      if (command === 'redo') return state.canRedo;
      if (['copy', 'cut', 'duplicate', 'delete', 'editTitle'].includes(command)) return ids.length > 0;
      if (command === 'frame' || command.startsWith('align.')) return ids.filter((id) => view().node.has(id)).length > (command === 'frame' ? 0 : 1);
      return true;
    },
    addFreely: (type) => addAt(type, type === 'frame' ? middle() : freeMiddle(view(), type, middle())),
    addAt,
    pasteText,
    copyText() {
      const clip = clipOf(view(), selected());
      if (!clip) return null;
      memory = clip;
      pasted = 0;
      return clipText(clip);
    },
    setPointer: (point) => void (pointer = point),
  };

  function place(): Parameters<typeof paste>[3] {
    pasted += 1;
    return pointer ? { at: pointer } : { shift: 32 * pasted };
  }

  function pasteText(words: string): boolean {
    const clip = readClip(words);
    return clip ? takeClip(clip, place()) : false;
  }
}

/** Leaves the editor for the list of flows, everything typed being kept. */
export function leaveEditor(): void {
  flushDrafts();
  goTo({ page: 'flows' });
}
