import type { Frame } from '@uxflow/core';
import { TextArea, TextField } from '@uxflow/ui';
import { useText } from '../../../i18n/TextContext.tsx';
import { useFlow, useGhosts } from '../../../store/flowServices.ts';
import { Section } from './Section.tsx';
import { Swatches } from './Swatches.tsx';
import { useSetField } from './useSetField.ts';

/** All fields of a frame, and what is in it. */
export function FrameProperties({ frame }: { frame: Frame }) {
  const text = useText();
  const { editor } = useFlow();
  const { view } = useGhosts();
  const { set, words } = useSetField('frame', frame.id);
  const members = [...view.node.values()].filter((node) => node.frameId === frame.id);
  return (
    <>
      <div className="section__body">
        <TextField label={text('field.title')} value={frame.title} {...words('title', true)} />
        <TextArea label={text('field.description')} value={frame.description ?? ''} {...words('description')} />
        <Swatches label={text('field.color')} value={frame.color} onCommit={(color) => set('color', color)} />
      </div>
      <Section title={text('section.members')} count={members.length}>
        {members.length === 0 ? <p className="panel__hint">{text('frame.empty')}</p> : null}
        <ul className="plain-list">
          {members.map((node) => (
            <li key={node.id}>
              <button type="button" className="link" onClick={() => editor.getState().reveal([node.id])}>
                {node.data.title || text('node.untitled')}
              </button>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
