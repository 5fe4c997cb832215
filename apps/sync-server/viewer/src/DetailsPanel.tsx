import { isSafeLink, type Edge, type FlowView, type Node } from '@uxflow/core';
import { Button, edgeLabel, NODE_ICONS, nodeColor, sortedItems } from '@uxflow/ui';
import { ArrowLeft, ArrowRight, ExternalLink } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { useText } from './TextContext.tsx';
import type { NamedFlow } from './visitFlows.ts';

export interface DetailsPanelProps {
  view: FlowView;
  id: string | null;
  /** What steps can open, by the id of the flow that they name. */
  flows: ReadonlyMap<string, NamedFlow>;
  onOpen: (flowId: string) => void;
  onGo: (id: string) => void;
}

/** All that the flow says of what is chosen, and where it leads. */
export function DetailsPanel({ view, id, flows, onOpen, onGo }: DetailsPanelProps) {
  const text = useText();
  const node = id === null ? undefined : view.node.get(id);
  if (node) return <NodeDetails view={view} node={node} flows={flows} onOpen={onOpen} onGo={onGo} />;
  const edge = id === null ? undefined : view.edge.get(id);
  if (edge) return <EdgeDetails view={view} edge={edge} onGo={onGo} />;
  const frame = id === null ? undefined : view.frame.get(id);
  return frame ? (
    <>
      <p className="details__type">{text('frame')}</p>
      <h3 className="details__title">{frame.title || text('node.untitled')}</h3>
      {frame.description ? <p className="prose">{frame.description}</p> : null}
    </>
  ) : (
    <>
      <h3 className="details__title">{view.flow.name || text('untitledFlow')}</h3>
      {view.flow.description ? <p className="prose">{view.flow.description}</p> : null}
    </>
  );
}

