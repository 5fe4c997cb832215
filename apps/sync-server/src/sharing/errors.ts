/** What the routes of links answer. Whoever comes by a link hears the same of one that is unknown, expired, revoked or not to be shown any more. */
import { problemsOf } from '../access/problem.ts';

export const linkProblem = problemsOf({
  LINK_GONE: [404, 'This link opens nothing. Ask whoever sent it for a new one.'],
  LINK_PASSWORD: [401, 'This link asks for a password, and it is not the one that was given.'],
  LINK_LOCKED: [429, 'There were too many wrong passwords. Try again in {retryAfter} seconds.'],
  LINK_NOT_FOUND: [404, 'There is no such link in this workspace, or you may not see its flow. Nothing was changed; load the list again.'],
  LINK_FLOW_TWICE: [422, 'A link names each of its flows once. Nothing was made; name every sub-flow once, and the flow itself not among them.'],
  LINK_EXISTS: [409, 'There is a link of this id already. Nothing was made; choose another id.'],
  LINKS_NOT_ALLOWED: [403, 'In this workspace flows are not shared by links. Nothing was made; an admin can allow it in the settings.'],
  LINK_LIMIT: [402, 'The plan of this workspace has {limit} links, and all are in use. Nothing was made; revoke one or choose another plan.'],
  LINK_EXPIRY: [422, 'A link must end in the future{within}. Nothing was changed; choose another day.'],
  LINK_KEY_NEEDED: [422, 'This flow is encrypted: a link to it needs the id and the sealed keys of the link. Nothing was made; update the app.'],
  LINK_KEY_UNWANTED: [422, 'This flow is not encrypted: a link to it has no keys. Nothing was made; update the app.'],
  LINK_PASSWORD_FIXED: [409, 'The password of a link to an encrypted flow is part of its key. Nothing was changed; make a new link.'],
  VIEWER_MISSING: [503, 'The page that shows links is not built on this server. Its operator builds it by `npm run server`.'],
  LINK_COMMENT_TOO_MUCH: [403, 'You may not comment on this flow, so a link of yours cannot either. Nothing was changed.'],
});
