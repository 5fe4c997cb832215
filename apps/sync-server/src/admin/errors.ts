/** What the administration answers when something does not do. */
import { problemsOf } from '../access/problem.ts';

export const adminProblem = problemsOf({
  EVENT_NOT_FOUND: [404, 'There is no such event that was given up. Nothing was changed; look at the list again.'],
  SERVICE_KEY_NOT_FOUND: [404, 'There is no such key of a program. Nothing was changed; look at the list again.'],
});
