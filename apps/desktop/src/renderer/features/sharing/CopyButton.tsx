import { Button } from '@uxflow/ui';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFailureToast } from '../../store/services.ts';

/** Copies a text, and says for a moment that it did. */
export function CopyButton({ value, label, copied, variant, onCopied }: { value: string; label?: string; copied?: string; variant?: 'primary'; onCopied?: () => void }) {
  const text = useText();
  const fail = useFailureToast();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 4000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () =>
    void navigator.clipboard.writeText(value).then(() => {
      setCopied(true);
      onCopied?.();
    }, fail);
  return (
    <Button size="small" {...(variant ? { variant } : {})} icon={isCopied ? <Check /> : <Copy />} onClick={copy}>
      {isCopied ? (copied ?? text('keys.copied')) : (label ?? text('keys.copy'))}
    </Button>
  );
}
