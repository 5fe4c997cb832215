import { useEditor, useGhosts, useSession } from '../../../store/flowServices.ts';
import { EdgeProperties } from './EdgeProperties.tsx';
import { FlowProperties } from './FlowProperties.tsx';
import { FrameProperties } from './FrameProperties.tsx';
import { NodeProperties } from './NodeProperties.tsx';
import { SelectionProperties } from './SelectionProperties.tsx';

/** All fields of what is chosen; of the flow itself when nothing is. */
export function PropertiesPanel() {
  const { view } = useGhosts();
  const selected = useEditor((state) => state.selected);
  const isReadOnly = useSession((state) => state.readOnly !== null);
  const [id] = selected;
  const body = (() => {
    if (selected.size > 1) return <SelectionProperties ids={[...selected]} />;
    const node = id ? view.node.get(id) : undefined;
    if (node) return <NodeProperties key={node.id} node={node} />;
    const edge = id ? view.edge.get(id) : undefined;
    if (edge) return <EdgeProperties key={edge.id} edge={edge} />;
    const frame = id ? view.frame.get(id) : undefined;
    if (frame) return <FrameProperties key={frame.id} frame={frame} />;
    return <FlowProperties />;
  })();
  return (
    <fieldset className="properties" disabled={isReadOnly} data-testid="properties">
      {body}
    </fieldset>
  );
}
