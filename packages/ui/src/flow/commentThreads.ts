import type { Comment, FlowView } from '@uxflow/core';

/** A comment and what answers it, oldest first. */
export interface CommentThread {
  comment: Comment;
  replies: Comment[];
}

/** What a comment is about, as its fields say; empty: the whole flow. */
export type CommentPlace = Pick<Comment, 'nodeId' | 'edgeId' | 'frameId'>;

/** The conversations of a flow, newest first. */
export function commentThreads(comments: FlowView['comment']): CommentThread[] {
  const roots: CommentThread[] = [];
  const replies = new Map<string, Comment[]>();
  for (const comment of comments.values()) {
    if (!comment.replyToId) roots.push({ comment, replies: [] });
    else if (replies.has(comment.replyToId)) replies.get(comment.replyToId)!.push(comment);
    else replies.set(comment.replyToId, [comment]);
  }
  for (const root of roots) root.replies = (replies.get(root.comment.id) ?? []).sort((a, b) => a.at - b.at);
  return roots.sort((a, b) => b.comment.at - a.comment.at);
}

/** How many conversations are open, by the id of what they are about; those about the whole flow stand under ''. */
export function openComments(comments: FlowView['comment']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const comment of comments.values()) {
    if (comment.resolved || comment.replyToId) continue;
    const on = commentedId(comment) ?? '';
    counts.set(on, (counts.get(on) ?? 0) + 1);
  }
  return counts;
}

/** The id of what a comment is about; undefined: the whole flow. */
export function commentedId({ nodeId, edgeId, frameId }: CommentPlace): string | undefined {
  return nodeId ?? edgeId ?? frameId;
}

/** The fields of a comment on a node, an edge or a frame; on anything else it is about the whole flow. */
export function commentPlace(view: FlowView, id: string | null | undefined): CommentPlace {
  if (!id) return {};
  return view.node.has(id) ? { nodeId: id } : view.edge.has(id) ? { edgeId: id } : view.frame.has(id) ? { frameId: id } : {};
}

/** What to call that in a sentence; undefined for the whole flow and for what is gone. `untitled`: what has no title. */
export function commentTitle(view: FlowView, id: string | null | undefined, untitled: string): string | undefined {
  if (!id) return undefined;
  const node = view.node.get(id);
  if (node) return node.data.title || untitled;
  const edge = view.edge.get(id);
  if (edge) return [edge.source, edge.target].map((end) => view.node.get(end)?.data.title || untitled).join(' → ');
  const frame = view.frame.get(id);
  return frame && (frame.title || untitled);
}
