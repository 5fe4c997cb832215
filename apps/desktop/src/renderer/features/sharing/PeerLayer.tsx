import { ViewportPortal, useReactFlow, useStore as useCanvas } from '@xyflow/react';
import { Bot } from 'lucide-react';
import { useEffect } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSync } from '../../store/flowServices.ts';
import { whose } from './personColor.ts';
import './sharing.css';

/** What the others do, over the canvas: their pointers, frames around what they have selected, and around what was just changed. */
export function PeerLayer() {
  const text = useText();
  const peers = useSync((state) => state.peers);
  const touched = useSync((state) => state.touched);
  const zoom = useCanvas((state) => state.transform[2]);
  useShownView();
  useFollowing();
  if (peers.length === 0 && touched.size === 0) return null;
  const counter = { transform: `scale(${1 / zoom})` };
  return (
    <ViewportPortal>
      <div className="peers" aria-hidden data-testid="peers">
        {[...touched].map(([id, touch]) => (
          <Frame key={`t${id}`} id={id} who={touch.key} label={touch.isAgent ? text('sync.agent') : touch.name || text('sync.someone')} kind="touched" zoom={zoom} icon={touch.isAgent} />
        ))}
        {peers.flatMap((peer) => peer.selection.filter((id) => !touched.has(id)).map((id) => <Frame key={`${peer.peer}${id}`} id={id} who={peer.userId} label={peer.name} kind="selected" zoom={zoom} />))}
        {peers.map((peer) =>
          peer.cursor ? (
            <div key={peer.peer} className="peer-cursor" style={{ ...whose(peer.userId), transform: `translate(${peer.cursor.x}px, ${peer.cursor.y}px)` }}>
              <div style={counter} className="peer-cursor__scaled">
                <svg width="18" height="20" viewBox="0 0 18 20">
                  <path d="M2 2 L15 10 L9 11.5 L6.5 18 Z" fill="currentColor" stroke="#fff" strokeWidth="1.5" strokeLinejoin="round" />
                </svg>
                <span>{peer.name}</span>
              </div>
            </div>
          ) : null,
        )}
      </div>
    </ViewportPortal>
  );
}

/** A frame around a node or frame of the flow; nothing for what is not drawn (edges, comments). */
function Frame({ id, who, label, kind, zoom, icon }: { id: string; who: string; label: string; kind: 'selected' | 'touched'; zoom: number; icon?: boolean }) {
  const box = useCanvas((state) => {
    const node = state.nodeLookup.get(id);
    if (!node) return '';
    const { x, y } = node.internals.positionAbsolute;
    return `${x},${y},${node.measured.width ?? 0},${node.measured.height ?? 0}`;
  });
  if (!box) return null;
  const [x = 0, y = 0, width = 0, height = 0] = box.split(',').map(Number);
  const gap = 4;
  return (
    <div className={`peer-frame peer-frame--${kind}`} data-peer-frame={id} style={{ ...whose(who), transform: `translate(${x - gap}px, ${y - gap}px)`, width: width + 2 * gap, height: height + 2 * gap, borderWidth: 2 / Math.min(1, zoom) }}>
      <span style={{ transform: `scale(${1 / zoom})` }}>
        {icon ? <Bot /> : null}
        {label}
      </span>
    </div>
  );
}

/** Tells the others which part of the canvas is on this screen. */
function useShownView(): void {
  const { sync } = useFlow();
  const [x, y, zoom] = useCanvas((state) => state.transform);
  const width = useCanvas((state) => state.width);
  const height = useCanvas((state) => state.height);
  useEffect(() => {
    if (width > 0) sync.getState().show({ viewport: { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom } });
  }, [sync, x, y, zoom, width, height]);
}

/** Moves this view to where the followed colleague looks, until the person moves it themselves. */
function useFollowing(): void {
  const { sync } = useFlow();
  const instance = useReactFlow();
  const view = useSync((state) => state.peers.find(({ peer }) => peer === state.following)?.viewport);
  const isFollowing = useSync((state) => state.following !== null);
  useEffect(() => {
    if (view) void instance.fitBounds(view, { duration: 120, padding: 0 });
  }, [view, instance]);
  useEffect(() => {
    if (!isFollowing) return;
    const end = (event: Event) => {
      if ((event.target as Element | null)?.closest?.('.canvas')) sync.getState().follow(null);
    };
    addEventListener('pointerdown', end, { capture: true });
    addEventListener('wheel', end, { capture: true, passive: true });
    return () => {
      removeEventListener('pointerdown', end, { capture: true });
      removeEventListener('wheel', end, { capture: true });
    };
  }, [isFollowing, sync]);
}
