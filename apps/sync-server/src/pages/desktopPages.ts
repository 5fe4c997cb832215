/** The page that asks whether an app on this computer may sign in, and leads back to it. */
import { z } from '@hono/zod-openapi';
import { html } from './html.ts';
import { messagePage, parsed, type AddGet, type AddPost, type PageContext, type PageParts } from './routes.ts';
import { fill, problemSentence } from './texts.ts';

const requestSchema = z.object({
  redirect_uri: z.string().max(500),
  state: z.string().min(8).max(500),
  /** base64url of a SHA-256. */
  code_challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  device: z.string().trim().max(100).regex(/^[^\p{Cc}]*$/u).default(''),
});

/** Adds /desktop: what the app opens in the system's browser. */
export function addDesktopPages(get: AddGet, post: AddPost, { accounts }: PageParts): void {
  const ask = async (context: PageContext, given: Record<string, string>): Promise<Response> => {
    const request = parsed(requestSchema, given);
    const target = accounts.desktop.demandLoopback(request.redirect_uri);
    const principal = context.get('principal');
    const here = `/desktop?${new URLSearchParams(request).toString()}`;
    if (principal?.kind !== 'user') return context.redirect(`/sign-in?next=${encodeURIComponent(here)}`, 303);
    // Who can prove nothing here, and came by no provider of a workspace, signs in anew.
    if (!(await accounts.desktop.mayApprove(principal))) {
      const isProvable = principal.signOnId !== undefined || (await accounts.proof.kindsOf(principal.userId)).length > 0;
      return context.redirect(`${isProvable ? '/account/confirm' : '/sign-in'}?next=${encodeURIComponent(here)}`, 303);
    }
    const hidden = Object.entries(request).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
    if (!principal.emailVerified) {
      return messagePage(context, (t) => ({ title: t.unverified, lead: fill(t.unverifiedLead, { email: principal.email }), more: html`<p><a class="button" href="${here}">${t.go}</a></p><form method="post" action="/resend"><input type="hidden" name="email" value="${principal.email}" /><button class="second">${t.resend}</button></form>` }));
    }
    return messagePage(context, (t) => ({
      title: t.desktopTitle,
      lead: fill(t.desktopLead, { device: request.device || '?', email: principal.email }),
      more: html`<form method="post" action="/desktop">${hidden}<button name="answer" value="yes">${t.desktopAllow}</button><button class="second" name="answer" value="no" formnovalidate>${t.desktopDeny}</button></form>
        <form method="post" action="/sign-out"><button class="plain">${t.otherAccount}</button></form>`,
    }), 200, [target.origin]);
  };
  get('/desktop', async (context) => {
    try {
      return await ask(context, context.req.query());
    } catch (error) {
      return refuse(context, error);
    }
  });
  post('/desktop', 'credential', async (context, fields) => {
    const { redirect_uri: redirectUri, state, code_challenge: challenge, device } = parsed(requestSchema, fields);
    const principal = context.get('principal');
    if (principal?.kind !== 'user' || !principal.emailVerified) return ask(context, fields);
    if (fields.answer !== 'yes') {
      accounts.desktop.demandLoopback(redirectUri);
      return messagePage(context, (t) => ({ title: t.desktopDenied, lead: t.desktopDeniedLead }));
    }
    if (!(await accounts.desktop.mayApprove(principal))) return ask(context, fields);
    return context.redirect(await accounts.desktop.approve(principal, { redirectUri, challenge, state, deviceName: device || 'UX Flow Engine' }), 303);
  }, refuse);
}

function refuse(context: PageContext, error: unknown): Response {
  const problem = error as { code?: string; status?: number; message: string; params: Record<string, unknown> };
  if (!problem.code || !problem.status) throw error;
  return messagePage(context, (t, language) => ({ title: t.desktopDenied, lead: problemSentence({ ...problem, code: problem.code! }, language) }), problem.status as 400);
}
