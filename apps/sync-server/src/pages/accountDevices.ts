/** The section of devices that are signed in. */
import { originOf } from '../accounts/routes.ts';
import { card, moment, sectionPage, type AccountPages, type ShowSection } from './account.ts';
import { html } from './html.ts';
import type { PageParts } from './routes.ts';
import { fill } from './texts.ts';

/** Shows the section. */
export function showDevices({ accounts: { sessions } }: PageParts): ShowSection {
  return async (viewer, problem) => {
    const { t } = viewer;
    const all = await sessions.list(viewer.principal);
    return sectionPage(viewer, 'devices', card(t.devices, html`
      <ul class="rows">${all.map(({ id, kind, deviceName, userAgent, address, createdAt, lastSeenAt, current }) => {
        const name = deviceName ?? programOf(userAgent ?? '') ?? (kind === 'desktop' ? t.deviceApp : t.deviceWeb);
        return html`<li>
          <p><strong>${name}</strong>${current ? html` <span class="mark">${t.deviceHere}</span>` : ''}<br /><span class="quiet">${fill(t.deviceLine, { address: address ?? '?', seen: moment(viewer, lastSeenAt), since: moment(viewer, createdAt) })}</span></p>
          ${current ? '' : html`<form method="post" action="/account/devices/end"><input type="hidden" name="id" value="${id}" /><button class="second">${t.deviceEnd}<span class="unseen"> ${name}</span></button></form>`}
        </li>`;
      })}</ul>
      ${all.length > 1 ? html`<form method="post" action="/account/devices/end-others"><button class="second">${t.devicesEnd}</button></form>` : ''}`), { problem });
  };
}

/** Whoever took a session over must not throw its holder out of the others. */
const fresh = { freshMinutes: 60 } as const;

/** Adds its forms. */
export function addDeviceForms(pages: AccountPages, { accounts: { sessions } }: PageParts): void {
  pages.post('/account/devices/end', 'devices', fresh, async ({ principal, context }, { id = '' }) => {
    await sessions.end(principal, id, originOf(context));
    return { section: 'devices', done: 'deviceEnded' };
  });
  pages.post('/account/devices/end-others', 'devices', fresh, async ({ principal, context }) => {
    await sessions.endAll(principal, { keepCurrent: true }, originOf(context));
    return { section: 'devices', done: 'devicesEnded' };
  });
}

const BROWSERS: [RegExp, string][] = [[/Electron\//, 'UX Flow Engine'], [/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/OPR\//, 'Opera'], [/Chrom(e|ium)\//, 'Chrome'], [/Safari\//, 'Safari']];
const SYSTEMS: [RegExp, string][] = [[/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux|X11/, 'Linux']];

/** What a browser says of itself, in two words; undefined for other programs. */
function programOf(userAgent: string): string | undefined {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  return browser && system ? `${browser}, ${system}` : browser;
}