function NodeDetails({ view, node, flows, onOpen, onGo }: Omit<DetailsPanelProps, 'id'> & { node: Node }) {
  const text = useText();
  const { data } = node;
  const Icon = NODE_ICONS[node.type];
  const [into, out] = useMemo(() => {
    const edges = [...view.edge.values()];
    return [edges.filter(({ target }) => target === node.id), edges.filter(({ source }) => source === node.id)];
  }, [view.edge, node.id]);
  const facts: [string, ReactNode][] = [
    ...(data.actor ? [[text('actor'), data.actor] as [string, ReactNode]] : []),
    ...(data.condition ? [[text('condition'), data.condition] as [string, ReactNode]] : []),
    ...(data.url ? [[text('address'), <code key="url">{[data.method, data.url].filter(Boolean).join(' ')}</code>] as [string, ReactNode]] : []),
  ];
  const badges = [node.status && text(`status.${node.status}`), node.priority && text(`priority.${node.priority}`), node.device && text(`device.${node.device}`)].filter(Boolean);
  const personas = Object.keys(node.personaIds ?? {}).flatMap((one) => view.persona.get(one)?.name ?? []);
  return (
    <div data-testid="node-details">
      <p className="details__type">
        <Icon aria-hidden style={{ color: node.color ?? nodeColor(node.type) }} />
        {text(`node.${node.type}`)}
      </p>
      <h3 className="details__title">{data.title || text('node.untitled')}</h3>
      {badges.length > 0 ? (
        <p className="details__badges">
          {badges.map((badge) => (
            <span key={badge} className="badge">
              {badge}
            </span>
          ))}
        </p>
      ) : null}
      {data.description ? <p className="prose">{data.description}</p> : null}
      {node.type === 'subflow' && data.subflowId && data.subflowId !== view.flow.id ? <Subflow flowId={data.subflowId} flow={flows.get(data.subflowId)} onOpen={onOpen} /> : null}
      {facts.length > 0 ? (
        <dl className="details__facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <Items title={text('elements')} items={sortedItems(node.elements).map(({ id, item }) => ({ key: id, text: item.label, note: [text(`element.${item.type}`), item.required ? text('required') : '', item.note].filter(Boolean).join(' · ') }))} />
      <Items title={text('variants')} items={sortedItems(node.variants).map(({ id, item }) => ({ key: id, text: item.name || text(`variant.${item.type}`), note: item.description ?? '' }))} />
      <Items title={text('conditions')} items={sortedItems(node.conditions).map(({ id, item }) => ({ key: id, text: item.label, note: '' }))} />
      <Items title={text('checklist')} items={sortedItems(node.checklist).map(({ id, item }) => ({ key: id, text: item.label, note: text(item.done ? 'done' : 'open') }))} />
      <Items title={text('personas')} items={personas.map((name) => ({ key: name, text: name, note: '' }))} />
      {sortedItems(node.links).length > 0 ? (
        <section className="panel__section">
          <h3>{text('links')}</h3>
          <ul>
            {sortedItems(node.links).map(({ id, item: { url, label } }) => (
              <li key={id}>
                {isSafeLink(url) ? (
                  <a href={url} target="_blank" rel="noopener noreferrer nofollow">
                    {label || url}
                  </a>
                ) : (
                  label || url
                )}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Ways title={text('leadsTo')} ways={out.map((edge) => ({ edge, to: edge.target }))} view={view} onGo={onGo} isForward />
      <Ways title={text('comesFrom')} ways={into.map((edge) => ({ edge, to: edge.source }))} view={view} onGo={onGo} />
    </div>
  );
}

function Subflow({ flowId, flow, onOpen }: { flowId: string; flow: NamedFlow | undefined; onOpen: (flowId: string) => void }) {
  const text = useText();
  if (!flow) return <p className="details__note">{text('subflowNote')}</p>;
  return (
    <Button className="details__open" variant="primary" icon={<ExternalLink />} onClick={() => onOpen(flowId)}>
      {flow.name ? text('openPart', { title: flow.name }) : text('node.openSubflow')}
    </Button>
  );
}

function EdgeDetails({ view, edge, onGo }: { view: FlowView; edge: Edge; onGo: (id: string) => void }) {
  const text = useText();
  const { condition, trigger, goalIds } = edge.data;
  const goals = Object.keys(goalIds ?? {}).flatMap((one) => view.goal.get(one)?.name ?? []);
  return (
    <>
      <p className="details__type">{text('connection')}</p>
      <h3 className="details__title">{edgeLabel(text, edge) || text('connection')}</h3>
      {trigger ? (
        <dl className="details__facts">
          <div>
            <dt>{text('happens')}</dt>
            <dd>{text(`trigger.${trigger}`)}</dd>
          </div>
        </dl>
      ) : null}
      {condition && condition !== edgeLabel(text, edge) ? <p className="prose">{condition}</p> : null}
      <Items title={text('goals')} items={goals.map((name) => ({ key: name, text: name, note: '' }))} />
      <Ways title={text('comesFrom')} ways={[{ edge, to: edge.source }]} view={view} onGo={onGo} />
      <Ways title={text('leadsTo')} ways={[{ edge, to: edge.target }]} view={view} onGo={onGo} isForward />
    </>
  );
}

function Items({ title, items }: { title: string; items: readonly { key: string; text: string; note: string }[] }) {
  if (items.length === 0) return null;
  return (
    <section className="panel__section">
      <h3>{title}</h3>
      <ul className="details__items">
        {items.map(({ key, text, note }) => (
          <li key={key}>
            {text}
            {note ? <small>{note}</small> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ways({ title, ways, view, onGo, isForward }: { title: string; ways: readonly { edge: Edge; to: string }[]; view: FlowView; onGo: (id: string) => void; isForward?: boolean }) {
  const text = useText();
  const Icon = isForward ? ArrowRight : ArrowLeft;
  return (
    <section className="panel__section">
      <h3>{title}</h3>
      {ways.length === 0 ? <p className="details__none">{text('nowhere')}</p> : null}
      <ul>
        {ways.map(({ edge, to }) => (
          <li key={edge.id}>
            <button type="button" className="step" onClick={() => onGo(to)}>
              <Icon aria-hidden />
              <span className="step__text">
                <b>{view.node.get(to)?.data.title || text('node.untitled')}</b>
                {edgeLabel(text, edge) ? <small>{edgeLabel(text, edge)}</small> : null}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
