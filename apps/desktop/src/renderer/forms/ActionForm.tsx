import type { ReactNode } from 'react';
import { FailureNotice } from './FailureNotice.tsx';
import type { Busy } from './useBusy.ts';

export interface ActionFormProps {
  /** Whether it runs and what it threw, by `useBusy`: the buttons in `foot` want to know, too. */
  busy: Busy;
  /** What the form does. Enter runs it as well, as long as its button is not disabled. */
  onSubmit: () => Promise<unknown>;
  className?: string;
  testId?: string;
  children: ReactNode;
  /** The buttons, below what failed; one of them has the type "submit". */
  foot?: ReactNode;
}

/** A form that does one thing that the engine may refuse: it says that it is busy, does nothing twice meanwhile, and shows what was refused above its buttons. */
export function ActionForm({ busy: { isBusy, failure, run }, onSubmit, className, testId, children, foot }: ActionFormProps) {
  return (
    <form
      className={className}
      data-testid={testId}
      aria-busy={isBusy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) run(onSubmit);
      }}
    >
      {children}
      <FailureNotice failure={failure} />
      {foot}
    </form>
  );
}
