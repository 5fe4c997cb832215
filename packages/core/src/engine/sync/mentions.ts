import { z } from 'zod';
import type { MentionView } from '../../api/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { splitMentions, type Comment, type FlowView } from '../../flow/index.ts';

/** Comments that mention the person, as far as this device has seen them. */
export interface Mentions {
  /** Newest first. */
  list(userId: string): Omit<MentionView, 'flowName'>[];
  /** Looks through the comments of a flow; true when something is new or gone. `names`: of the people who can be mentioned there. */
  look(person: { id: string; name: string }, flowId: string, view: Pick<FlowView, 'comment'>, names: readonly string[]): boolean;
  /** Marks one as read, or all. */
  read(userId: string, mentionId?: string): void;
}

const keptSchema = z.array(z.object({ id: z.string(), flowId: z.string(), by: z.string(), text: z.string(), at: z.number().int(), on: z.string().optional(), isRead: z.boolean() }));
type Kept = z.infer<typeof keptSchema>[number];
/** So many are kept for a person; the oldest go first. */
const MOST = 200;
const MOST_TEXT = 300;

export function createMentions({ settings, readOnly }: Pick<DataFolder, 'settings' | 'readOnly'>): Mentions {
  const keyOf = (userId: string) => `mentions:${userId}`;
  const read = (userId: string): Kept[] => keptSchema.safeParse(settings.get(keyOf(userId))).data ?? [];
  const write = (userId: string, mentions: readonly Kept[]) => {
    if (!readOnly) settings.set(keyOf(userId), [...mentions].sort((a, b) => b.at - a.at).slice(0, MOST));
  };
  return {
    list: read,
    look({ id: userId, name }, flowId, { comment: comments }, names) {
      const kept = read(userId);
      const known = new Map(kept.map((mention) => [mention.id, mention]));
      const here: Kept[] = [];
      for (const comment of comments.values()) {
        if (comment.authorId === userId || !mentionsPerson(comment, name, names)) continue;
        const earlier = known.get(comment.id);
        const on = comment.nodeId ?? comment.edgeId ?? comment.frameId;
        here.push({ id: comment.id, flowId, by: comment.authorName ?? '', text: comment.body.slice(0, MOST_TEXT), at: comment.at, ...(on ? { on } : {}), isRead: earlier?.isRead ?? comment.resolved === true });
      }
      const before = kept.filter((mention) => mention.flowId === flowId);
      const say = (mentions: readonly Kept[]) => JSON.stringify(mentions.map(({ id, text, isRead }) => [id, text, isRead]).sort());
      if (say(before) === say(here)) return false;
      write(userId, [...kept.filter((mention) => mention.flowId !== flowId), ...here]);
      return true;
    },
    read(userId, mentionId) {
      write(userId, read(userId).map((mention) => (mentionId === undefined || mention.id === mentionId ? { ...mention, isRead: true } : mention)));
    },
  };
}

function mentionsPerson({ body }: Pick<Comment, 'body'>, name: string, names: readonly string[]): boolean {
  return name !== '' && body.includes(`@${name}`) && splitMentions(body, [...names, name]).some((piece) => piece.name === name);
}
