import { choiceFor } from '@uxflow/core/api';
import { IconButton } from '@uxflow/ui';
import { X } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { useSettings } from '../../store/services.ts';
import type { AttachedImage } from '../../store/messageDraft.ts';

/** The picture that goes with the next message: what it is, what was done to it, and who will look at it. */
export function AttachedPicture({ image, onRemove }: { image: AttachedImage; onRemove: () => void }) {
  const text = useText();
  const { settings } = useSettings();
  const name = image.name || text('chat.image.pasted');
  const isUnseen = !image.isCarried && (choiceFor('visualInterpreter', settings).choice.provider === 'rules' || image.mediaType === 'image/svg+xml');
  return (
    <div className="picture" data-testid="chat-attached">
      <img className="picture__thumb" src={`data:${image.mediaType};base64,${image.base64}`} alt="" />
      <div className="picture__facts">
        <span className="picture__name">{name}</span>
        <span>{image.original ? text('chat.image.smaller', { width: image.original.width, height: image.original.height, toWidth: image.width, toHeight: image.height }) : text('chat.image.size', { width: image.width, height: image.height })}</span>
        {image.isCarried ? <span>{text('chat.image.carried')}</span> : isUnseen ? <span className="picture__hint">{text(image.mediaType === 'image/svg+xml' ? 'chat.image.noBoxes' : 'chat.image.needsModel')}</span> : null}
      </div>
      <IconButton size="small" label={text('chat.image.remove', { name })} icon={<X />} data-testid="chat-detach" onClick={onRemove} />
    </div>
  );
}
