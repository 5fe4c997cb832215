/** The parts of a connection's page. */
import { html, type Html } from '../pages/html.ts';
import { card } from '../pages/account.ts';
import { fill, problemSentence } from '../pages/texts.ts';
import { PROOF_GRACE_DAYS } from './domainRounds.ts';
import { signOnProblem } from './errors.ts';
import type { ConnectionView, DomainView } from './schema.ts';
import type { Settler } from './settingsPages.ts';

const ROLES = ['viewer', 'commenter', 'member', 'admin'] as const;

/** All of them, in the order in which they are worked through. `here`: where their forms go. */
export function connectionCards({ me, t }: Settler, view: ConnectionView, here: string): Html[] {
  const { language } = me.preferences;
  const form = (act: string, body: Html, more: Html = html``) => html`<form method="post" action="${here}"${more}><input type="hidden" name="act" value="${act}" />${body}</form>`;
  const copied = (label: string, value: string | undefined) => (value ? html`<dt>${label}</dt><dd><code class="copied">${value}</code></dd>` : html``);
  const day = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const isReady = view.missing.length === 0;
  const isSaml = view.kind === 'saml';
  const { ours } = view;

  const told = card(t.oursTitle, html`<p>${isSaml ? t.oursSaml : t.oursOidc}</p><dl class="facts">${copied(t.entityId, ours.entityId)}${copied(t.acs, ours.acs)}${copied(t.slo, ours.slo)}${copied(t.callback, ours.callback)}${copied(t.signedOut, ours.signedOut)}</dl>${isSaml ? html`<p><a href="${ours.entityId!}" download="uxflow-metadata.xml">${t.ourMetadata}</a></p>` : ''}`, 'ours');

  const certificates = view.certificates.length > 0 ? html`<ul class="rows">${view.certificates.map(({ subject, fingerprint, validTo }) => html`<li><p>${subject}<br /><span class="quiet">SHA-256 <code>${fingerprint}</code><br />${fill(t.validTo, { day: day(validTo).slice(0, 10) })}</span></p></li>`)}</ul>` : '';
  const upload = form('metadata', html`<label>${t.metadataFile}<input type="file" name="file" accept=".xml,application/xml,text/xml" /></label><label>${t.metadataText}<textarea name="metadata" rows="4" spellcheck="false"></textarea></label><button>${t.takeMetadata}</button>`, html` enctype="multipart/form-data"`);
  const fetching = form('metadataUrl', html`<label>${t.metadataUrl}<input name="metadataUrl" type="url" required value="${view.idpMetadataUrl ?? ''}" placeholder="https://" aria-describedby="metadata-hint" /></label><p class="quiet" id="metadata-hint">${t.metadataUrlHint}</p><button${view.idpMetadataUrl === null ? html`` : html` class="second"`}>${view.idpMetadataUrl === null ? t.fetchMetadata : t.fetchAgain}</button>`);
  const values = form('provider', html`<label>${t.idpEntityId}<input name="idpEntityId" required value="${view.idpEntityId ?? ''}" /></label><label>${t.idpSignInUrl}<input name="idpSignInUrl" type="url" required value="${view.idpSignInUrl ?? ''}" /></label><label>${t.idpSignOutUrl}<input name="idpSignOutUrl" type="url" value="${view.idpSignOutUrl ?? ''}" /></label><label>${t.certificates}<textarea name="certificates" rows="6" required spellcheck="false" aria-describedby="certificates-hint">${view.certificates.map(({ pem }) => pem.trim()).join('\n')}</textarea></label><p class="quiet" id="certificates-hint">${t.certificatesHint}</p><button class="second">${t.save}</button>`);
  const provider = isSaml
    ? card(t.providerTitle, view.idpEntityId ? html`${values}${certificates}${view.idpMetadataUrl === null ? '' : fetching}<details><summary>${t.newMetadata}</summary>${view.idpMetadataUrl === null ? fetching : ''}${upload}</details>` : html`${fetching}${upload}<details><summary>${t.byHand}</summary>${values}</details>`, 'provider')
    : card(t.providerTitle, form('issuer', html`<label>${t.issuer}<input name="issuer" type="url" required value="${view.issuer ?? ''}" aria-describedby="issuer-hint" /></label><p class="quiet" id="issuer-hint">${t.issuerHint}</p><label>${t.clientId}<input name="clientId" required autocomplete="off" value="${view.clientId ?? ''}" /></label><label>${t.clientSecret}<input name="clientSecret" type="password" autocomplete="off"${view.hasClientSecret ? html` aria-describedby="secret-hint"` : ''} /></label>${view.hasClientSecret ? html`<p class="quiet" id="secret-hint">${t.clientSecretKept}</p>` : ''}<label class="check"><input type="checkbox" name="trustAddresses"${view.trustAddresses ? html` checked` : ''} />${t.trustAddresses}</label><label class="check"><input type="checkbox" name="signOutThere"${view.signOutThere ? html` checked` : ''} />${t.signOutThere}</label><button>${t.save}</button>`), 'issuer');

  const domains = card(t.domainsTitle, html`<p>${t.domainsLead}</p>
    ${view.domains.length > 0 ? html`<ul class="rows">${view.domains.map((one) => domainRow(one))}</ul>` : ''}
    ${form('addDomain', html`<label>${t.domain}<input name="domain" required autocapitalize="none" spellcheck="false" placeholder="example.org" /></label><button class="${view.domains.length > 0 ? 'second' : ''}">${t.addDomain}</button>`)}`, 'domains');
  function standOf(provenAt: number | null, failingSince: number | null, suspendedAt: number | null): Html {
    if (provenAt === null || failingSince === null) return html`<span class="quiet">${t.unproven}</span>`;
    const [mark, lead] = suspendedAt === null ? [t.failing, t.failingLead] : [t.suspended, t.suspendedLead];
    return html`<span class="mark bad">${mark}</span><br /><span class="quiet">${fill(lead, { since: day(failingSince), until: day(failingSince + PROOF_GRACE_DAYS * 86_400_000) })}</span>`;
  }
  function domainRow({ domain, provenAt, failingSince, suspendedAt, record, file }: DomainView): Html {
    const button = (act: string, label: string) => form(act, html`<input type="hidden" name="domain" value="${domain}" /><button class="second">${label}</button>`);
    if (provenAt !== null && failingSince === null) return html`<li><p>${domain} <span class="mark">${t.proven}</span></p>${button('removeDomain', t.removeDomain)}</li>`;
    return html`<li><p>${domain} ${standOf(provenAt, failingSince, suspendedAt)}</p>${button('proveDomain', t.prove)}
      <details open><summary>${fill(t.howToProve, { domain })}</summary><p>${t.byRecord}</p><dl class="facts">${copied(t.recordName, record.name)}${copied(t.recordType, record.type)}${copied(t.recordValue, record.value)}</dl><p>${t.byFile}</p><dl class="facts">${copied(t.fileAddress, file.url)}${copied(t.fileContent, file.content)}</dl>${button('removeDomain', t.removeDomain)}</details></li>`;
  }

  const trial = card(t.testTitle, html`<p>${view.testedAt === null ? t.testLead : fill(t.testedAt, { at: day(view.testedAt) })}</p>
    ${view.lastProblem ? html`<p class="quiet">${fill(t.lastProblem, { at: day(view.lastProblem.at) })} ${problemSentence(signOnProblem(view.lastProblem.code as never), language)}</p>` : ''}
    ${form('test', html`<button class="${view.testedAt === null ? '' : 'second'}"${view.missing.some((one) => one !== 'domain') ? html` disabled` : ''}>${t.test}</button>`)}`, 'test');

  const mode = card(t.modeTitle, html`${isReady ? html`<p>${t.link}</p><p><code class="copied">${ours.link}</code></p>` : html`<p>${fill(t.missingLead, { missing: view.missing.map((one) => t.missing[one as keyof typeof t.missing] ?? one).join(', ') })}</p>`}
    ${form('mode', html`<fieldset><legend>${t.mode}</legend>${(['off', 'on', 'required'] as const).map((one) => html`<label class="check"><input type="radio" name="mode" value="${one}"${view.mode === one ? html` checked` : ''} />${t.modeLeads[one]}</label>`)}</fieldset><button>${t.save}</button>`)}`, 'mode');

  const roles = (chosen: string | null) => html`<option value=""${chosen === null ? html` selected` : ''}>${t.noRole}</option>${ROLES.map((role) => html`<option value="${role}"${chosen === role ? html` selected` : ''}>${t.roles[role]}</option>`)}`;
  const people = card(t.peopleTitle, form('people', html`${isSaml ? html`<input type="hidden" name="isSaml" value="1" />` : ''}
    <label>${t.defaultRole}<select name="defaultRole">${roles(view.defaultRole)}</select></label>
    <label>${t.roleMap}<textarea name="roleMap" rows="4" spellcheck="false" aria-describedby="map-hint">${view.roleMap.map(({ group, role }) => `${group} = ${role}`).join('\n')}</textarea></label><p class="quiet" id="map-hint">${t.roleMapHint}</p>
    <label>${isSaml ? t.groupsAttribute : t.groupsClaim}<input name="groupsAttribute" value="${view.groupsAttribute ?? ''}" placeholder="groups" /></label>
    <label>${isSaml ? t.emailAttribute : t.emailClaim}<input name="emailAttribute" value="${view.emailAttribute ?? ''}" placeholder="email" /></label>
    <label>${t.sessionDays}<input name="sessionDays" type="number" min="1" max="30" required value="${view.sessionDays}" /></label>
    ${isSaml ? html`<label class="check"><input type="checkbox" name="allowUnsolicited"${view.allowUnsolicited ? html` checked` : ''} />${t.allowUnsolicited}</label>` : ''}
    <button class="second">${t.save}</button>`), 'people');

  const end = card(t.removeTitle, html`<p>${t.removeLead}</p><details><summary>${t.remove}</summary>${form('remove', html`<button class="danger">${t.removeNow}</button>`)}</details>`, 'remove');
  return [told, provider, domains, trial, mode, people, end];
}
