import { DEVICES, NODE_TYPES, PRIORITIES, STATUSES, type Node, type NodeType } from '@uxflow/core';
import { SelectField, Switch } from '@uxflow/ui';
import { useText } from '../../../i18n/TextContext.tsx';
import { useFlow, useGhosts } from '../../../store/flowServices.ts';
import { Swatches } from './Swatches.tsx';

const MIXED = 'mixed';

/** Fields that several chosen nodes share: a choice goes to all of them in one entry. */
export function SelectionProperties({ ids }: { ids: readonly string[] }) {
  const text = useText();
  const flow = useFlow();
  const { view } = useGhosts();
  const nodes = ids.flatMap((id) => view.node.get(id) ?? []);
  const set = (field: string, to: unknown) => void flow.dispatch({ ops: nodes.map((node) => ({ op: 'set', kind: 'node', id: node.id, field, to })) });
  /** What all have, or `mixed`. */
  const shared = <K extends 'type' | 'status' | 'priority' | 'device'>(field: K): string => {
    const values = new Set(nodes.map((node) => node[field] ?? ''));
    return values.size === 1 ? [...values][0]! : MIXED;
  };
  const choices = (value: string, list: readonly { value: string; label: string }[], isOptional = true) => [
    ...(value === MIXED ? [{ value: MIXED, label: text('selection.mixed') }] : []),
    ...(isOptional ? [{ value: '', label: text('none') }] : []),
    ...list,
  ];
  const commit = (field: keyof Node) => (value: string) => value !== MIXED && set(field, value || null);
  const [type, status, priority, device] = [shared('type'), shared('status'), shared('priority'), shared('device')];
  const colors = new Set(nodes.map((node) => node.color));
  return (
    <div className="section__body">
      <p className="panel__hint">{text('selection.title', { count: ids.length })}</p>
      {nodes.length > 0 ? (
        <>
          <SelectField label={text('field.type')} value={type} choices={choices(type, NODE_TYPES.map((value: NodeType) => ({ value, label: text(`node.${value}`) })), false)} onCommit={commit('type')} />
          <div className="columns">
            <SelectField label={text('field.status')} value={status} choices={choices(status, STATUSES.map((value) => ({ value, label: text(`status.${value}`) })))} onCommit={commit('status')} />
            <SelectField label={text('field.priority')} value={priority} choices={choices(priority, PRIORITIES.map((value) => ({ value, label: text(`priority.${value}`) })))} onCommit={commit('priority')} />
          </div>
          <SelectField label={text('field.device')} value={device} choices={choices(device, DEVICES.map((value) => ({ value, label: text(`device.${value}`) })))} onCommit={commit('device')} />
          <Swatches label={text('field.color')} value={colors.size === 1 ? [...colors][0] : MIXED} onCommit={(color) => set('color', color)} />
          <Switch label={text('field.pinned')} checked={nodes.every((node) => node.pinned)} onCommit={(isOn) => set('pinned', isOn ? true : null)} />
          <Switch label={text('field.locked')} checked={nodes.every((node) => node.locked)} onCommit={(isOn) => set('locked', isOn ? true : null)} />
        </>
      ) : null}
    </div>
  );
}
