/** How the holder of a domain shows that it is theirs: a TXT record, or a file at the website. */
import type { DomainView } from './schema.ts';

/** How the network is asked. */
export interface DomainLooks {
  /** Texts of the TXT records of a name; none where there is no such name or record. Throws when the question was not answered. */
  resolveTxt(name: string): Promise<string[]>;
  /** Body of an https address; undefined when there is none. */
  fetchText(url: string): Promise<string | undefined>;
}

/** By which way a proof was found; `gone`: it is not there; `unknown`: nobody could say. */
export type FoundProof = 'dns' | 'file' | 'gone' | 'unknown';

/** What its holder publishes, either of the two. */
export function proofsOf(domain: string, token: string): Pick<DomainView, 'record' | 'file'> {
  const value = `uxflow-domain=${token}`;
  return { record: { name: `_uxflow.${domain}`, type: 'TXT', value }, file: { url: `https://${domain}/.well-known/uxflow-domain.txt`, content: value } };
}

/** Looks for the proof of a domain. A name server that does not answer says nothing; a website that does not answer has no file. */
export async function findProof({ resolveTxt, fetchText }: DomainLooks, { domain, token }: { domain: string; token: string }): Promise<FoundProof> {
  const { record, file } = proofsOf(domain, token);
  const texts = await resolveTxt(record.name).catch(() => undefined);
  if (texts?.some((text) => text.trim() === record.value)) return 'dns';
  const body = await fetchText(file.url).catch(() => undefined);
  if (body !== undefined && body.length < 1000 && body.trim() === file.content) return 'file';
  return texts ? 'gone' : 'unknown';
}
