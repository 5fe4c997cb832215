/** Pictures as they come: what they are by their content, how large, and whether their structure holds. */
import { AppError } from '../../base/index.ts';
import { turnImageSchema, type TurnImage } from '../turnSchema.ts';
import { crc32 } from './crc32.ts';
import { parseXml } from './xml.ts';

export type ImageType = TurnImage['mediaType'];

/** What the header of a picture says. */
export interface ImageHeader {
  mediaType: ImageType;
  /** px */
  width: number;
  height: number;
}

/** Types of pictures that are read, as media types. */
export const IMAGE_TYPES: readonly ImageType[] = turnImageSchema.shape.mediaType.options;
/** Longest file that is taken, bytes. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
/** Most pixels that are taken. */
export const MAX_IMAGE_PIXELS = 40_000_000;

/**
 * Type and size of a picture, by its content and never by its name. Throws IMAGE_TYPE_UNSUPPORTED (params.type), IMAGE_TOO_LARGE
 * (params.reason 'bytes' or 'pixels') or IMAGE_UNREADABLE (params.detail). `maxBytes` is more where the picture is made smaller afterwards.
 */
export function readImage(bytes: Uint8Array, maxBytes = MAX_IMAGE_BYTES): ImageHeader {
  if (bytes.length > maxBytes) throw new AppError('IMAGE_TOO_LARGE', `The picture has ${megabytes(bytes.length)} MB; up to ${megabytes(maxBytes)} MB are taken. It was not sent and your words are kept; make it smaller.`, { reason: 'bytes', bytes: bytes.length, limit: maxBytes });
  if (!bytes.length) throw unreadable('it is empty');
  const reader = READERS.find(({ is }) => is(bytes));
  if (!reader) {
    const type = OTHER_TYPES.find(({ is }) => is(bytes))?.name ?? '';
    throw new AppError('IMAGE_TYPE_UNSUPPORTED', `${type ? `This is ${type}` : 'This file is no picture that can be read'}; PNG, JPEG, WebP, GIF and SVG are taken. It was not sent and your words are kept; save it as one of these.`, { type });
  }
  const size = reader.size(bytes);
  if (!(size.width > 0) || !(size.height > 0)) throw unreadable('it has no width or no height');
  const pixels = size.width * size.height;
  // A drawing in lines has no pixels of its own.
  if (reader.mediaType !== 'image/svg+xml' && pixels > MAX_IMAGE_PIXELS) {
    throw new AppError('IMAGE_TOO_LARGE', `The picture has ${Math.round(pixels / 1e6)} megapixels; up to ${MAX_IMAGE_PIXELS / 1e6} are taken. It was not sent and your words are kept; make it smaller.`, { reason: 'pixels', pixels, limit: MAX_IMAGE_PIXELS });
  }
  return { mediaType: reader.mediaType, ...size };
}

/** The error for a picture whose structure is broken. */
export function unreadable(detail: string): AppError {
  return new AppError('IMAGE_UNREADABLE', `The picture is damaged (${detail}), so nothing can be read from it. It was not sent and your words are kept; save or export it again.`, { detail });
}

interface Size {
  width: number;
  height: number;
}

const READERS: { mediaType: ImageType; is(bytes: Uint8Array): boolean; size(bytes: Uint8Array): Size }[] = [
  { mediaType: 'image/png', is: (bytes) => starts(bytes, '\x89PNG\r\n\x1a\n'), size: pngSize },
  { mediaType: 'image/jpeg', is: (bytes) => starts(bytes, '\xff\xd8\xff'), size: jpegSize },
  { mediaType: 'image/gif', is: (bytes) => starts(bytes, 'GIF87a') || starts(bytes, 'GIF89a'), size: gifSize },
  { mediaType: 'image/webp', is: (bytes) => starts(bytes, 'RIFF') && starts(bytes, 'WEBP', 8), size: webpSize },
  { mediaType: 'image/svg+xml', is: isSvg, size: svgSize },
];

/** Types that are known and not taken, so that the refusal can name them. */
const OTHER_TYPES: { name: string; is(bytes: Uint8Array): boolean }[] = [
  { name: 'a HEIC photo', is: (bytes) => starts(bytes, 'ftyp', 4) && /^(?:heic|heix|hevc|mif1|msf1)$/.test(latin(bytes, 8, 12)) },
  { name: 'an AVIF picture', is: (bytes) => starts(bytes, 'ftyp', 4) && /^avi[fs]$/.test(latin(bytes, 8, 12)) },
  { name: 'a video', is: (bytes) => starts(bytes, 'ftyp', 4) },
  { name: 'a BMP picture', is: (bytes) => starts(bytes, 'BM') && bytes.length > 26 },
  { name: 'a TIFF picture', is: (bytes) => starts(bytes, 'II*\0') || starts(bytes, 'MM\0*') },
  { name: 'a PDF document', is: (bytes) => starts(bytes, '%PDF') },
  { name: 'a Photoshop file', is: (bytes) => starts(bytes, '8BPS') },
  { name: 'an icon', is: (bytes) => starts(bytes, '\0\0\x01\0') },
  { name: 'an archive', is: (bytes) => starts(bytes, 'PK\x03\x04') },
];

