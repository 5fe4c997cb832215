/** A connection as it stands in the database. */
import type { WorkspaceRole } from '../access/permissions.ts';
import type { Queryable } from '../db/database.ts';
import type { Place } from '../workspaces/place.ts';
import { signOnProblem } from './errors.ts';

export type JoinRole = Extract<WorkspaceRole, 'admin' | 'member' | 'commenter' | 'viewer'>;

export interface Connection {
  id: string;
  workspaceId: string;
  name: string;
  kind: 'saml' | 'oidc';
  mode: 'off' | 'on' | 'required';
  defaultRole: JoinRole | null;
  roleMap: { group: string; role: JoinRole }[];
  emailAttribute: string | null;
  groupsAttribute: string | null;
  sessionDays: number;
  allowUnsolicited: boolean;
  idpEntityId: string | null;
  idpSignInUrl: string | null;
  idpSignInBinding: 'redirect' | 'post';
  idpSignOutUrl: string | null;
  idpMetadataUrl: string | null;
  idpCertificates: string[];
  ownCertificate: string | null;
  ownKeySealed: string | null;
  issuer: string | null;
  clientId: string | null;
  clientSecretSealed: string | null;
  trustAddresses: boolean;
  signOutThere: boolean;
  testedAt: Date | null;
  lastProblem: string | null;
  lastProblemAt: Date | null;
  createdAt: Date;
}

export const CONNECTION_COLUMNS = `c.id, c.workspace_id as "workspaceId", c.name, c.kind, c.mode, c.default_role as "defaultRole", c.role_map as "roleMap", c.email_attribute as "emailAttribute", c.groups_attribute as "groupsAttribute",
  c.session_days as "sessionDays", c.allow_unsolicited as "allowUnsolicited", c.idp_entity_id as "idpEntityId", c.idp_sign_in_url as "idpSignInUrl", c.idp_sign_in_binding as "idpSignInBinding", c.idp_sign_out_url as "idpSignOutUrl", c.idp_metadata_url as "idpMetadataUrl",
  c.idp_certificates as "idpCertificates", c.own_certificate as "ownCertificate", c.own_key_sealed as "ownKeySealed", c.issuer, c.client_id as "clientId", c.client_secret_sealed as "clientSecretSealed", c.trust_addresses as "trustAddresses", c.sign_out_there as "signOutThere",
  c.tested_at as "testedAt", c.last_problem as "lastProblem", c.last_problem_at as "lastProblemAt", c.created_at as "createdAt"`;

/** A connection of a workspace that is there; undefined otherwise. */
export async function findConnection(sql: Queryable, connectionId: string): Promise<Connection | undefined> {
  const { rows } = await sql.query<Connection>(`select ${CONNECTION_COLUMNS} from sign_on_connection c join workspace w on w.id = c.workspace_id and w.deleted_at is null where c.id = $1`, [connectionId]);
  return rows[0];
}

/** A connection of this workspace and no other. Throws CONNECTION_NOT_FOUND. */
export async function demandIn({ sql, workspace }: Pick<Place, 'sql' | 'workspace'>, connectionId: string): Promise<Connection> {
  const { rows } = await sql.query<Connection>(`select ${CONNECTION_COLUMNS} from sign_on_connection c where c.id = $1 and c.workspace_id = $2`, [connectionId, workspace.id]);
  if (!rows[0]) throw signOnProblem('CONNECTION_NOT_FOUND');
  return rows[0];
}

/** What a connection still lacks before a browser can be led anywhere by it. */
export function lackOf(connection: Connection): string[] {
  const lacks: [string, unknown][] = connection.kind === 'saml' ? [['idpEntityId', connection.idpEntityId], ['idpSignInUrl', connection.idpSignInUrl], ['certificates', connection.idpCertificates[0]]] : [['issuer', connection.issuer], ['clientId', connection.clientId]];
  return lacks.filter(([, value]) => !value).map(([name]) => name);
}
