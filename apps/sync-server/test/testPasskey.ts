/** An authenticator in software (ES256), which also does what a real one would not. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** What differs from what an honest authenticator and browser would say. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  /** False: nobody was asked for a finger or a PIN. */
  userVerified?: boolean;
  userHandle?: string;
  counter?: number;
  badSignature?: boolean;
  /** Id of another credential than the one that signs. */
  credentialId?: string;
}

export interface TestPasskey {
  credentialId: string;
  counter: number;
  /** What the browser would send after `navigator.credentials.create`. */
  attest(options: Record<string, unknown>, deviation?: Deviation): Record<string, unknown>;
  /** What the browser would send after `navigator.credentials.get`. */
  assert(options: Record<string, unknown>, deviation?: Deviation): Record<string, unknown>;
}

/** A new key for a page of an origin. */
export function createTestPasskey(origin: string): TestPasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);
  let userHandle: string | undefined;
  const clientData = (type: string, options: Record<string, unknown>, deviation: Deviation) => Buffer.from(JSON.stringify({ type: deviation.type ?? type, challenge: deviation.challenge ?? options.challenge, origin: deviation.origin ?? origin, crossOrigin: false }));
  const data = (rpId: string, deviation: Deviation, counter: number, attested?: Buffer) => {
    const flags = 0x01 | (deviation.userVerified === false ? 0 : 0x04) | (attested ? 0x40 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(deviation.counter ?? counter);
    return Buffer.concat([createHash('sha256').update(deviation.rpId ?? rpId).digest(), Buffer.from([flags]), count, attested ?? Buffer.alloc(0)]);
  };
  const passkey: TestPasskey = {
    credentialId: id.toString('base64url'),
    counter: 0,
    attest(options, deviation = {}) {
      userHandle = (options.user as { id: string }).id;
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseOf(publicKey)]);
      const authData = data((options.rp as { id: string }).id, deviation, passkey.counter, attested);
      // {"fmt": "none", "attStmt": {}, "authData": bytes}
      const attestationObject = Buffer.concat([Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData'), bytes(authData)]);
      return { id: passkey.credentialId, rawId: passkey.credentialId, type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: clientData('webauthn.create', options, deviation).toString('base64url'), attestationObject: attestationObject.toString('base64url'), transports: ['internal'] } };
    },
    assert(options, deviation = {}) {
      passkey.counter += 1;
      const authenticatorData = data(options.rpId as string, deviation, passkey.counter);
      const client = clientData('webauthn.get', options, deviation);
      const signature = sign('sha256', Buffer.concat([authenticatorData, createHash('sha256').update(client).digest()]), deviation.badSignature ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : privateKey);
      const credentialId = deviation.credentialId ?? passkey.credentialId;
      return { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: client.toString('base64url'), authenticatorData: authenticatorData.toString('base64url'), signature: signature.toString('base64url'), userHandle: deviation.userHandle ?? userHandle } };
    },
  };
  return passkey;
}

/** {1: 2, 3: -7, -1: 1, -2: x, -3: y} */
function coseOf(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]), bytes(Buffer.from(x!, 'base64url')), Buffer.from([0x22]), bytes(Buffer.from(y!, 'base64url'))]);
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([value.length < 256 ? Buffer.from([0x58, value.length]) : Buffer.from([0x59, value.length >> 8, value.length & 255]), value]);
}
