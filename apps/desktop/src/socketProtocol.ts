/** The few words that page and host exchange before the typed contract starts. */

/** First message from the server once the secret was right. */
export const SOCKET_READY = 'uxflow:ready';
/** Close code of a socket whose secret was wrong or missing. */
export const SOCKET_REFUSED = 4401;
/** What the preload script says when it hands the page a port. */
export const PORT_MESSAGE = 'uxflow:port';
/** What the page says when it is ready for a port. */
export const PORT_WANTED = 'uxflow:port-wanted';
