import { ELEMENT_ROWS, type Node } from '@uxflow/core';
import { CirclePlay, CircleStop, ExternalLink } from 'lucide-react';
import { InlineText } from '../primitives/InlineText.tsx';
import { useCanvas } from './canvasContext.ts';
import { ElementRow } from './ElementRow.tsx';
import { sortedItems } from './itemOrder.ts';
import { DEVICE_ICONS, NODE_ICONS } from './nodeLook.tsx';

export interface NodeBodyProps {
  node: Node;
  editing?: 'title' | 'description';
  personaColors: readonly string[];
}

/** What stands inside a node's shape, by its type. */
export function NodeBody(props: NodeBodyProps) {
  switch (props.node.type) {
    case 'start':
    case 'end':
      return <PillBody {...props} />;
    case 'decision':
      return <DiamondBody {...props} />;
    case 'condition':
      return <ConditionBody {...props} />;
    case 'screen':
    case 'popup':
      return <ScreenBody {...props} />;
    case 'note':
      return <NoteBody {...props} />;
    default:
      return <StepBody {...props} />;
  }
}

function PillBody({ node, editing }: NodeBodyProps) {
  const Icon = node.type === 'start' ? CirclePlay : CircleStop;
  return (
    <div className="node__pill">
      <Icon aria-hidden />
      <Title node={node} editing={editing} />
    </div>
  );
}

function DiamondBody({ node, editing }: NodeBodyProps) {
  return (
    <>
      <svg className="node__diamond" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
        <polygon points="50,1 99,50 50,99 1,50" vectorEffect="non-scaling-stroke" />
      </svg>
      <div className="node__diamond-text">
        <Title node={node} editing={editing} />
      </div>
    </>
  );
}

function ConditionBody({ node, editing, personaColors }: NodeBodyProps) {
  return (
    <div className="node__condition">
      <div className="node__condition-head">
        <TypeIcon node={node} />
        <Title node={node} editing={editing} />
        <Marks node={node} personaColors={personaColors} />
      </div>
      {sortedItems(node.conditions).map(({ id, item }) => (
        <div key={id} className="node__condition-row">
          <span>{item.label}</span>
          <i aria-hidden />
        </div>
      ))}
    </div>
  );
}

function StepBody({ node, editing, personaColors }: NodeBodyProps) {
  const { texts, actions } = useCanvas();
  return (
    <div className="node__step">
      <TypeIcon node={node} />
      <div className="node__step-text">
        <Title node={node} editing={editing} />
        {node.type === 'apiCall' && (node.data.url || node.data.method) ? (
          <div className="node__url">
            {node.data.method ? <b>{node.data.method}</b> : null}
            <span>{node.data.url}</span>
          </div>
        ) : null}
        <Description node={node} editing={editing} />
      </div>
      <Marks node={node} personaColors={personaColors} />
      {node.type === 'subflow' && node.data.subflowId && actions.canOpen(node.data.subflowId) ? (
        <button type="button" className="node__open nodrag" aria-label={texts.openSubflow} data-tip={texts.openSubflow} onClick={() => actions.openSubflow(node.data.subflowId!)}>
          <ExternalLink aria-hidden />
        </button>
      ) : null}
    </div>
  );
}

function NoteBody({ node, editing }: NodeBodyProps) {
  return (
    <div className="node__note">
      <Title node={node} editing={editing} />
      <Description node={node} editing={editing} />
    </div>
  );
}

function ScreenBody({ node, editing, personaColors }: NodeBodyProps) {
  const { texts } = useCanvas();
  const elements = sortedItems(node.elements);
  const checks = sortedItems(node.checklist);
  const done = checks.filter(({ item }) => item.done).length;
  const variants = Object.keys(node.variants ?? {}).length;
  return (
    <div className="node__screen">
      <div className="node__bar">
        <TypeIcon node={node} />
        <span className="node__kind">{texts.nodeType[node.type]}</span>
        <Marks node={node} personaColors={personaColors} />
      </div>
      <div className="node__content">
        <Title node={node} editing={editing} />
        <Description node={node} editing={editing} />
        {elements.slice(0, ELEMENT_ROWS).map(({ id, item }) => (
          <ElementRow key={id} type={item.type} label={item.label} isRequired={item.required} />
        ))}
        {elements.length > ELEMENT_ROWS ? <div className="node__more">{texts.moreElements(elements.length - ELEMENT_ROWS)}</div> : null}
      </div>
      {variants > 0 || checks.length > 0 ? (
        <div className="node__foot">
          {variants > 0 ? <span>⚡ {texts.variants(variants)}</span> : null}
          {checks.length > 0 ? (
            <span className="node__progress" role="img" aria-label={texts.checklist(done, checks.length)}>
              <progress max={checks.length} value={done} />
              {done}/{checks.length}
            </span>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function TypeIcon({ node }: { node: Node }) {
  const Icon = NODE_ICONS[node.type];
  return <Icon className="node__icon" aria-hidden />;
}

/** Device, status, priority and personas as small marks. */
function Marks({ node, personaColors }: { node: Node; personaColors: readonly string[] }) {
  const { texts } = useCanvas();
  const Device = node.device ? DEVICE_ICONS[node.device] : null;
  if (!Device && !node.status && personaColors.length === 0 && (!node.priority || node.priority === 'normal')) return null;
  return (
    <span className="node__marks">
      {personaColors.map((color, index) => (
        <i key={index} className="node__persona" style={{ background: color }} />
      ))}
      {Device ? <Device role="img" aria-label={texts.device[node.device!]} /> : null}
      {node.priority && node.priority !== 'normal' ? <i className={`node__priority node__priority--${node.priority}`} title={texts.priority[node.priority]} /> : null}
      {node.status ? <i className={`node__status node__status--${node.status}`} title={texts.status[node.status]} /> : null}
    </span>
  );
}

function Title({ node, editing }: { node: Node; editing?: string }) {
  const { texts, actions } = useCanvas();
  if (editing === 'title') {
    return <InlineText className="node__title" isMultiline label={texts.editTitle} value={node.data.title} onCommit={(value) => actions.commitNode(node, 'title', value)} onDone={actions.endEditing} />;
  }
  return (
    <div className={node.data.title ? 'node__title' : 'node__title node__title--empty'} onDoubleClick={() => actions.editNode(node.id, 'title')}>
      {node.data.title || texts.untitled}
    </div>
  );
}

function Description({ node, editing }: { node: Node; editing?: string }) {
  const { texts, actions } = useCanvas();
  if (editing === 'description') {
    return <InlineText className="node__description" isMultiline label={texts.editDescription} value={node.data.description ?? ''} onCommit={(value) => actions.commitNode(node, 'description', value)} onDone={actions.endEditing} />;
  }
  if (!node.data.description) return null;
  return (
    <div
      className="node__description"
      onDoubleClick={(event) => {
        event.stopPropagation();
        actions.editNode(node.id, 'description');
      }}
    >
      {node.data.description}
    </div>
  );
}
