import type { WorkspaceMember } from '@uxflow/core/api';
import { IconButton, SelectField } from '@uxflow/ui';
import { SlidersHorizontal, UserMinus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { Avatar } from '../Avatar.tsx';
import { GIVEN_ROLES, roleText, type GivenRole } from '../roleText.ts';
import { PermissionList } from './PermissionList.tsx';

export interface MemberRowProps {
  member: WorkspaceMember;
  /** It is the person at this device. */
  isOwn: boolean;
  /** They may change members at all: rows of those that they cannot change keep the place. */
  mayManage: boolean;
  takesGuests: boolean;
  isBusy: boolean;
  onChange: (change: { role?: GivenRole | 'guest'; permissions?: string[] }) => void;
  onRemove: () => void;
  /** What stands below, such as a guest's projects. */
  children?: ReactNode;
}

/** Somebody in a workspace: who they are, their role, what they may beyond it, and the way out. */
export function MemberRow({ member, isOwn, mayManage, takesGuests, isBusy, onChange, onRemove, children }: MemberRowProps) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const { role, permissions, grantable } = member;
  const name = member.name || member.email;
  const canChange = mayManage && !isOwn && role !== 'owner';
  const roles = [...GIVEN_ROLES, ...(takesGuests || role === 'guest' ? (['guest'] as const) : [])];
  const given = permissions.filter((permission) => grantable.includes(permission)).length;
  return (
    <li>
      <Avatar name={name} id={member.userId} />
      <div className="people-list__who">
        <strong>
          {name}
          {isOwn ? <span> ({text('workspace.you')})</span> : null}
        </strong>
        <span>
          {member.email}
          {given > 0 ? ` · ${text('permission.count', { count: given })}` : ''}
        </span>
      </div>
      {canChange ? (
        <SelectField label={text('workspace.roleOf', { name })} isLabelHidden isSmall disabled={isBusy} value={role as GivenRole | 'guest'} choices={roles.map((value) => ({ value, label: roleText(text, value) }))} onCommit={(next) => onChange({ role: next })} />
      ) : (
        <span className="share__role">{roleText(text, role)}</span>
      )}
      {canChange && grantable.length > 0 ? (
        <IconButton size="small" label={text('permission.of', { name })} icon={<SlidersHorizontal />} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      ) : mayManage && role !== 'guest' ? (
        <span className="people-list__gap" />
      ) : null}
      {canChange ? <IconButton size="small" label={text(role === 'guest' ? 'guest.end' : 'workspace.removeMember', { name })} icon={<UserMinus />} disabled={isBusy} onClick={onRemove} /> : mayManage ? <span className="people-list__gap" /> : null}
      {canChange && isOpen && grantable.length > 0 ? <PermissionList member={member} isBusy={isBusy} onChange={(next) => onChange({ permissions: next })} /> : null}
      {children}
    </li>
  );
}
