import type { WorkspaceMember } from '@uxflow/core/api';
import { Switch } from '@uxflow/ui';
import { isTextKey } from '../../../i18n/translate.ts';
import { useText } from '../../../i18n/TextContext.tsx';
import { roleText } from '../roleText.ts';

/** What a member may be given beyond the role, as switches. What this version has no words for stays as it is. */
export function PermissionList({ member, isBusy, onChange }: { member: WorkspaceMember; isBusy: boolean; /** Gets all that they have from now on. */ onChange: (permissions: string[]) => void }) {
  const text = useText();
  const { name, email, role, permissions, grantable } = member;
  return (
    <fieldset className="permission-list" data-testid="permission-list">
      <legend>{text('permission.lead', { name: name || email, role: roleText(text, role) })}</legend>
      {grantable.map((permission) => {
        const [label, hint] = [`permission.${permission}`, `permission.${permission}.text`];
        if (!isTextKey(label) || !isTextKey(hint)) return null;
        return (
          <Switch key={permission} label={text(label)} hint={text(hint)} checked={permissions.includes(permission)} disabled={isBusy} onCommit={(isOn) => onChange(isOn ? [...permissions, permission] : permissions.filter((one) => one !== permission))} />
        );
      })}
    </fieldset>
  );
}
