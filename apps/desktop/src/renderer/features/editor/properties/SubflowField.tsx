import type { FlowSummary } from '@uxflow/core/api';
import { SelectField } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { useFlow } from '../../../store/flowServices.ts';
import { useServices } from '../../../store/services.ts';

/** Which flow a sub-flow node opens. */
export function SubflowField({ value, onCommit }: { value: string | undefined; onCommit: (flowId: string | null) => void }) {
  const text = useText();
  const flow = useFlow();
  const { api } = useServices();
  const [flows, setFlows] = useState<readonly FlowSummary[]>([]);
  useEffect(() => flow.run(async () => setFlows(await api.flows.list({}))), [api, flow]);
  const others = flows.filter((each) => each.id !== flow.flowId);
  const isLost = !!value && flows.length > 0 && !others.some((each) => each.id === value);
  return (
    <SelectField
      label={text('field.subflow')}
      value={value ?? ''}
      isError={isLost}
      hint={isLost ? text('subflow.lost') : undefined}
      choices={[{ value: '', label: text('none') }, ...(isLost ? [{ value, label: value }] : []), ...others.map((each) => ({ value: each.id, label: each.name }))]}
      onCommit={(flowId) => onCommit(flowId || null)}
    />
  );
}
