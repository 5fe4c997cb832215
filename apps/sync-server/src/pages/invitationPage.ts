/** The page behind the link of an invitation: it shows what waits for the confirmed address of who has signed in. */
import { roleName } from '../mail/roleNames.ts';
import { html } from './html.ts';
import { messagePage, type AddGet, type AddPost, type PageParts } from './routes.ts';
import { fill, problemSentence } from './texts.ts';

/** Adds /invitation. The secret behind the # of its link stays in the browser: the address is proof enough. */
export function addInvitationPage(get: AddGet, post: AddPost, { workspaces: { invitations } }: PageParts): void {
  get('/invitation', async (context) => {
    const principal = context.get('principal');
    if (principal?.kind !== 'user') {
      return messagePage(context, (t) => ({
        title: t.invitation,
        lead: t.invitationSignIn,
        more: html`<p><a class="button" href="/sign-in?next=%2Finvitation">${t.signIn}</a></p><p><a class="button second" href="/sign-up">${t.signUp}</a></p>`,
      }));
    }
    if (!principal.emailVerified) return context.redirect('/account', 303);
    const mine = await invitations.mine(principal);
    return messagePage(context, (t, language) => ({
      title: t.invitation,
      lead: fill(mine.length > 0 ? t.invitationOpen : t.invitationNone, { email: principal.email }),
      more: html`${mine.map(
        ({ id, workspaceName, inviterName, role, note }) => html`<section class="offer" aria-label="${workspaceName}">
          <p><strong>${workspaceName}</strong><br />${fill(t.invitationFrom, { inviter: inviterName, role: roleName(role, language) })}</p>
          ${note ? html`<p class="quiet"><q>${note}</q></p>` : ''}
          <form class="answers" method="post" action="/invitation"><input type="hidden" name="id" value="${id}" /><button name="answer" value="accept">${t.accept}</button><button class="second" name="answer" value="decline">${t.decline}</button></form>
        </section>`,
      )}
      <form method="post" action="/sign-out"><button class="plain">${t.otherAccount}</button></form>`,
    }));
  });
  post('/invitation', 'credential', async (context, { id: invitationId = '', answer }) => {
    const principal = context.get('principal');
    if (principal?.kind !== 'user' || !principal.emailVerified || principal.closing || principal.lacksFactor) return context.redirect('/account', 303);
    if (answer !== 'accept') {
      await invitations.decline(principal, invitationId);
      return context.redirect('/invitation', 303);
    }
    await invitations.accept(principal, { invitationId });
    return messagePage(context, (t) => ({ title: t.joined, lead: t.joinedLead }));
  }, (context, problem) => messagePage(context, (t, language) => ({ title: t.invitation, lead: problemSentence(problem, language) }), problem.status as 400));
}
