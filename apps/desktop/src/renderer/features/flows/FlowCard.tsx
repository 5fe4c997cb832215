import type { FlowSummary } from '@uxflow/core/api';
import { IconButton, MenuButton, type MenuEntry } from '@uxflow/ui';
import { Copy, Ellipsis, Lock, Pencil, RotateCcw, Trash2, Users } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import { hashOfRoute } from '../../store/route.ts';
import { FlowPreview } from './FlowPreview.tsx';

export interface FlowCardProps {
  flow: FlowSummary;
  now: number;
  onRename: (name: string) => void;
  onDuplicate: () => void;
  onDelete: () => void;
  onRestore: () => void;
  onPurge: () => void;
}

/** One flow of the list: picture, name, when it changed, and what can be done with it. */
export function FlowCard({ flow, now, onRename, onDuplicate, onDelete, onRestore, onPurge }: FlowCardProps) {
  const text = useText();
  const [isRenaming, setRenaming] = useState(false);
  const isDeleted = flow.deletedAt !== undefined;
  const actions: MenuEntry[] = isDeleted
    ? [
        { label: text('restore'), icon: <RotateCcw />, onChoose: onRestore },
        { kind: 'line' },
        { label: text('list.purge'), icon: <Trash2 />, isDanger: true, onChoose: onPurge },
      ]
    : [
        { label: text('rename'), icon: <Pencil />, shortcut: 'F2', onChoose: () => setRenaming(true) },
        { label: text('duplicate'), icon: <Copy />, onChoose: onDuplicate },
        { kind: 'line' },
        { label: text('delete'), icon: <Trash2 />, shortcut: text('key.delete'), isDanger: true, onChoose: onDelete },
      ];
  const picture = <FlowPreview boxes={flow.preview} label={text('list.previewOf', { name: flow.name })} />;
  return (
    <li
      className="flow-card"
      data-testid="flow-card"
      data-flow-id={flow.id}
      onKeyDown={(event) => {
        if (isRenaming || isDeleted || event.target instanceof HTMLInputElement) return;
        if (event.key === 'F2') setRenaming(true);
        else if (event.key === 'Delete') onDelete();
      }}
    >
      {isDeleted ? (
        <div className="flow-card__picture">{picture}</div>
      ) : (
        <a className="flow-card__picture" href={hashOfRoute({ page: 'flow', flowId: flow.id })} aria-label={text('list.open', { name: flow.name })}>
          {picture}
        </a>
      )}
      <div className="flow-card__foot">
        <div className="flow-card__text">
          {isRenaming ? (
            <RenameField name={flow.name} onRename={onRename} onDone={() => setRenaming(false)} />
          ) : isDeleted ? (
            <span className="flow-card__name">{flow.name}</span>
          ) : (
            <a className="flow-card__name" href={hashOfRoute({ page: 'flow', flowId: flow.id })} tabIndex={-1} title={flow.name}>
              {flow.name}
            </a>
          )}
          <span className="flow-card__facts">
            {flow.isShared ? flow.isEncrypted ? <Lock className="flow-card__shared" role="img" aria-label={text('sync.isSharedSealed')} data-tip={text('sync.isSharedSealed')} /> : <Users className="flow-card__shared" role="img" aria-label={text('sync.isShared')} data-tip={text('sync.isShared')} /> : null}
            {text('list.nodes', { count: flow.nodeCount })} · {isDeleted ? text('list.deleted', { when: whenText(text, flow.deletedAt!, now) }) : text('list.changed', { when: whenText(text, flow.updatedAt, now) })}
          </span>
        </div>
        <MenuButton label={text('list.actionsOf', { name: flow.name })} entries={actions}>
          {(open, isOpen) => <IconButton label={text('list.actionsOf', { name: flow.name })} icon={<Ellipsis />} size="small" aria-haspopup="menu" aria-expanded={isOpen} onClick={open} />}
        </MenuButton>
      </div>
    </li>
  );
}

function RenameField({ name, onRename, onDone }: { name: string; onRename: (name: string) => void; onDone: () => void }) {
  const text = useText();
  const [value, setValue] = useState(name);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => input.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  const finish = () => {
    if (value.trim() && value.trim() !== name) onRename(value.trim());
    onDone();
  };
  return (
    <input
      ref={input}
      className="input input--small"
      aria-label={text('list.nameLabel')}
      value={value}
      maxLength={200}
      onChange={(event) => setValue(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') finish();
        if (event.key === 'Escape') onDone();
      }}
    />
  );
}
