import { AppError, carriedDrawing, MAX_IMAGE_BYTES, readImage, toBase64, type ImageHeader } from '@uxflow/core';
import type { AttachedImage } from './messageDraft.ts';

/** Longest side that is sent, px: models look at no more, and a photo of a whiteboard stays readable. */
export const LONGEST_SIDE = 2048;
/** A file that is made smaller before it is sent may have this many bytes. */
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/**
 * A file as a picture that can be sent: by its content, and made smaller where it is larger than anybody looks at. A picture that
 * carries its own drawing stays as it is. Throws IMAGE_….
 */
export async function prepareImage(file: Blob & { name?: string }, shrink: typeof shrinkImage = shrinkImage): Promise<AttachedImage> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const header = readImage(bytes, MAX_SOURCE_BYTES);
  const name = file.name ?? '';
  const isCarried = carriedDrawing(bytes, header.mediaType) !== undefined;
  const isVector = header.mediaType === 'image/svg+xml';
  if (!isVector && !isCarried && (Math.max(header.width, header.height) > LONGEST_SIDE || bytes.length > MAX_IMAGE_BYTES)) {
    const small = await shrink(bytes, header);
    return { ...readImage(small), base64: toBase64(small), name, isCarried, original: { width: header.width, height: header.height } };
  }
  return { ...readImage(bytes), base64: toBase64(bytes), name, isCarried };
}

/** The picture with its longest side at most LONGEST_SIDE px: photos as JPEG, what may be see-through as PNG. */
async function shrinkImage(bytes: Uint8Array, { mediaType, width, height }: ImageHeader): Promise<Uint8Array> {
  const factor = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType }));
  } catch (cause) {
    throw new AppError('IMAGE_UNREADABLE', 'The picture is damaged, so nothing can be read from it. It was not sent and your words are kept; save or export it again.', { detail: 'its pixels cannot be read' }, { cause });
  }
  const canvas = document.createElement('canvas');
  // The camera's turn is worked in by now, so the sides may have changed places.
  const isTurned = bitmap.width > bitmap.height !== width > height && bitmap.width !== bitmap.height;
  Object.assign(canvas, isTurned ? { width: size.height, height: size.width } : size);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const asJpeg = () => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
  const asPng = () => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  let blob = mediaType === 'image/jpeg' ? await asJpeg() : await asPng();
  if (blob && blob.size > MAX_IMAGE_BYTES) blob = await asJpeg();
  if (!blob) throw new AppError('IMAGE_UNREADABLE', 'The picture could not be made smaller. It was not sent and your words are kept; save it smaller.', { detail: 'it could not be made smaller' });
  return new Uint8Array(await blob.arrayBuffer());
}
