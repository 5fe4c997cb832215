import { NODE_TYPES } from '@uxflow/core';
import { Button, IconButton, SelectField, SWATCHES, TextArea, TextField } from '@uxflow/ui';
import { Plus, X } from 'lucide-react';
import { useText } from '../../../i18n/TextContext.tsx';
import { useEditor, useFlow, useGhosts } from '../../../store/flowServices.ts';
import { useServices } from '../../../store/services.ts';
import { Section } from './Section.tsx';
import { useSetField } from './useSetField.ts';

/** Fields of the flow itself, its personas and goals, and what the canvas is filtered by. */
export function FlowProperties() {
  const text = useText();
  const { editor } = useFlow();
  const { view } = useGhosts();
  const filter = useEditor((state) => state.filter);
  const { set, words } = useSetField('flow', view.flow.id);
  const counts = NODE_TYPES.map((type) => ({ type, count: [...view.node.values()].filter((node) => node.type === type).length })).filter(({ count }) => count > 0);
  return (
    <>
      <div className="section__body">
        <TextArea label={text('field.description')} placeholder={text('flow.descriptionHint')} value={view.flow.description ?? ''} {...words('description')} />
        <SelectField label={text('field.direction')} value={view.flow.settings?.direction ?? ''} choices={[{ value: '', label: text('direction.automatic') }, { value: 'right', label: text('direction.right') }, { value: 'down', label: text('direction.down') }]} onCommit={(direction) => set('settings.direction', direction || null)} />
      </div>
      <Section title={text('section.personas')} count={view.persona.size}>
        <PeopleList kind="persona" />
      </Section>
      <Section title={text('section.goals')} count={view.goal.size}>
        <PeopleList kind="goal" />
      </Section>
      <Section title={text('section.filter')} isOpen={!!filter.personaId || !!filter.device}>
        <SelectField label={text('filter.persona')} value={filter.personaId ?? ''} choices={[{ value: '', label: text('filter.all') }, ...[...view.persona.values()].map((persona) => ({ value: persona.id, label: persona.name }))]} onCommit={(personaId) => editor.getState().setFilter({ ...filter, personaId: personaId || undefined } as typeof filter)} />
        <SelectField label={text('filter.device')} value={filter.device ?? ''} choices={[{ value: '', label: text('filter.all') }, ...(['desktop', 'tablet', 'mobile'] as const).map((device) => ({ value: device as string, label: text(`device.${device}`) }))]} onCommit={(device) => editor.getState().setFilter({ ...filter, device: device || undefined } as typeof filter)} />
      </Section>
      <Section title={text('section.counts')} isOpen={false}>
        <dl className="facts">
          {counts.map(({ type, count }) => (
            <div key={type}>
              <dt>{text(`node.${type}`)}</dt>
              <dd>{count}</dd>
            </div>
          ))}
          <div>
            <dt>{text('counts.edges')}</dt>
            <dd>{view.edge.size}</dd>
          </div>
        </dl>
      </Section>
    </>
  );
}

function PeopleList({ kind }: { kind: 'persona' | 'goal' }) {
  const text = useText();
  const flow = useFlow();
  const { ids } = useServices();
  const { view } = useGhosts();
  const records = [...view[kind].values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const add = () =>
    flow.dispatch({ ops: [{ op: 'add', kind, id: ids.newId(kind), value: { name: text(kind === 'persona' ? 'personas.new' : 'goals.new'), color: SWATCHES[(records.length * 2) % SWATCHES.length] } }] });
  return (
    <div className="list-field">
      {records.map((record) => (
        <div key={record.id} className="list-field__item">
          <i className="dot" style={{ background: record.color }} />
          <div className="list-field__content">
            <TextField isSmall label={text('field.name')} isLabelHidden value={record.name} onCommit={(name) => name.trim() && flow.dispatch({ ops: [{ op: 'set', kind, id: record.id, field: 'name', to: name.trim() }] })} />
          </div>
          <IconButton size="small" className="list-field__menu" label={text('list.removeItem', { name: record.name })} icon={<X />} onClick={() => flow.dispatch({ ops: [{ op: 'remove', kind, id: record.id }] })} />
        </div>
      ))}
      <Button size="small" variant="ghost" icon={<Plus />} onClick={add}>
        {text(kind === 'persona' ? 'personas.add' : 'goals.add')}
      </Button>
    </div>
  );
}
