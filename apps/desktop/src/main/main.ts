/** Electron's main process: windows, keychain, updates. It thinks nothing: the engine runs in a utility process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeTheme, protocol, safeStorage, session, shell, utilityProcess, type UtilityProcess } from 'electron';
import { errorInfo } from '@uxflow/core';
import { defaultDataDir } from '../hosts/engineHost.ts';
import { createKeychainSecrets } from '../hosts/secrets.ts';
import { APP_VERSION } from '../version.ts';
import { isAllowedNavigation, isAllowedPermission, isExternalLink, isTrustedSender, PAGE_SCHEME, PAGE_URL } from './guards.ts';
import { applicationMenu } from './menu.ts';
import { createPageHandler } from './pageProtocol.ts';
import { watchForUpdates } from './updates.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const RENDERER = join(here, '../renderer');
const PRELOAD = join(here, '../preload/preload.cjs');
const ENGINE = join(here, 'utilityProcess.js');
/** An engine that dies at once every time is not started for ever. */
const MAX_RESTARTS = 5;

const windows = new Set<BrowserWindow>();
let engine: UtilityProcess | undefined;
let restarts = 0;
let quitting = false;

// A scheme of its own instead of file: the page gets headers (the content security policy) and no rights over files.
protocol.registerSchemesAsPrivileged([{ scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on('second-instance', () => [...windows][0]?.focus());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (quitting || !engine) return;
    // The engine writes what waits before it goes; the windows have handed over their last changes by then.
    event.preventDefault();
    quitting = true;
    const leave = setTimeout(() => app.exit(0), 5000);
    engine.once('exit', () => {
      clearTimeout(leave);
      app.exit(0);
    });
    engine.postMessage({ type: 'close' });
  });
  void app.whenReady().then(start);
}

function start(): void {
  protocol.handle(PAGE_SCHEME, createPageHandler(RENDERER));
  // Electron grants what nobody handles: everything but writing to the clipboard is refused, asked for or looked up.
  session.defaultSession.setPermissionRequestHandler((_contents, permission, grant) => grant(isAllowedPermission(permission)));
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => isAllowedPermission(permission));
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(process.platform)));
  startEngine();
  ipcMain.handle('uxflow:connect', (event) => {
    if (!isTrustedSender(event.senderFrame, event.sender.mainFrame)) throw new Error('This page may not reach the engine.');
    const window = BrowserWindow.fromWebContents(event.sender);
    if (window) connect(window);
  });
  openWindow();
  app.on('activate', () => {
    if (!windows.size) openWindow();
  });
  watchForUpdates(app.isPackaged);
}

function openWindow(): void {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#f7f8fa',
    webPreferences: { preload: PRELOAD, contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, spellcheck: true },
  });
  windows.add(window);
  window.once('ready-to-show', () => window.show());
  window.on('closed', () => windows.delete(window));
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  for (const navigation of ['will-navigate', 'will-redirect'] as const) {
    window.webContents.on(navigation as 'will-navigate', (event, url) => {
      if (!isAllowedNavigation(url)) event.preventDefault();
    });
  }
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  void window.loadURL(PAGE_URL);
}

/** A direct line from this window to the engine; main is no relay. */
function connect(window: BrowserWindow): void {
  if (!engine) return;
  const { port1, port2 } = new MessageChannelMain();
  engine.postMessage({ type: 'port' }, [port1]);
  window.webContents.postMessage('uxflow:port', null, [port2]);
}

function startEngine(): void {
  const dataDir = defaultDataDir();
  const started = utilityProcess.fork(ENGINE, [], { serviceName: 'UX Flow engine', stdio: 'inherit' });
  engine = started;
  const secrets = createKeychainSecrets(dataDir, safeStorage);
  started.postMessage({ type: 'open', dataDir, version: APP_VERSION, secretStrength: secrets.strength });
  let failure: string | undefined;
  started.on('message', (message: { type: string; sentence?: string; id?: number; name?: string; value?: string | null }) => {
    if (message.type === 'ready') restarts = 0;
    if (message.type === 'failed') failure = message.sentence;
    // safeStorage exists in the main process only, so the engine asks here for the few secrets that it needs.
    if (message.type === 'secret.get' && message.name !== undefined) {
      void secrets.get(message.name).then((value) => started.postMessage({ type: 'secret', id: message.id, value }), (error: unknown) => started.postMessage({ type: 'secret', id: message.id, error: errorInfo(error) }));
    }
    if (message.type === 'secret.set' && message.name !== undefined) {
      void secrets.set(message.name, message.value ?? null).then(() => started.postMessage({ type: 'secret', id: message.id }), (error: unknown) => started.postMessage({ type: 'secret', id: message.id, error: errorInfo(error) }));
    }
  });
  started.on('exit', () => {
    if (engine === started) engine = undefined;
    if (quitting) return;
    if (failure !== undefined || ++restarts > MAX_RESTARTS) {
      // Starting it again would fail the same way: say why, and leave.
      dialog.showErrorBox('UX Flow Engine', failure ?? 'The engine stopped several times and was not started again. Your saved work is untouched; start the app anew.');
      app.exit(1);
      return;
    }
    setTimeout(() => {
      startEngine();
      for (const window of windows) connect(window);
    }, 200 * restarts);
  });
}
