/** Bytes as base64 text. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // Piece by piece: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** Bytes of a base64 text; characters that are none of base64 are left out. */
export function fromBase64(text: string): Uint8Array {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, '');
  // A single character behind the last whole group stands for nothing.
  const binary = atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
