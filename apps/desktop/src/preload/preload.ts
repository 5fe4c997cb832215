/** Runs before the page in its sandbox: hands it one port to the engine, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron';

// Written out: the sandbox loads this as one CommonJS file, and these two words are all that it shares with the page.
const PORT_MESSAGE = 'uxflow:port';
const PORT_WANTED = 'uxflow:port-wanted';

contextBridge.exposeInMainWorld('uxflowHost', { kind: 'electron' });

ipcRenderer.on('uxflow:port', (event) => {
  window.postMessage(PORT_MESSAGE, '*', event.ports);
});
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === PORT_WANTED) void ipcRenderer.invoke('uxflow:connect');
});
