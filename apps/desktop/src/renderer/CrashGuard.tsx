import { Button, EmptyState } from '@uxflow/ui';
import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { useText } from './i18n/TextContext.tsx';

/** Shows what happened when a part of the screen throws, with a way on; what is saved is untouched. */
export class CrashGuard extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Crash message={this.state.error.message} /> : this.props.children;
  }
}

function Crash({ message }: { message: string }) {
  const text = useText();
  return (
    <EmptyState icon={<TriangleAlert />} title={text('crash.title')} actions={<Button onClick={() => location.reload()}>{text('crash.reload')}</Button>}>
      {text('crash.text', { message })}
    </EmptyState>
  );
}
