/** Where the person is: kept in the address, so that loading the page again comes back to the same place. */
export type Route = { page: 'flows' } | { page: 'bin' } | { page: 'flow'; flowId: string; /** A comment to show there. */ commentId?: string } | { page: 'settings'; from?: string } | { page: 'usage'; from?: string };

/** The route of an address fragment; whatever is unknown is the list of flows. */
export function routeOfHash(hash: string): Route {
  const [, page, id, part, partId] = hash.replace(/^#/, '').split('/');
  if (page === 'flow' && id) return { page: 'flow', flowId: decodeURIComponent(id), ...(part === 'comment' && partId ? { commentId: decodeURIComponent(partId) } : {}) };
  if (page === 'settings' || page === 'usage') return id ? { page, from: decodeURIComponent(id) } : { page };
  if (page === 'bin') return { page: 'bin' };
  return { page: 'flows' };
}

/** The address fragment of a route; `routeOfHash` reads it back. */
export function hashOfRoute(route: Route): string {
  if (route.page === 'flow') return `#/flow/${encodeURIComponent(route.flowId)}${route.commentId ? `/comment/${encodeURIComponent(route.commentId)}` : ''}`;
  if (route.page === 'settings' || route.page === 'usage') return route.from ? `#/${route.page}/${encodeURIComponent(route.from)}` : `#/${route.page}`;
  return `#/${route.page}`;
}

/** Goes to a route; the browser's back button returns. */
export function goTo(route: Route): void {
  location.hash = hashOfRoute(route);
}
