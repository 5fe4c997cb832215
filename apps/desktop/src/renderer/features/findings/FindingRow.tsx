import type { FindingView } from '@uxflow/core/api';
import { findingText, fixText } from '@uxflow/core';
import { Button, Spinner } from '@uxflow/ui';
import { CircleAlert, Info, TriangleAlert, Wrench } from 'lucide-react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';

const ICONS = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;

export interface FindingRowProps {
  finding: FindingView;
  isFixing: boolean;
  isFixable: boolean;
  onShow: () => void;
  onFix: () => void;
}

/** One finding: its sentence leads to its place, its button puts it right. */
export function FindingRow({ finding, isFixing, isFixable, onShow, onFix }: FindingRowProps) {
  const text = useText();
  const language = useLanguage();
  const Icon = ICONS[finding.severity];
  const hasPlace = finding.nodeIds.length + finding.edgeIds.length > 0;
  return (
    <li className={`review__item review__item--${finding.severity}`} data-finding={finding.code}>
      <button type="button" className="review__row" data-key={finding.key} title={hasPlace ? text('findings.show') : undefined} aria-disabled={!hasPlace} onClick={() => hasPlace && onShow()}>
        <Icon aria-label={text(`findings.${finding.severity}`)} />
        <span>{findingText(finding as Parameters<typeof findingText>[0], language)}</span>
      </button>
      {finding.fix ? (
        <Button size="small" icon={isFixing ? <Spinner label={text('findings.fixing')} /> : <Wrench aria-hidden />} disabled={!isFixable} onClick={onFix}>
          {fixText(finding.fix, language)}
        </Button>
      ) : null}
    </li>
  );
}
