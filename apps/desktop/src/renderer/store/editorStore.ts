import { createStore, type StoreApi } from 'zustand/vanilla';

export const RIGHT_TABS = ['properties', 'proposal', 'findings', 'comments', 'history'] as const;
export type RightTab = (typeof RIGHT_TABS)[number];
export interface Editing {
  id: string;
  field: 'title' | 'description' | 'label';
}

/** What the person has in hand and in sight in one open flow; never part of the document. */
export interface EditorStore {
  selected: ReadonlySet<string>;
  editing: Editing | null;
  /** Cards whose ghosts are pointed at. */
  highlightedCards: ReadonlySet<string>;
  isChatOpen: boolean;
  isRightOpen: boolean;
  rightTab: RightTab;
  /** Ids that a search has found. */
  found: ReadonlySet<string>;
  filter: { personaId?: string; device?: string };
  /** A wish that the canvas shows these ids; a new object is a new wish. */
  focus: { ids: readonly string[]; maxZoom: number } | null;
  /** A wish that the comments show this one; a new object is a new wish. */
  shownComment: { id: string } | null;
  select(ids: Iterable<string>): void;
  edit(editing: Editing | null): void;
  highlight(cardIds: readonly string[]): void;
  toggleChat(isOpen?: boolean): void;
  toggleRight(isOpen?: boolean): void;
  openTab(tab: RightTab): void;
  find(ids: Iterable<string>): void;
  setFilter(filter: EditorStore['filter']): void;
  /** Shows and selects records. */
  reveal(ids: readonly string[]): void;
  /** Opens the comments at one of them. */
  showComment(id: string): void;
  /** Shows records without touching the selection. */
  look(ids: readonly string[]): void;
}

const PANELS_KEY = 'uxflow.panels';

/** The editor's own state; which panels are open is remembered. */
export function createEditorStore(): StoreApi<EditorStore> {
  const store = createStore<EditorStore>()((set, get) => ({
    selected: new Set(),
    editing: null,
    highlightedCards: new Set(),
    ...keptPanels(),
    rightTab: 'properties',
    found: new Set(),
    filter: {},
    focus: null,
    shownComment: null,
    select(ids) {
      const next = new Set(ids);
      const { selected } = get();
      if (next.size === selected.size && [...next].every((id) => selected.has(id))) return;
      set({ selected: next });
    },
    edit: (editing) => set({ editing }),
    highlight: (cardIds) => set({ highlightedCards: new Set(cardIds) }),
    toggleChat: (isOpen) => set({ isChatOpen: isOpen ?? !get().isChatOpen }),
    toggleRight: (isOpen) => set({ isRightOpen: isOpen ?? !get().isRightOpen }),
    openTab: (rightTab) => set({ rightTab, isRightOpen: true }),
    find: (ids) => set({ found: new Set(ids) }),
    setFilter: (filter) => set({ filter }),
    reveal: (ids) => set({ selected: new Set(ids), focus: { ids, maxZoom: 1 } }),
    showComment: (id) => set({ rightTab: 'comments', isRightOpen: true, shownComment: { id } }),
    look: (ids) => set({ focus: { ids, maxZoom: 1 } }),
  }));
  store.subscribe(({ isChatOpen, isRightOpen }) => {
    try {
      localStorage.setItem(PANELS_KEY, JSON.stringify({ isChatOpen, isRightOpen }));
    } catch {
      // Without storage the panels start open the next time.
    }
  });
  return store;
}

function keptPanels(): Pick<EditorStore, 'isChatOpen' | 'isRightOpen'> {
  try {
    const kept = JSON.parse(localStorage.getItem(PANELS_KEY) ?? '{}') as Partial<EditorStore>;
    return { isChatOpen: kept.isChatOpen !== false, isRightOpen: kept.isRightOpen !== false };
  } catch {
    return { isChatOpen: true, isRightOpen: true };
  }
}
