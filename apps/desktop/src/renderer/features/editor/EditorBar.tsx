import { Button, classes, IconButton, MenuButton, useDraft, type MenuEntry } from '@uxflow/ui';
import { ArrowLeft, ChevronDown, Download, FileJson, FileText, History, MessageSquareText, PanelRight, Redo2, Search, Settings, Sparkles, Undo2, Workflow } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useEditor, useFlow, useSession } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import { useServices } from '../../store/services.ts';
import { leaveEditor, type EditorCommands } from './commands.ts';
import { saveFile } from '../../saveFile.ts';
import { isMacPlatform, shortcutText } from './keymap.ts';
import { StatusLine } from './StatusLine.tsx';

/** The bar over the canvas: where we are, whether it is saved, and what concerns the whole flow. */
export function EditorBar({ commands, isTidying, sharing }: { commands: EditorCommands; isTidying: boolean; sharing: ReactNode }) {
  const text = useText();
  const flow = useFlow();
  const { api } = useServices();
  const name = useSession((state) => state.view.flow.name);
  const canUndo = useSession((state) => state.canUndo);
  const canRedo = useSession((state) => state.canRedo);
  const isReadOnly = useSession((state) => state.readOnly !== null);
  const isChatOpen = useEditor((state) => state.isChatOpen);
  const isRightOpen = useEditor((state) => state.isRightOpen);
  const isMac = isMacPlatform(navigator.platform);
  const draft = useDraft(name, (value) => value.trim() && flow.dispatch({ ops: [{ op: 'set', kind: 'flow', id: flow.session.getState().view.flow.id, field: 'name', to: value.trim() }] }));

  const download = (format: 'json' | 'mermaid' | 'markdown') =>
    flow.run(async () => {
      await flow.session.getState().settled();
      saveFile(await api.flow.export({ flowId: flow.flowId, format }));
    });
  const exports: MenuEntry[] = [
    { label: text('export.json'), icon: <FileJson />, onChoose: () => download('json') },
    { label: text('export.mermaid'), icon: <Workflow />, onChoose: () => download('mermaid') },
    { label: text('export.markdown'), icon: <FileText />, onChoose: () => download('markdown') },
  ];
  return (
    <header className="editor-bar">
      <IconButton label={text('flow.back')} icon={<ArrowLeft />} onClick={leaveEditor} />
      <IconButton label={text('panel.chat')} shortcut={shortcutText('chat', isMac)} icon={<MessageSquareText />} pressed={isChatOpen} onClick={() => commands.run('chat')} />
      <input
        className="editor-bar__name"
        aria-label={text('list.nameLabel')}
        value={draft.value}
        size={Math.max(8, Math.min(36, draft.value.length + 1))}
        disabled={isReadOnly}
        onChange={(event) => draft.change(event.target.value)}
        onFocus={() => {
          draft.focus();
          flow.session.getState().holdField('flow', flow.session.getState().view.flow.id, 'name');
        }}
        onBlur={() => {
          draft.blur();
          flow.session.getState().releaseField('flow', flow.session.getState().view.flow.id, 'name');
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') draft.discard();
        }}
      />
      <StatusLine />
      <span className="page__space" />
      {sharing}
      <div className="editor-bar__group" role="group" aria-label={text('help.edit')}>
        <IconButton label={text('undo')} shortcut={shortcutText('undo', isMac)} icon={<Undo2 />} disabled={!canUndo} onClick={() => commands.run('undo')} />
        <IconButton label={text('redo')} shortcut={shortcutText('redo', isMac)} icon={<Redo2 />} disabled={!canRedo} onClick={() => commands.run('redo')} />
      </div>
      <IconButton label={text('command.find')} shortcut={shortcutText('find', isMac)} icon={<Search />} onClick={() => commands.run('find')} />
      <Button variant="ghost" icon={<Sparkles className={classes(isTidying && 'turning')} />} disabled={isReadOnly || isTidying} aria-label={text('command.tidy')} data-tip={text('tidy.hint')} data-shortcut={shortcutText('tidy', isMac)} onClick={() => commands.run('tidy')}>
        {text('tidy.short')}
      </Button>
      <MenuButton label={text('export.title')} entries={exports}>
        {(open, isOpen) => (
          <Button variant="ghost" icon={<Download />} aria-haspopup="menu" aria-expanded={isOpen} aria-label={text('export.title')} data-tip={text('export.title')} onClick={open}>
            <ChevronDown />
          </Button>
        )}
      </MenuButton>
      <IconButton label={text('panel.history')} icon={<History />} onClick={() => flow.editor.getState().openTab('history')} />
      <IconButton label={text('settings')} icon={<Settings />} onClick={() => goTo({ page: 'settings', from: flow.flowId })} />
      <IconButton label={text('panel.right')} shortcut={shortcutText('panel', isMac)} icon={<PanelRight />} pressed={isRightOpen} onClick={() => commands.run('panel')} />
    </header>
  );
}
