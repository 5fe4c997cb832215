import { Eye, EyeOff } from 'lucide-react';
import { useText } from '../../../i18n/TextContext.tsx';

/** What encryption hides from the server, and what not. */
export function HiddenTable() {
  const text = useText();
  return (
    <details className="hidden-table">
      <summary>{text('workspaceKeys.hidden')}</summary>
      <div className="hidden-table__columns">
        <div>
          <h4>
            <EyeOff aria-hidden />
            {text('workspaceKeys.hiddenYes')}
          </h4>
          <ul>
            {(['workspaceKeys.hiddenYes1', 'workspaceKeys.hiddenYes2', 'workspaceKeys.hiddenYes3'] as const).map((key) => (
              <li key={key}>{text(key)}</li>
            ))}
          </ul>
        </div>
        <div>
          <h4>
            <Eye aria-hidden />
            {text('workspaceKeys.hiddenNo')}
          </h4>
          <ul>
            {(['workspaceKeys.hiddenNo1', 'workspaceKeys.hiddenNo2', 'workspaceKeys.hiddenNo3'] as const).map((key) => (
              <li key={key}>{text(key)}</li>
            ))}
          </ul>
        </div>
      </div>
      <p className="share__quiet">{text('workspaceKeys.hiddenAlso')}</p>
    </details>
  );
}
