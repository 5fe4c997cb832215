import { useMemo } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { wordDiff } from './wordDiff.ts';

/** A wording with what is different from another one marked: by colour, by line and, for ears, by word. */
export function DiffText({ before, after }: { before: string; after: string }) {
  const text = useText();
  const parts = useMemo(() => wordDiff(before, after), [before, after]);
  return (
    <p className="prompts__wording">
      {parts.map(({ kind, text: words }, index) =>
        kind === 'same' ? (
          <span key={index}>{words}</span>
        ) : kind === 'added' ? (
          <ins key={index}>
            <span className="visually-hidden">{text('prompts.added')}</span>
            {words}
          </ins>
        ) : (
          <del key={index}>
            <span className="visually-hidden">{text('prompts.removed')}</span>
            {words}
          </del>
        ),
      )}
    </p>
  );
}
