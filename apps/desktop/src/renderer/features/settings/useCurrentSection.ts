import { useEffect, useRef, useState, type RefObject } from 'react';

/** CSS px below the top of the view at which a section counts as the one that is read. */
const READING_LINE = 120;

/** Answers the section that is read just now, and `jump`, which brings one into view and gives its heading the focus. `view` is what scrolls. */
export function useCurrentSection<Id extends string>(view: RefObject<HTMLElement | null>, ids: readonly Id[]): { current: Id; jump: (id: Id) => void } {
  const [current, setCurrent] = useState(ids[0]!);
  /** Where the last jump came to rest: the last sections cannot reach the top, yet they are what was asked for. */
  const rest = useRef(-1);
  useEffect(() => {
    const scroller = view.current!;
    const read = () => {
      if (scroller.scrollTop === rest.current) return;
      rest.current = -1;
      const line = scroller.getBoundingClientRect().top + READING_LINE;
      const isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2;
      setCurrent(isAtEnd ? ids.at(-1)! : (ids.findLast((id) => (headingOf(id)?.getBoundingClientRect().top ?? Infinity) <= line) ?? ids[0]!));
    };
    scroller.addEventListener('scroll', read, { passive: true });
    return () => scroller.removeEventListener('scroll', read);
  }, [view, ids]);
  const jump = (id: Id) => {
    headingOf(id)?.closest('section')?.scrollIntoView({ block: 'start' });
    headingOf(id)?.focus({ preventScroll: true });
    rest.current = view.current!.scrollTop;
    setCurrent(id);
  };
  return { current, jump };
}

const headingOf = (id: string) => document.getElementById(`settings-${id}`);
