import type { McpConsent, McpState } from '@uxflow/core/api';
import { useText } from '../../i18n/TextContext.tsx';
import { ConsentChoice } from './ConsentChoice.tsx';

/** What each tool may do for other agents. */
export function ConsentTable({ tools, onChange }: { tools: McpState['tools']; onChange: (tool: McpState['tools'][number]['name'], consent: McpConsent) => void }) {
  const text = useText();
  return (
    <div className="settings__tools">
      <h3>{text('mcp.tools')}</h3>
      <p className="settings__muted">{text('mcp.toolsText')}</p>
      <ul className="settings__tool-list">
        {tools.map(({ name, effect, consent }) => (
          <li key={name}>
            <div>
              <strong>{text(`mcp.tool.${name}`)}</strong>
              <span className="settings__faint">{text(`mcp.toolText.${name}`)}</span>
            </div>
            <ConsentChoice label={text('mcp.consentFor', { tool: text(`mcp.tool.${name}`) })} value={consent} isRisky={effect !== 'read'} onCommit={(next) => onChange(name, next)} />
          </li>
        ))}
      </ul>
    </div>
  );
}