/** The chunks of a PNG, in order, each with its data. Throws IMAGE_UNREADABLE where one is cut off or its checksum is wrong. */
export function* pngChunks(bytes: Uint8Array): Generator<{ type: string; data: Uint8Array }> {
  for (let at = 8; at < bytes.length; ) {
    if (at + 12 > bytes.length) throw unreadable('it ends in the middle');
    const length = u32(bytes, at);
    if (at + 12 + length > bytes.length) throw unreadable('it ends in the middle');
    const type = latin(bytes, at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== u32(bytes, at + 8 + length)) throw unreadable('a checksum is wrong');
    yield { type, data: bytes.subarray(at + 8, at + 8 + length) };
    if (type === 'IEND') return;
    at += 12 + length;
  }
  throw unreadable('it ends in the middle');
}

function pngSize(bytes: Uint8Array): Size {
  let size: Size | undefined;
  let hasData = false;
  for (const { type, data } of pngChunks(bytes)) {
    if (!size) {
      if (type !== 'IHDR' || data.length !== 13) throw unreadable('its header is missing');
      size = { width: u32(data, 0), height: u32(data, 4) };
      // Its size is judged before the rest is walked through.
      if (size.width * size.height > MAX_IMAGE_PIXELS) return size;
    }
    if (type === 'IDAT' && data.length) hasData = true;
  }
  if (!hasData) throw unreadable('it holds no pixels');
  return size!;
}

function jpegSize(bytes: Uint8Array): Size {
  let size: Size | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw unreadable('a part of it is broken');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9) break;
    const length = u16(bytes, at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw unreadable('it ends in the middle');
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame && length >= 8) size = { height: u16(bytes, at + 5), width: u16(bytes, at + 7) };
    if (marker === 0xda) {
      if (!size) throw unreadable('its header is missing');
      if (!hasEnd(bytes, at + 2 + length)) throw unreadable('it ends in the middle');
      return size;
    }
    at += 2 + length;
  }
  throw unreadable('it holds no pixels');
}

/** Whether the end marker comes after the pixels; some cameras write more behind it. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at >= from; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}

function gifSize(bytes: Uint8Array): Size {
  if (bytes.length < 13) throw unreadable('it ends in the middle');
  const size = { width: u16le(bytes, 6), height: u16le(bytes, 8) };
  const table = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + table(bytes[10]!);
  let hasImage = false;
  const skipBlocks = () => {
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
    at++;
  };
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) {
      if (!hasImage) throw unreadable('it holds no pixels');
      return size;
    }
    if (kind === 0x21) {
      at += 2;
      skipBlocks();
    } else if (kind === 0x2c && at + 10 < bytes.length) {
      at += 10 + table(bytes[at + 9]!) + 1;
      skipBlocks();
      hasImage = at <= bytes.length;
    } else throw unreadable('a part of it is broken');
  }
  // Many writers leave the end mark out; whole frames are enough.
  if (hasImage && at === bytes.length) return size;
  throw unreadable('it ends in the middle');
}

function webpSize(bytes: Uint8Array): Size {
  if (bytes.length < 30) throw unreadable('it ends in the middle');
  if (u32le(bytes, 4) + 8 > bytes.length) throw unreadable('it ends in the middle');
  const kind = latin(bytes, 12, 16);
  if (kind === 'VP8X') return { width: 1 + u24le(bytes, 24), height: 1 + u24le(bytes, 27) };
  if (kind === 'VP8 ') {
    if (bytes[23] !== 0x9d || bytes[24] !== 0x01 || bytes[25] !== 0x2a) throw unreadable('its header is broken');
    return { width: u16le(bytes, 26) & 0x3fff, height: u16le(bytes, 28) & 0x3fff };
  }
  if (kind === 'VP8L' && bytes[20] === 0x2f) {
    const bits = u32le(bytes, 21);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  throw unreadable('its header is broken');
}

function isSvg(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 4096)).replace(/^\uFEFF/, '').trimStart();
  return head.startsWith('<') && /<(?:\w+:)?svg[\s>]/i.test(head);
}

function svgSize(bytes: Uint8Array): Size {
  const root = parseXml(svgText(bytes));
  if (!root || root.name !== 'svg') throw unreadable('its XML is not whole');
  const box = (root.attributes['viewBox'] ?? '').trim().split(/[\s,]+/).map(Number);
  const side = (name: 'width' | 'height', index: number) => {
    const given = /^\s*([\d.]+)\s*(?:px)?\s*$/.exec(root.attributes[name] ?? '')?.[1];
    return given !== undefined ? Number(given) : box.length === 4 && Number.isFinite(box[index]) ? box[index]! : 300;
  };
  return { width: Math.round(side('width', 2)) || 1, height: Math.round(side('height', 3)) || 1 };
}

/** The text of an SVG. Throws IMAGE_UNREADABLE where it is no text. */
export function svgText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('it is no text in UTF-8');
  }
}

/** Bytes as one character each. */
export function latin(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < Math.min(to, bytes.length); at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

const starts = (bytes: Uint8Array, text: string, at = 0): boolean => latin(bytes, at, at + text.length) === text;
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 1);
const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
const u32 = (bytes: Uint8Array, at: number): number => ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
const u16le = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
const u24le = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
const u32le = (bytes: Uint8Array, at: number): number => (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
