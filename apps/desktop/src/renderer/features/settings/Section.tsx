import type { ReactNode } from 'react';

export interface SectionProps {
  id: string;
  title: string;
  text?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of the settings with its heading; the heading takes the focus when somebody jumps to it. */
export function Section({ id, title, text, actions, children }: SectionProps) {
  return (
    <section className="settings__section" aria-labelledby={`settings-${id}`}>
      <div className="settings__heading">
        <div>
          <h2 id={`settings-${id}`} tabIndex={-1}>
            {title}
          </h2>
          {text ? <p>{text}</p> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
