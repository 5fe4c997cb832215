import { TRIGGERS, type Edge } from '@uxflow/core';
import { Checkbox, SelectField, Switch, TextField } from '@uxflow/ui';
import { useText } from '../../../i18n/TextContext.tsx';
import { useFlow, useGhosts } from '../../../store/flowServices.ts';
import { Section } from './Section.tsx';
import { Swatches } from './Swatches.tsx';
import { useSetField } from './useSetField.ts';

const KINDS = ['default', 'yes', 'no', 'error', 'parallel', 'loop'] as const;
const LINES = ['step', 'straight', 'curve'] as const;
const DASHES = ['solid', 'dashed', 'dotted'] as const;
const SIDES = ['top', 'right', 'bottom', 'left'] as const;

/** All fields of an edge. */
export function EdgeProperties({ edge }: { edge: Edge }) {
  const text = useText();
  const { editor } = useFlow();
  const { view } = useGhosts();
  const { set, words } = useSetField('edge', edge.id);
  const [source, target] = [view.node.get(edge.source), view.node.get(edge.target)];
  const end = (id: string, title: string | undefined) => (
    <button type="button" className="link" onClick={() => editor.getState().reveal([id])}>
      {title || text('node.untitled')}
    </button>
  );
  const ports = [{ value: '', label: text('port.auto') }, ...SIDES.map((side) => ({ value: side as string, label: text(`side.${side}`) }))];
  const outputs = Object.entries(source?.conditions ?? {}).map(([id, item]) => ({ value: id, label: item.label }));
  return (
    <>
      <div className="section__body">
        <p className="edge-ends">
          {end(edge.source, source?.data.title)} <span aria-hidden>→</span> {end(edge.target, target?.data.title)}
        </p>
        <TextField label={text('field.label')} value={edge.data.label ?? ''} {...words('data.label')} />
        <SelectField label={text('field.kind')} value={edge.data.kind ?? 'default'} choices={KINDS.map((kind) => ({ value: kind, label: text(`kind.${kind}`) }))} onCommit={(kind) => set('data.kind', kind === 'default' ? null : kind)} />
        <SelectField label={text('field.trigger')} value={edge.data.trigger ?? ''} choices={[{ value: '' as const, label: text('none') }, ...TRIGGERS.map((trigger) => ({ value: trigger, label: text(`trigger.${trigger}`) }))]} onCommit={(trigger) => set('data.trigger', trigger || null)} />
        <TextField label={text('field.condition')} value={edge.data.condition ?? ''} {...words('data.condition')} />
      </div>
      <Section title={text('section.goals')} count={Object.keys(edge.data.goalIds ?? {}).length} isOpen={view.goal.size > 0}>
        {view.goal.size === 0 ? <p className="panel__hint">{text('goals.empty')}</p> : null}
        {[...view.goal.values()].map((goal) => (
          <Checkbox key={goal.id} label={goal.name} checked={!!edge.data.goalIds?.[goal.id]} onCommit={(isOn) => set(`data.goalIds.${goal.id}`, isOn ? true : null)} />
        ))}
      </Section>
      <Section title={text('section.look')}>
        <div className="columns">
          <SelectField label={text('field.line')} value={edge.style?.line ?? 'step'} choices={LINES.map((line) => ({ value: line, label: text(`line.${line}`) }))} onCommit={(line) => set('style.line', line === 'step' ? null : line)} />
          <SelectField label={text('field.dash')} value={edge.style?.dash ?? 'solid'} choices={DASHES.map((dash) => ({ value: dash, label: text(`dash.${dash}`) }))} onCommit={(dash) => set('style.dash', dash === 'solid' ? null : dash)} />
        </div>
        <Swatches label={text('field.color')} value={edge.style?.color} onCommit={(color) => set('style.color', color)} />
        <Switch label={text('field.bothWays')} checked={!!edge.style?.bothWays} onCommit={(isOn) => set('style.bothWays', isOn ? true : null)} />
        <div className="columns">
          <SelectField label={text('field.sourcePort')} value={edge.sourcePort ?? ''} choices={[...ports, ...outputs]} onCommit={(port) => set('sourcePort', port || null)} />
          <SelectField label={text('field.targetPort')} value={edge.targetPort ?? ''} choices={ports} onCommit={(port) => set('targetPort', port || null)} />
        </div>
      </Section>
    </>
  );
}
