import type { ActivityLine } from '@uxflow/core/api';
import { isTextKey, type Translate } from '../../../i18n/translate.ts';
import { planMeterText } from './planText.ts';
import { projectRoleText, roleText } from '../roleText.ts';

/** Kinds of activity that are looked for together. */
export const ACTIVITY_KINDS = {
  people: ['MEMBER_JOINED', 'MEMBER_CHANGED', 'MEMBER_REMOVED', 'MEMBER_LEFT', 'OWNERSHIP_TRANSFERRED', 'INVITATION_SENT', 'INVITATION_RESENT', 'INVITATION_REVOKED', 'INVITATION_DECLINED'],
  projects: ['PROJECT_CREATED', 'PROJECT_CHANGED', 'PROJECT_DELETED', 'PROJECT_RESTORED', 'PROJECT_MEMBER_SET', 'PROJECT_MEMBER_REMOVED', 'FLOW_SHARED', 'FLOW_CHANGED', 'FLOW_DELETED', 'FLOW_RESTORED'],
  links: ['LINK_MADE', 'LINK_CHANGED', 'LINK_REVOKED'],
  workspace: ['WORKSPACE_CREATED', 'WORKSPACE_CHANGED', 'WORKSPACE_DELETED', 'WORKSPACE_RESTORED', 'KEY_MADE', 'KEY_GIVEN', 'SIGN_ON_CHANGED', 'LIMIT_WARNING'],
} as const;
export type ActivityKind = keyof typeof ACTIVITY_KINDS;

/** Who did it, as the list calls them. */
export function actorText(text: Translate, { actorId, actorName }: ActivityLine): string {
  if (actorId === null) return text('activity.server');
  return actorName || text('activity.gone');
}

/** What they did, to stand behind their name; a kind that this version does not know is shown by its code. */
export function activityText(text: Translate, language: string, line: ActivityLine): string {
  const { code, params, names } = line;
  const key = `activity.${variantOf(line)}`;
  if (!/^[A-Z_]+$/.test(code) || !isTextKey(key)) return text('activity.unknown', { code });
  return text(key, {
    person: names.person ?? text('activity.gone'),
    people: new Intl.ListFormat(language, { type: 'conjunction' }).format(names.people ?? []),
    email: names.email,
    flow: names.flow ? text('activity.theFlow', { name: names.flow }) : text('activity.aFlow'),
    project: names.project ? text('activity.theProject', { name: names.project }) : text('activity.aProject'),
    epoch: params.epoch,
  });
}

/** What else is known of it, part by part; empty where the sentence says everything. */
export function activityDetails(text: Translate, line: ActivityLine): string[] {
  const { code, params, names } = line;
  const said = (value: unknown) => typeof value === 'string';
  switch (code) {
    case 'MEMBER_JOINED':
      return [role(text, params.role), names.inviter ? text('activity.detail.invitedBy', { name: names.inviter }) : '', said(params.connectionId) ? text('activity.detail.signOn') : ''].filter(Boolean);
    case 'MEMBER_CHANGED':
      if (params.from !== params.to && said(params.from) && said(params.to)) return [text('activity.detail.roles', { from: roleText(text, params.from as string), to: roleText(text, params.to as string) })];
      return permissions(text, params.permissions);
    case 'INVITATION_SENT':
      return [role(text, params.role)].filter(Boolean);
    case 'PROJECT_MEMBER_SET':
      return params.role === 'editor' || params.role === 'commenter' || params.role === 'viewer' ? [text('activity.detail.role', { role: projectRoleText(text, params.role) })] : [];
    case 'PROJECT_CREATED':
      return params.visibility === 'private' ? [text('activity.detail.private')] : [];
    case 'FLOW_SHARED':
      return names.project ? [text('activity.detail.inProject', { name: names.project })] : [];
    case 'LINK_MADE':
      return [params.mayComment === true ? text('activity.detail.comments') : '', params.hasPassword === true ? text('activity.detail.password') : ''].filter(Boolean);
    case 'LIMIT_WARNING':
      return [planMeterText(text, params.limit)].filter(Boolean);
    case 'PROJECT_CHANGED':
    case 'FLOW_CHANGED':
      // One alone may be in the sentence already.
      return variantOf(line) !== code ? [] : fields(text, params);
    case 'WORKSPACE_CHANGED':
    case 'LINK_CHANGED':
    case 'SIGN_ON_CHANGED':
      return fields(text, params);
    default:
      return [];
  }
}

/** The code, with what tells apart how it is said. */
function variantOf({ code, params, names, actorId }: ActivityLine): string {
  const changed = [...new Set(fieldsOf(params))];
  const only = changed.length === 1 ? changed[0] : undefined;
  switch (code) {
    case 'MEMBER_CHANGED':
      return typeof params.connectionId === 'string' ? `${code}.signOn` : params.from === params.to ? `${code}.permissions` : code;
    case 'INVITATION_SENT':
    case 'INVITATION_RESENT':
    case 'INVITATION_REVOKED':
      return names.email ? code : `${code}.unnamed`;
    case 'KEY_GIVEN':
      if (Array.isArray(params.userIds) && params.userIds.length === 1 && params.userIds[0] === actorId) return `${code}.own`;
      return names.people ? code : `${code}.unnamed`;
    case 'PROJECT_CHANGED':
    case 'FLOW_CHANGED':
      return only && isTextKey(`activity.${code}.${only}`) ? `${code}.${only}` : code;
    case 'SIGN_ON_CHANGED':
      if (only === 'domains' && actorId === null) return `${code}.proof`;
      return only && isTextKey(`activity.${code}.${only}`) ? `${code}.${only}` : code;
    case 'LIMIT_WARNING':
      return params.warning === 'critical' || params.warning === 'full' ? `${code}.${params.warning}` : code;
    default:
      return code;
  }
}

/** The fields that were changed; a sealed name is a name. */
function fieldsOf({ fields: given }: ActivityLine['params']): string[] {
  return Array.isArray(given) ? given.filter((field) => typeof field === 'string').map((field) => (field === 'sealed' ? 'name' : field)) : [];
}

function fields(text: Translate, params: ActivityLine['params']): string[] {
  return [...new Set(fieldsOf(params))].flatMap((field) => {
    const key = `activity.field.${field}`;
    return isTextKey(key) ? [text(key)] : [];
  });
}

function permissions(text: Translate, given: unknown): string[] {
  if (!Array.isArray(given)) return [];
  if (given.length === 0) return [text('activity.detail.noPermission')];
  return given.flatMap((permission) => {
    const key = `permission.${String(permission)}`;
    return isTextKey(key) ? [text(key)] : [];
  });
}

function role(text: Translate, given: unknown): string {
  return typeof given === 'string' ? text('activity.detail.role', { role: roleText(text, given) }) : '';
}
