import { createStore, type StoreApi } from 'zustand/vanilla';

/** A message on its way to the engine. */
export interface Outgoing {
  id: number;
  text: string;
}

/** What the person is writing in the conversation about one flow: kept by this window until the engine has it. */
export interface MessageDraft {
  text: string;
  outgoing: readonly Outgoing[];
  /** Why the last message could not be sent; its words are back in `text`. */
  failure: unknown;
  write(text: string): void;
  /**
   * Sends what is written, or the given words (a quick reply). What fails comes back into `text`, before anything written since;
   * `hasArrived` tells whether the engine has the words although the call failed.
   */
  submit(send: (text: string) => Promise<void>, hasArrived: (text: string) => boolean): Promise<void>;
  dismiss(): void;
}

/** The draft of a flow's conversation, as it was left. */
export function createMessageDraft(flowId: string): StoreApi<MessageDraft> {
  const key = `uxflow.draft.${flowId}`;
  let count = 0;
  const store = createStore<MessageDraft>()((set, get) => ({
    text: read(key),
    outgoing: [],
    failure: null,
    write: (text) => set({ text }),
    async submit(send, hasArrived) {
      const text = get().text.trim();
      if (!text) return;
      const id = ++count;
      set({ text: '', failure: null, outgoing: [...get().outgoing, { id, text }] });
      try {
        await send(text);
      } catch (failure) {
        if (!hasArrived(text)) {
          const since = get().text;
          set({ text: since.trim() ? `${text}\n${since}` : text });
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
