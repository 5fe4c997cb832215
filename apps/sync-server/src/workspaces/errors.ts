/** What the routes of workspaces answer when they do not do what was asked. */
import { problemsOf } from '../access/problem.ts';

export const workspaceProblem = problemsOf({
  PLAN_BY_OPERATOR: [409, 'Plans are given by who runs this server. Nothing was changed; ask them.'],
  PLAN_NOT_HIGHER: [409, 'The plan {plan} holds no more than the one that you have. Nothing was changed; choose a larger one.'],
  WORKSPACE_LIMIT: [402, 'Your plan allows {limit} workspaces of your own, and you have them. Nothing was made; delete one, hand one over, or choose another plan.'],
  WORKSPACE_NOT_DELETED: [409, 'This workspace is not deleted. Nothing was changed.'],
  MEMBER_NOT_FOUND: [404, 'There is no such member in this workspace. Nothing was changed; load the list again.'],
  OWNER_STAYS: [409, 'The owner cannot leave, be removed or get another role. Nothing was changed; hand the workspace over first, or delete it.'],
  ROLE_TOO_HIGH: [403, 'You cannot give or take what you may not do yourself. Nothing was changed; ask an owner or admin.'],
  SEATS_FULL: [402, 'The plan of this workspace has {limit} seats, and all are taken. Nothing was changed; remove somebody or choose another plan.'],
  GUESTS_NOT_ALLOWED: [409, 'This workspace takes no guests. Nothing was changed; an admin can allow them in the settings.'],
  GUEST_NEEDS_PROJECT: [422, 'A guest sees only projects that they are in. Nothing was sent; name one.'],
  ALREADY_MEMBER: [409, 'This person is a member already. Nothing was sent; change the role in the list of members.'],
  ALREADY_INVITED: [409, 'This address is invited already. Nothing was sent; send that invitation again or revoke it.'],
  INVITATION_LIMIT: [402, 'There are {limit} invitations without an answer, more are not allowed. Nothing was sent; revoke some.'],
  INVITATION_RESENT_LATELY: [429, 'This invitation was sent a moment ago. Nothing was sent; try again in {retryAfter} seconds.'],
  INVITATION_NOT_FOUND: [404, 'There is no open invitation like this for the address that you signed in with: it may have expired, been revoked or answered, or gone to another address. Nothing was changed; ask to be invited again.'],
  TRANSFER_TARGET: [409, 'A workspace can only be handed to one of its members who is no guest and has confirmed the address. Nothing was changed.'],
  PROJECT_NOT_FOUND: [404, 'There is no such project, or you may not see it. Nothing was changed; load the list again.'],
  PROJECT_LIMIT: [402, 'The plan of this workspace has {limit} projects, and all are in use. Nothing was made; delete one or choose another plan.'],
  FLOW_NOT_FOUND: [404, 'There is no such flow, or you may not see it. Nothing was changed; load the list again.'],
  FLOW_EXISTS: [409, 'A flow of this id is shared already. Nothing was changed; join it instead.'],
  STORAGE_FULL: [402, 'The {limit} bytes of the plan are used up. Nothing was shared; delete flows or choose another plan.'],
  NAME_NOT_SEALED: [422, 'This workspace is encrypted: names must come sealed. Nothing was changed; update the app.'],
  NAME_SEALED: [422, 'This workspace is not encrypted: names must be readable. Nothing was changed; update the app.'],
  CATALOGUE_EXISTS: [409, 'This workspace has its catalogue already. Nothing was changed; join it instead.'],
});
