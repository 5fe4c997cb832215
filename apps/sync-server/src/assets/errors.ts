/** What the routes of assets answer when they do not do what was asked. */
import { problemsOf } from '../access/problem.ts';

export const assetProblem = problemsOf({
  ASSET_NOT_FOUND: [404, 'This picture is not here (yet). Nothing was changed; whoever put it into the flow sends it when they are connected.'],
  ASSET_TOO_LARGE: [413, 'A picture may have {limit} bytes. Nothing was stored; make it smaller.'],
  ASSET_NAME_WRONG: [422, 'A picture is named by its content, and this name is not that of what came. Nothing was stored; send it again.'],
  ASSET_NOT_SEALED: [422, 'This workspace is encrypted, and a picture came as everybody can read it. Nothing was stored; update the app.'],
});
