/** Which network addresses a server may be sent to: the open network, and where clouds hand the keys of their machines to whoever asks. */
import { BlockList, isIP } from 'node:net';

const NOT_PUBLIC = new BlockList();
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) NOT_PUBLIC.addSubnet(net, bits, 'ipv4');
// Of IPv6 only what is handed out for the open network, without the ways around by IPv4 (Teredo, 6to4) and without examples.
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) NOT_PUBLIC.addSubnet(net, bits, 'ipv6');

// Link-local; Alibaba; Azure (an address of the open network); Oracle. AWS, Google and Scaleway in IPv6.
const METADATA = new BlockList();
for (const [net, bits] of [['169.254.0.0', 16], ['100.100.100.200', 32], ['168.63.129.16', 32], ['192.0.0.192', 32]] as const) METADATA.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [['fe80::', 10], ['fd00:ec2::', 32], ['fd20:ce::', 32], ['fd00:42::42', 128]] as const) METADATA.addSubnet(net, bits, 'ipv6');

/** True for an address of the open network. */
export function isPublicAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0 || isMetadataAddress(address)) return false;
  return kind === 4 ? !NOT_PUBLIC.check(address, 'ipv4') : GLOBAL_V6.check(address, 'ipv6') && !NOT_PUBLIC.check(address, 'ipv6');
}

/** True for where a cloud's machines are told their keys, however the address is written, and for what is no address: never open. */
export function isMetadataAddress(address: string): boolean {
  if (isIP(address) === 4) return METADATA.check(address, 'ipv4');
  const words = wordsOf(address);
  if (!words) return true;
  return METADATA.check(words.map((word) => word.toString(16)).join(':'), 'ipv6') || insideOf(words).some((inner) => METADATA.check(inner, 'ipv4'));
}

/** The IPv4 addresses that an IPv6 address may lead to: mapped, compatible, translated (NAT64), by 6to4. */
function insideOf(words: readonly number[]): string[] {
  const isZero = (from: number, to: number) => words.slice(from, to).every((word) => word === 0);
  const v4 = (at: number) => [words[at]! >> 8, words[at]! & 255, words[at + 1]! >> 8, words[at + 1]! & 255].join('.');
  const isMapped = isZero(0, 5) && (words[5] === 0 || words[5] === 0xffff);
  const isTranslated = (words[0] === 0x64 && words[1] === 0xff9b) || (isZero(0, 4) && words[4] === 0xffff && words[5] === 0);
  return [...(isMapped || isTranslated ? [v4(6)] : []), ...(words[0] === 0x2002 ? [v4(1)] : [])];
}

/** The eight words of an IPv6 address, a zone left out; undefined when it is none. */
function wordsOf(address: string): number[] | undefined {
  const plain = address.split('%')[0]!;
  if (isIP(plain) !== 6) return undefined;
  // As the standard writes it: in hexadecimal, and shortened at one place.
  const [head = '', tail] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean).map((word) => Number.parseInt(word, 16)));
  return [...before!, ...Array<number>(8 - before!.length - after!.length).fill(0), ...after!];
}
