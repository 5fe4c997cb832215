import type { TurnImage } from '@uxflow/core';
import { Dialog } from '@uxflow/ui';
import { ImageOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';

/** Pictures that were fetched already: they are named by their content and never change. */
const fetched = new Map<string, string>();
/** Pictures that are kept at most. */
const MOST_KEPT = 24;

/** The picture of a message, small; pressed it is shown whole. */
export function MessagePicture({ image }: { image: TurnImage }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const { source, isGone } = usePicture(image.assetId);
  const name = image.name || text('chat.image.title');
  if (isGone) {
    return (
      <span className="picture__gone">
        <ImageOff aria-hidden /> {text('chat.image.gone')}
      </span>
    );
  }
  return (
    <>
      <button type="button" className="picture__open" aria-label={text('chat.image.open', { name })} disabled={!source} data-testid="message-picture" onClick={() => setOpen(true)}>
        {source ? <img src={source} alt="" style={{ aspectRatio: `${image.width} / ${image.height}` }} /> : null}
      </button>
      {isOpen && source ? (
        <Dialog title={name} closeLabel={text('close')} isWide onClose={() => setOpen(false)}>
          <img className="picture__whole" src={source} alt={name} />
        </Dialog>
      ) : null}
    </>
  );
}

function usePicture(assetId: string): { source: string | undefined; isGone: boolean } {
  const { api } = useServices();
  const [source, setSource] = useState(() => fetched.get(assetId));
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    if (fetched.has(assetId)) return;
    let isLeft = false;
    api.chat.image({ assetId }).then(
      ({ mediaType, base64 }) => {
        const found = `data:${mediaType};base64,${base64}`;
        fetched.set(assetId, found);
        if (fetched.size > MOST_KEPT) fetched.delete(fetched.keys().next().value!);
        if (!isLeft) setSource(found);
      },
      () => !isLeft && setGone(true),
    );
    return () => void (isLeft = true);
  }, [api, assetId]);
  return { source, isGone };
}
