import type { McpConsent } from '@uxflow/core/api';
import { SelectField } from '@uxflow/ui';
import { useText } from '../../i18n/TextContext.tsx';

export interface ConsentChoiceProps {
  label: string;
  value: McpConsent;
  /** True where "always" lets somebody do more than look. */
  isRisky?: boolean;
  onCommit: (value: McpConsent) => void;
}

/** Ask, always or never. */
export function ConsentChoice({ label, value, isRisky = false, onCommit }: ConsentChoiceProps) {
  const text = useText();
  return (
    <SelectField<McpConsent>
      label={label}
      isLabelHidden
      isSmall
      value={value}
      choices={[
        { value: 'ask', label: text('mcp.consent.ask') },
        { value: 'allow', label: text(isRisky ? 'mcp.consent.allowRisky' : 'mcp.consent.allow') },
        { value: 'deny', label: text('mcp.consent.deny') },
      ]}
      onCommit={onCommit}
    />
  );
}
