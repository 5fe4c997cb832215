import './jitless.ts';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { createLinkApi } from './linkApi.ts';
import { openPageSocket } from './pageSocket.ts';
import { createPageTrail } from './pageTrail.ts';
import { createViewerSession } from './viewerSession.ts';

const address = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');
const session = createViewerSession({
  api: createLinkApi(address, (...request) => fetch(...request)),
  fragment: location.hash,
  trail: createPageTrail(window),
  connect: openPageSocket,
  // A page that nobody looks at draws nothing, but must still hear that its link has ended.
  nextFrame: (task) => void (document.hidden ? setTimeout(task, 250) : requestAnimationFrame(task)),
});
// Another key in the same tab is another visit.
addEventListener('hashchange', () => location.reload());
addEventListener('online', () => session.retry());
addEventListener('visibilitychange', () => document.visibilityState === 'visible' && session.retry());

const dark = matchMedia('(prefers-color-scheme: dark)');
const applyTheme = () => void (document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light');
dark.addEventListener('change', applyTheme);
applyTheme();
createRoot(document.getElementById('root')!).render(<App session={session} />);
