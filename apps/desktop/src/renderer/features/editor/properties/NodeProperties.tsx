import { DEVICES, ELEMENT_TYPES, NODE_TYPES, PRIORITIES, STATUSES, VARIANT_TYPES, isSafeLink, type Node, type NodeType } from '@uxflow/core';
import { Checkbox, SelectField, Switch, TextArea, TextField } from '@uxflow/ui';
import { ExternalLink } from 'lucide-react';
import { useText } from '../../../i18n/TextContext.tsx';
import { useGhosts } from '../../../store/flowServices.ts';
import { ListField } from './ListField.tsx';
import { Section } from './Section.tsx';
import { SubflowField } from './SubflowField.tsx';
import { Swatches } from './Swatches.tsx';
import { useSetField } from './useSetField.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** All fields of a node. */
export function NodeProperties({ node }: { node: Node }) {
  const text = useText();
  const { view } = useGhosts();
  const { set, words } = useSetField('node', node.id);
  const optional = <T extends string>(values: readonly T[], name: (value: T) => string) => [{ value: '' as const, label: text('none') }, ...values.map((value) => ({ value, label: name(value) }))];
  const isCard = node.type === 'screen' || node.type === 'popup';
  const { data } = node;
  return (
    <>
      <div className="section__body">
        <TextField label={text('field.title')} value={data.title} {...words('data.title', true)} />
        <TextArea label={text('field.description')} value={data.description ?? ''} {...words('data.description')} />
        <SelectField label={text('field.type')} value={node.type} choices={NODE_TYPES.map((type) => ({ value: type, label: text(`node.${type}`) }))} onCommit={(type: NodeType) => set('type', type)} />
        {node.type === 'apiCall' ? (
          <div className="columns columns--narrow-first">
            <SelectField label={text('field.method')} value={data.method ?? ''} choices={['', ...METHODS, ...(data.method && !METHODS.some((method) => method === data.method) ? [data.method] : [])].map((method) => ({ value: method, label: method || text('none') }))} onCommit={(method) => set('data.method', method || null)} />
            <TextField label={text('field.url')} value={data.url ?? ''} placeholder="/api/…" {...words('data.url')} />
          </div>
        ) : null}
        {node.type === 'decision' ? <TextField label={text('field.condition')} value={data.condition ?? ''} {...words('data.condition')} /> : null}
        {node.type === 'subflow' ? <SubflowField value={data.subflowId} onCommit={(flowId) => set('data.subflowId', flowId)} /> : null}
        <TextField label={text('field.actor')} value={data.actor ?? ''} placeholder={text('field.actorHint')} {...words('data.actor')} />
        <div className="columns">
          <SelectField label={text('field.status')} value={node.status ?? ''} choices={optional(STATUSES, (status) => text(`status.${status}`))} onCommit={(status) => set('status', status || null)} />
          <SelectField label={text('field.priority')} value={node.priority ?? ''} choices={optional(PRIORITIES, (priority) => text(`priority.${priority}`))} onCommit={(priority) => set('priority', priority || null)} />
        </div>
        <SelectField label={text('field.device')} value={node.device ?? ''} choices={optional(DEVICES, (device) => text(`device.${device}`))} onCommit={(device) => set('device', device || null)} />
      </div>
      {node.type === 'condition' ? (
        <Section title={text('section.conditions')} count={Object.keys(node.conditions ?? {}).length}>
          <ListField nodeId={node.id} field="conditions" items={node.conditions} addLabel={text('conditions.add')} fresh={() => ({ label: text('conditions.new') })} nameOf={(item) => item.label}>
            {(item, _, wordsOf) => <TextField isSmall label={text('field.label')} isLabelHidden value={item.label} {...wordsOf('label', true)} />}
          </ListField>
        </Section>
      ) : null}
      <Section title={text('section.elements')} count={Object.keys(node.elements ?? {}).length} isOpen={isCard}>
        <ListField nodeId={node.id} field="elements" items={node.elements} addLabel={text('elements.add')} fresh={() => ({ type: 'button' as const, label: text('elements.new') })} nameOf={(item) => item.label}>
          {(item, setItem, wordsOf) => (
            <>
              <div className="columns columns--narrow-first">
                <SelectField isSmall label={text('field.type')} isLabelHidden value={item.type} choices={ELEMENT_TYPES.map((type) => ({ value: type, label: text(`element.${type}`) }))} onCommit={(type) => setItem('type', type)} />
                <TextField isSmall label={text('field.label')} isLabelHidden value={item.label} {...wordsOf('label', true)} />
              </div>
              {['input', 'select', 'toggle'].includes(item.type) ? <Checkbox label={text('field.required')} checked={!!item.required} onCommit={(isOn) => setItem('required', isOn ? true : null)} /> : null}
            </>
          )}
        </ListField>
      </Section>
      <Section title={text('section.variants')} count={Object.keys(node.variants ?? {}).length} isOpen={isCard}>
        <ListField nodeId={node.id} field="variants" items={node.variants} addLabel={text('variants.add')} fresh={() => ({ type: 'error' as const, name: text('variant.error') })} nameOf={(item) => item.name}>
          {(item, setItem, wordsOf) => (
            <>
              <div className="columns columns--narrow-first">
                <SelectField isSmall label={text('field.type')} isLabelHidden value={item.type} choices={VARIANT_TYPES.map((type) => ({ value: type, label: text(`variant.${type}`) }))} onCommit={(type) => setItem('type', type)} />
                <TextField isSmall label={text('field.name')} isLabelHidden value={item.name} {...wordsOf('name', true)} />
              </div>
              <TextField isSmall label={text('field.description')} isLabelHidden placeholder={text('field.description')} value={item.description ?? ''} {...wordsOf('description')} />
            </>
          )}
        </ListField>
      </Section>
      <Section title={text('section.checklist')} count={Object.keys(node.checklist ?? {}).length} isOpen={!!node.checklist}>
        <ListField nodeId={node.id} field="checklist" items={node.checklist} addLabel={text('checklist.add')} fresh={() => ({ label: text('checklist.new'), done: false })} nameOf={(item) => item.label}>
          {(item, setItem, wordsOf) => (
            <div className="columns columns--check">
              <Checkbox label={text('checklist.done', { name: item.label })} isLabelHidden checked={item.done} onCommit={(done) => setItem('done', done)} />
              <TextField isSmall label={text('field.label')} isLabelHidden value={item.label} {...wordsOf('label', true)} />
            </div>
          )}
        </ListField>
      </Section>
      <Section title={text('section.links')} count={Object.keys(node.links ?? {}).length} isOpen={!!node.links}>
        <ListField nodeId={node.id} field="links" items={node.links} addLabel={text('links.add')} fresh={() => ({ url: 'https://' })} nameOf={(item) => item.label ?? item.url}>
          {(item, _, wordsOf) => (
            <>
              <TextField isSmall label={text('field.label')} isLabelHidden placeholder={text('field.label')} value={item.label ?? ''} {...wordsOf('label')} />
              <TextField isSmall label={text('field.url')} isLabelHidden value={item.url} {...wordsOf('url', true)} />
              {isSafeLink(item.url) ? (
                <a className="link" href={item.url} target="_blank" rel="noreferrer">
                  <ExternalLink aria-hidden /> {text('links.open')}
                </a>
              ) : null}
            </>
          )}
        </ListField>
      </Section>
      <Section title={text('section.personas')} count={Object.keys(node.personaIds ?? {}).length} isOpen={view.persona.size > 0}>
        {view.persona.size === 0 ? <p className="panel__hint">{text('personas.empty')}</p> : null}
        {[...view.persona.values()].map((persona) => (
          <Checkbox key={persona.id} label={persona.name} checked={!!node.personaIds?.[persona.id]} onCommit={(isOn) => set(`personaIds.${persona.id}`, isOn ? true : null)} />
        ))}
      </Section>
      <Section title={text('section.look')} isOpen={!!node.color || !!node.pinned || !!node.locked}>
        <Swatches label={text('field.color')} value={node.color} onCommit={(color) => set('color', color)} />
        <SelectField label={text('field.frame')} value={node.frameId ?? ''} choices={[{ value: '', label: text('none') }, ...[...view.frame.values()].map((frame) => ({ value: frame.id, label: frame.title || text('node.untitled') }))]} onCommit={(frameId) => set('frameId', frameId || null)} />
        <Switch label={text('field.pinned')} hint={text('field.pinnedHint')} checked={!!node.pinned} onCommit={(isOn) => set('pinned', isOn ? true : null)} />
        <Switch label={text('field.locked')} hint={text('field.lockedHint')} checked={!!node.locked} onCommit={(isOn) => set('locked', isOn ? true : null)} />
      </Section>
    </>
  );
}
