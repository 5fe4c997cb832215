import type { ReactNode } from 'react';

/** A part of the properties with its heading; can be folded away. */
export function Section({ title, count, isOpen = true, children }: { title: string; count?: number; isOpen?: boolean; children: ReactNode }) {
  return (
    <details className="section" open={isOpen}>
      <summary>
        <span>{title}</span>
        {count ? <span className="badge">{count}</span> : null}
      </summary>
      <div className="section__body">{children}</div>
    </details>
  );
}
