import type { FindingView } from '@uxflow/core/api';
import { findingText, fixText } from '@uxflow/core/flow/review/messages';
import { Badge, Button, Checkbox, EmptyState } from '@uxflow/ui';
import { CircleAlert, CircleCheck, Info, TriangleAlert, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useEditor, useFlow, useSession } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';

const SEVERITIES = ['error', 'warning', 'info'] as const;
const ICONS = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;

/** What a review of the flow found, the worst first; each leads to its place and some can be fixed by one press. */
export function FindingsPanel() {
  const text = useText();
  const findings = useSession((state) => state.findings);
  const selected = useEditor((state) => state.selected);
  const [isNarrow, setNarrow] = useState(false);
  const shown = isNarrow ? findings.filter((finding) => [...finding.nodeIds, ...finding.edgeIds].some((id) => selected.has(id))) : findings;
  return (
    <div className="review" data-testid="findings">
      {selected.size > 0 || isNarrow ? <Checkbox label={text('findings.onlyChosen')} checked={isNarrow} onCommit={setNarrow} /> : null}
      {shown.length === 0 ? (
        <EmptyState icon={<CircleCheck />} title={text('findings.none')}>
          {text('findings.noneText')}
        </EmptyState>
      ) : null}
      {SEVERITIES.map((severity) => {
        const list = shown.filter((finding) => finding.severity === severity);
        if (list.length === 0) return null;
        return (
          <details key={severity} className="section" open={severity !== 'info' || shown.length < 8}>
            <summary>
              <span>{text(`findings.${severity}`)}</span>
              <Badge tone={severity}>{list.length}</Badge>
            </summary>
            <ul className="review__list">
              {list.map((finding) => (
                <FindingRow key={finding.key} finding={finding} />
              ))}
            </ul>
          </details>
        );
      })}
    </div>
  );
}

function FindingRow({ finding }: { finding: FindingView }) {
  const text = useText();
  const language = useLanguage();
  const flow = useFlow();
  const { api, toasts } = useServices();
  const isReadOnly = useSession((state) => state.readOnly !== null);
  const [isFixing, setFixing] = useState(false);
  const Icon = ICONS[finding.severity];
  const ids = [...finding.nodeIds, ...finding.edgeIds];
  const fixLabel = finding.fix ? fixText(finding as never, language) : undefined;
  const fix = () => {
    setFixing(true);
    flow.run(async () => {
      try {
        await flow.session.getState().settled();
        const { entryId } = await api.flow.applyFix({ flowId: flow.flowId, findingKey: finding.key });
        flow.session.getState().noteOwnEntry(entryId);
        toasts.getState().show({ text: text('findings.fixed', { fix: fixLabel }), action: { label: text('undo'), run: () => flow.run(() => flow.session.getState().undo()) } });
      } finally {
        setFixing(false);
      }
    });
  };
  return (
    <li className={`finding finding--${finding.severity}`} data-finding={finding.code}>
      <button type="button" className="finding__text" disabled={ids.length === 0} onClick={() => flow.editor.getState().reveal(ids.slice(0, 40))}>
        <Icon aria-hidden />
        <span>{findingText(finding as never, language)}</span>
      </button>
      {fixLabel ? (
        <Button size="small" icon={<Wrench />} disabled={isReadOnly || isFixing} onClick={fix}>
          {fixLabel}
        </Button>
      ) : null}
    </li>
  );
}
