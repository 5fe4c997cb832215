/** What the forms of the settings say, as a change of a connection. */
import { parsed } from '../pages/routes.ts';
import { connectionChangeSchema, type ConnectionChange } from './schema.ts';

/** The change that a form asks for. Throws INPUT_INVALID. */
export async function changeOfForm(fields: Readonly<Record<string, string | File>>): Promise<ConnectionChange> {
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name].trim() : '');
  const orNull = (name: string) => text(name) || null;
  const isOn = (name: string) => fields[name] === 'on';
  switch (fields.act) {
    case 'mode':
      return parsed(connectionChangeSchema, { mode: text('mode') });
    case 'metadata':
      return parsed(connectionChangeSchema, { metadata: fields.file instanceof File && fields.file.size > 0 ? await fields.file.text() : text('metadata') });
    case 'metadataUrl':
      return parsed(connectionChangeSchema, { metadataUrl: text('metadataUrl') });
    case 'provider':
      return parsed(connectionChangeSchema, { idpEntityId: text('idpEntityId'), idpSignInUrl: text('idpSignInUrl'), idpSignOutUrl: orNull('idpSignOutUrl'), certificates: certificatesIn(text('certificates')) });
    case 'issuer':
      // The secret is never shown, so an empty field leaves it as it is.
      return parsed(connectionChangeSchema, { issuer: text('issuer'), clientId: text('clientId'), ...(text('clientSecret') ? { clientSecret: text('clientSecret') } : {}), trustAddresses: isOn('trustAddresses'), signOutThere: isOn('signOutThere') });
    default:
      return parsed(connectionChangeSchema, {
        defaultRole: orNull('defaultRole'),
        roleMap: linesOf(text('roleMap')),
        groupsAttribute: orNull('groupsAttribute'),
        emailAttribute: orNull('emailAttribute'),
        sessionDays: Number(text('sessionDays')),
        ...('isSaml' in fields ? { allowUnsolicited: isOn('allowUnsolicited') } : {}),
      });
  }
}

/** Certificates one behind the other, or one that stands bare. */
export function certificatesIn(text: string): string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  return found ? [...found] : [text];
}

/** Lines `group = role`; the last equals sign counts. */
function linesOf(text: string): { group: string; role: string }[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
    const at = line.lastIndexOf('=');
    return { group: line.slice(0, Math.max(0, at)).trim(), role: line.slice(at + 1).trim().toLowerCase() };
  });
}
