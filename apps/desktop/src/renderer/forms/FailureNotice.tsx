import { Notice } from '@uxflow/ui';
import { errorText, useText } from '../i18n/TextContext.tsx';

/** Says what the engine or a server refused, in the language of the screen; nothing where nothing failed. */
export function FailureNotice({ failure }: { failure: unknown }) {
  const text = useText();
  return failure ? <Notice tone="error">{errorText(text, failure)}</Notice> : null;
}
