import { useMemo, useRef } from 'react';
import type { Edge, FlowView, Node, Point } from '@uxflow/core';
import { edgeName, nextScene, nodeName, openComments, type Ghost, type Scene } from '@uxflow/ui';
import { useText } from '../../i18n/TextContext.tsx';
import { useEditor, useGhosts, useSession } from '../../store/flowServices.ts';

/** What the canvas shows now; `positions` is where nodes under the hand stand. */
export function useScene(positions: ReadonlyMap<string, Point>): Scene {
  const text = useText();
  const { view, marks } = useGhosts();
  const findings = useSession((state) => state.findings);
  const isReadOnly = useSession((state) => state.readOnly !== null || state.phase !== 'ready');
  const selected = useEditor((state) => state.selected);
  const editing = useEditor((state) => state.editing);
  const found = useEditor((state) => state.found);
  const filter = useEditor((state) => state.filter);
  const highlighted = useEditor((state) => state.highlightedCards);
  const before = useRef<Scene | null>(null);
  const ghostsBefore = useRef(new Map<string, Ghost>());

  const ghosts = useMemo(() => {
    const next = new Map<string, Ghost>();
    for (const [id, { cardId, change }] of marks) {
      const isHighlighted = highlighted.has(cardId);
      const old = ghostsBefore.current.get(id);
      next.set(id, old && old.cardId === cardId && old.change === change && old.isHighlighted === isHighlighted ? old : { cardId, change, isHighlighted });
    }
    ghostsBefore.current = next;
    return next;
  }, [marks, highlighted]);

  const badges = useMemo(() => badgesOf(findings), [findings]);
  const comments = useMemo(() => openComments(view.comment), [view.comment]);
  const shown = useMemo(() => shownBy(view.node, filter), [view.node, filter]);
  const names = useMemo(() => ({ node: nodeName(text), edge: edgeName(text) as (edge: Edge, view: FlowView) => string }), [text]);

  const scene = useMemo(
    () => nextScene(before.current, { view, positions, ghosts, findings: badges, comments, editing, selected, shown, found, isReadOnly, nodeName: names.node, edgeName: names.edge }),
    [view, positions, ghosts, badges, comments, editing, selected, shown, found, isReadOnly, names],
  );
  before.current = scene;
  return scene;
}

const RANK = { error: 2, warning: 1, info: 0 } as const;

/** The worst severity and the number of findings by the first node that each names. */
export function badgesOf(findings: readonly { severity: 'error' | 'warning' | 'info'; nodeIds: readonly string[] }[]): Map<string, { severity: 'error' | 'warning' | 'info'; count: number }> {
  const out = new Map<string, { severity: 'error' | 'warning' | 'info'; count: number }>();
  for (const { severity, nodeIds } of findings) {
    const id = nodeIds[0];
    // A thought that costs nothing is for the panel: a badge on every node would say nothing any more.
    if (!id || severity === 'info') continue;
    const known = out.get(id);
    out.set(id, { severity: known && RANK[known.severity] > RANK[severity] ? known.severity : severity, count: (known?.count ?? 0) + 1 });
  }
  return out;
}

function shownBy(nodes: ReadonlyMap<string, Node>, { personaId, device }: { personaId?: string; device?: string }): ReadonlySet<string> | null {
  if (!personaId && !device) return null;
  const out = new Set<string>();
  for (const node of nodes.values()) if ((!personaId || node.personaIds?.[personaId]) && (!device || node.device === device)) out.add(node.id);
  return out;
}
