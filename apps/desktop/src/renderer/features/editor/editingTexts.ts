import type { EditingTexts } from '@uxflow/ui';
import type { Translate } from '../../i18n/translate.ts';

/** What nodes and edges say in a language to who edits them. */
export function editingTexts(text: Translate): EditingTexts {
  return {
    acceptGhost: (title) => text('ghost.accept', { title }),
    rejectGhost: (title) => text('ghost.reject', { title }),
    editTitle: text('field.title'),
    editDescription: text('field.description'),
    editLabel: text('field.label'),
    describe: text('field.description'),
  };
}
