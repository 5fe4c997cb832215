import { orderAfterAll, orderBetween } from '@uxflow/core';
import { Button, IconButton, MenuButton, sortedItems } from '@uxflow/ui';
import { ArrowDown, ArrowUp, EllipsisVertical, Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { useSetField, type FieldHandlers } from './useSetField.ts';

interface Item {
  order: string;
}

export interface ListFieldProps<T extends Item> {
  nodeId: string;
  /** Name of the list: `elements`, `variants`, … */
  field: string;
  items: Readonly<Record<string, T>> | undefined;
  addLabel: string;
  /** A new item, without its place in the order. */
  fresh: () => Omit<T, 'order'>;
  /** Name of an item for assistive software. */
  nameOf: (item: T) => string;
  children: (item: T, set: (key: string, to: unknown) => void, words: (key: string, isRequired?: boolean) => FieldHandlers) => ReactNode;
}

/** A list of a node: items can be added, changed, moved and removed; each is a field of its own in the log. */
export function ListField<T extends Item>({ nodeId, field, items, addLabel, fresh, nameOf, children }: ListFieldProps<T>) {
  const text = useText();
  const { ids } = useServices();
  const { set, words } = useSetField('node', nodeId);
  const sorted = sortedItems<T>(items);
  const moveTo = (from: number, to: number) => {
    const rest = sorted.filter((_, index) => index !== from);
    set(`${field}.${sorted[from]!.id}.order`, orderBetween(rest[to - 1]?.item.order ?? null, rest[to]?.item.order ?? null));
  };
  return (
    <div className="list-field">
      {sorted.map(({ id, item }, index) => (
        <div key={id} className="list-field__item">
          <div className="list-field__content">{children(item, (key, to) => set(`${field}.${id}.${key}`, to), (key, isRequired) => words(`${field}.${id}.${key}`, isRequired))}</div>
          <MenuButton
            label={text('list.itemActions', { name: nameOf(item) })}
            entries={[
              { label: text('list.moveUp', { name: nameOf(item) }), icon: <ArrowUp />, isDisabled: index === 0, onChoose: () => moveTo(index, index - 1) },
              { label: text('list.moveDown', { name: nameOf(item) }), icon: <ArrowDown />, isDisabled: index === sorted.length - 1, onChoose: () => moveTo(index, index + 1) },
              { kind: 'line' },
              { label: text('list.removeItem', { name: nameOf(item) }), icon: <Trash2 />, isDanger: true, onChoose: () => set(`${field}.${id}`, null) },
            ]}
          >
            {(open, isOpen) => <IconButton size="small" className="list-field__menu" label={text('list.itemActions', { name: nameOf(item) })} icon={<EllipsisVertical />} aria-haspopup="menu" aria-expanded={isOpen} onClick={open} />}
          </MenuButton>
        </div>
      ))}
      <Button size="small" variant="ghost" icon={<Plus />} onClick={() => set(`${field}.${ids.newId('item')}`, { ...fresh(), order: orderAfterAll(items) })}>
        {addLabel}
      </Button>
    </div>
  );
}
