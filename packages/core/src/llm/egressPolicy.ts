/** Where requests may go. Loopback is always allowed: it is this machine. */
export interface EgressPolicy {
  /** True: nothing but loopback and `onPremiseHosts`, whatever else is listed. */
  localOnly: boolean;
  /** `host` (any port) or `host:port`, lower case; usually derived from the configured providers. */
  allowedHosts: readonly string[];
  /** Hosts inside the organisation that count as local; same form. */
  onPremiseHosts: readonly string[];
}

/** Why a request was refused. */
export type EgressRefusal = 'localOnly' | 'notAllowed' | 'scheme' | 'credentialsInUrl' | 'redirectToLoopback' | 'redirectDowngrade' | 'redirectLoop' | 'redirectHidden' | 'invalidUrl' | 'proxyLocalOnly' | 'proxyNotAllowed';

/** The reason to refuse this address, or undefined when it is allowed. */
export function findRefusal(url: URL, policy: EgressPolicy): EgressRefusal | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'scheme';
  if (url.username || url.password) return 'credentialsInUrl';
  if (isLoopback(url.hostname) || isListed(url, policy.onPremiseHosts)) return undefined;
  if (policy.localOnly) return 'localOnly';
  return isListed(url, policy.allowedHosts) ? undefined : 'notAllowed';
}

/** The reason to refuse this proxy: everything that is sent passes through its machine, so it must be allowed like a target. */
export function findProxyRefusal(proxy: URL, policy: EgressPolicy): 'proxyLocalOnly' | 'proxyNotAllowed' | undefined {
  const reason = findRefusal(proxy, policy);
  return reason && (reason === 'localOnly' ? 'proxyLocalOnly' : 'proxyNotAllowed');
}

/** True for 127.0.0.0/8, ::1 and localhost, and for nothing that only looks like them. `hostname` as the URL class writes it. */
export function isLoopback(hostname: string): boolean {
  // The URL parser has already turned 127.1, 0x7f.1 and 2130706433 into four decimal numbers.
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/** The port of an address as a number, also where the scheme implies it. */
export function portOf(url: URL): number {
  return url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
}

/** `host:port` of a base address for an allow-list, or undefined when it is no address. */
export function hostEntry(baseUrl: string): string | undefined {
  try {
    const url = new URL(baseUrl);
    return url.hostname ? `${url.hostname}:${portOf(url)}` : undefined;
  } catch {
    return undefined;
  }
}

function isListed(url: URL, hosts: readonly string[]): boolean {
  const withPort = `${url.hostname}:${portOf(url)}`;
  return hosts.some((entry) => {
    const host = entry.trim().toLowerCase();
    return host === url.hostname || host === withPort;
  });
}
