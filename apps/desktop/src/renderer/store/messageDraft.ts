import type { ImageType } from '@uxflow/core';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A picture that goes with a message. */
export interface AttachedImage {
  base64: string;
  mediaType: ImageType;
  /** px */
  width: number;
  height: number;
  name: string;
  /** Its size before it was made smaller to be sent. */
  original?: { width: number; height: number };
  /** True when its file carries the drawing itself, so that nobody has to look at it. */
  isCarried: boolean;
}

/** A message on its way to the engine. */
export interface Outgoing {
  id: number;
  text: string;
  image?: AttachedImage;
}

/** What the person is writing in the conversation about one flow: kept by this window until the engine has it. */
export interface MessageDraft {
  text: string;
  image: AttachedImage | null;
  outgoing: readonly Outgoing[];
  /** Why the last message could not be sent; its words are back in `text`. */
  failure: unknown;
  write(text: string): void;
  /** Puts a picture to the words, or takes it away. */
  attach(image: AttachedImage | null): void;
  /** Says why something could not be attached. */
  refuse(failure: unknown): void;
  /**
   * Sends what is written, or the given words (a quick reply). What fails comes back into `text`, before anything written since;
   * `hasArrived` tells whether the engine has the words although the call failed.
   */
  submit(send: (text: string, image: AttachedImage | undefined) => Promise<void>, hasArrived: (text: string) => boolean): Promise<void>;
  dismiss(): void;
}

/** The draft of a flow's conversation, as it was left. */
export function createMessageDraft(flowId: string): StoreApi<MessageDraft> {
  const key = `uxflow.draft.${flowId}`;
  let count = 0;
  const store = createStore<MessageDraft>()((set, get) => ({
    text: read(key),
    image: null,
    outgoing: [],
    failure: null,
    write: (text) => set({ text }),
    attach: (image) => set({ image, failure: null }),
    refuse: (failure) => set({ failure }),
    async submit(send, hasArrived) {
      const text = get().text.trim();
      const image = get().image ?? undefined;
      if (!text && !image) return;
      const id = ++count;
      set({ text: '', image: null, failure: null, outgoing: [...get().outgoing, { id, text, ...(image ? { image } : {}) }] });
      try {
        await send(text, image);
      } catch (failure) {
        if (!hasArrived(text)) {
          const since = get().text;
          set({ text: since.trim() ? [text, since].filter(Boolean).join('\n') : text, image: get().image ?? image ?? null });
        }
        set({ failure });
      } finally {
        set({ outgoing: get().outgoing.filter((each) => each.id !== id) });
      }
    },
    dismiss: () => set({ failure: null }),
  }));
  store.subscribe(({ text, outgoing }) => write(key, [...outgoing.map((each) => each.text), text].filter((part) => part.trim()).join('\n')));
  return store;
}

function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function write(key: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // Without storage the words live as long as the page.
  }
}
