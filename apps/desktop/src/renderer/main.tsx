import './jitless.ts';
import { createRoot } from 'react-dom/client';
import { flushDrafts } from '@uxflow/ui';
import { connect } from '../bridge.ts';
import { App } from './App.tsx';
import { createServices } from './store/services.ts';

// The connection comes first: it takes a one-time code out of the address before anyone reads the route there.
const services = createServices(connect());
addEventListener('pagehide', flushDrafts);
addEventListener('beforeunload', flushDrafts);
createRoot(document.getElementById('root')!).render(<App services={services} />);
