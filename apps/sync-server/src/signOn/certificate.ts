/** Our own certificate for SAML: providers want a key in this wrapping, and trust it because somebody carried it over by hand. */
import { createPublicKey, generateKeyPair, randomBytes, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';

export interface OwnCertificate {
  /** PEM */
  certificate: string;
  /** PKCS#8, PEM */
  privateKey: string;
}

const YEARS = 10;
/** 1.2.840.113549.1.1.11 */
const SHA256_WITH_RSA = Buffer.from('06092a864886f70d01010b', 'hex');
/** 2.5.4.3 */
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A new RSA key of 2,048 bits and a certificate that it signs itself, good for ten years. */
export async function makeCertificate(name: string, now = new Date()): Promise<OwnCertificate> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const algorithm = sequence(SHA256_WITH_RSA, Buffer.from('0500', 'hex'));
  const subject = sequence(element(0x31, sequence(COMMON_NAME, element(0x0c, Buffer.from(name, 'utf8').subarray(0, 64)))));
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]);
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + YEARS);
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, serial),
    algorithm,
    subject,
    sequence(time(now), time(until)),
    subject,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const whole = sequence(body, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)])));
  return { certificate: new X509Certificate(whole).toString(), privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The certificate as PEM, out of PEM or bare base64; undefined when it is none, or its key is one that we do not take. */
export function readCertificate(text: string): string | undefined {
  const body = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+=*$/.test(body)) return undefined;
  try {
    const certificate = new X509Certificate(Buffer.from(body, 'base64'));
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    // What signs SAML in practice, and all that xml-crypto checks.
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? certificate.toString() : undefined;
  } catch {
    return undefined;
  }
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280). */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

/** Tag, length and content as DER has them. */
function element(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
