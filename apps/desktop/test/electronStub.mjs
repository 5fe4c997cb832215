// Stands in for Electron: `node --import electronStub.mjs out/main/main.js` runs the BUILT main bundle under plain Node, with a Chromium page as
// its window and a child process as its utility process. It proves the wiring main -> preload -> page -> engine, not Electron's own runtime.
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import { chromium } from 'playwright-core';

registerHooks({
  resolve: (specifier, context, next) => (specifier === 'electron' ? { url: import.meta.url, shortCircuit: true } : next(specifier, context)),
});

const browserArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const report = (event, data) => process.send?.({ event, ...data });

// A port travels as its id; whoever holds the other end of the pair gets what is posted.
const ports = new Map();
let nextPort = 1;
class StubPort extends EventEmitter {
  constructor() {
    super();
    this.id = nextPort++;
    ports.set(this.id, this);
  }
  postMessage(data) {
    this.peer.deliver(data);
  }
  deliver(data) {
    this.sink?.(data);
  }
}
export class MessageChannelMain {
  constructor() {
    this.port1 = new StubPort();
    this.port2 = new StubPort();
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}

export const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  requestSingleInstanceLock: () => true,
  whenReady: async () => {},
  getVersion: () => '0.0.0',
  quit() {
    const event = { prevented: false, preventDefault() { this.prevented = true; } };
    app.emit('before-quit', event);
    if (!event.prevented) app.exit(0);
  },
  async exit(code) {
    await browser?.close();
    server?.close();
    process.exit(code);
  },
});

const handlers = new Map();
export const ipcMain = { handle: (channel, run) => void handlers.set(channel, run) };
export const Menu = { buildFromTemplate: (template) => template, setApplicationMenu: () => {} };
export const nativeTheme = { shouldUseDarkColors: false };
export const shell = { openExternal: async (url) => report('external', { url }) };
export const session = {
  defaultSession: {
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: (check) => report('permissions', { clipboard: check(null, 'clipboard-sanitized-write'), camera: check(null, 'media') }),
  },
};
export const dialog = { showErrorBox: (title, sentence) => report('dialog', { title, sentence }) };
export const contextBridge = {};
export const ipcRenderer = {};
/** A keychain for the test: base64 with a mark, so that the test sees that it was used. */
export const safeStorage = {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => 'stub',
  encryptString: (text) => Buffer.from(`sealed:${Buffer.from(text).toString('base64')}`),
  decryptString: (bytes) => Buffer.from(bytes.toString().slice('sealed:'.length), 'base64').toString(),
};

export const utilityProcess = {
  fork(path) {
    const child = fork(path, [], { execArgv: ['--import', new URL('./electronStubChild.mjs', import.meta.url).href], serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const emitter = new EventEmitter();
    child.on('message', (message) => {
      if (message.port !== undefined) return ports.get(message.port)?.postMessage(message.data);
      emitter.emit('message', message.data);
    });
    const handedOver = [];
    child.on('exit', (code) => {
      // As in Electron: what a dead process held is closed at the other end.
      for (const port of handedOver) port.peer.end?.();
      emitter.emit('exit', code);
    });
    report('engine', { pid: child.pid });
    emitter.postMessage = (data, transfer = []) => {
      for (const port of transfer) port.sink = (payload) => child.connected && child.send({ port: port.id, data: payload });
      handedOver.push(...transfer);
      if (child.connected) child.send({ data, ports: transfer.map((port) => port.id) });
    };
    return emitter;
  },
};

// Chromium knows no scheme of ours, so a small server answers by the very handler that main registered.
let server;
let origin;
let pageHandler;
const schemes = [];
export const protocol = {
  registerSchemesAsPrivileged: (list) => schemes.push(...list.map((each) => each.scheme)),
  handle(scheme, handler) {
    if (!schemes.includes(scheme)) throw new Error(`scheme ${scheme} is not privileged`);
    pageHandler = handler;
  },
};
const serve = async () => {
  if (origin) return;
  server = createServer(async (request, response) => {
    const answer = await pageHandler({ url: `uxflow://app${request.url}`, method: request.method });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
};

let browser;
const windows = [];
export class BrowserWindow extends EventEmitter {
  static fromWebContents = (contents) => windows.find((window) => window.webContents === contents);
  constructor(options) {
    super();
    this.options = options;
    windows.push(this);
    const mainFrame = { url: '' };
    this.webContents = Object.assign(new EventEmitter(), {
      mainFrame,
      setWindowOpenHandler: (handler) => void (this.openHandler = handler),
      postMessage: (channel, _message, transfer) => void this.#givePort(channel, transfer[0]),
    });
    report('window', { webPreferences: { ...options.webPreferences, preload: undefined } });
  }
  show() {}
  focus() {}
  async #givePort(channel, port) {
    port.sink = (data) => this.page.evaluate(([id, payload]) => globalThis.__portIn(id, payload), [port.id, data]).catch(() => {});
    port.end = () => this.page.evaluate((id) => globalThis.__portEnd(id), port.id).catch(() => {});
    await this.page.evaluate(([name, id]) => globalThis.__givePort(name, id), [channel, port.id]);
  }
  async loadURL(url) {
    await serve();
    browser ??= await chromium.launch({ executablePath: process.env.CHROME_PATH, args: browserArgs });
    const context = await browser.newContext({ viewport: { width: this.options.width, height: this.options.height } });
    this.page = await context.newPage();
    await this.page.exposeFunction('__invoke', async (channel) => {
      this.webContents.mainFrame.url = this.page.url().replace(origin, 'uxflow://app');
      return handlers.get(channel)?.({ sender: this.webContents, senderFrame: this.webContents.mainFrame });
    });
    await this.page.exposeFunction('__portOut', (id, data) => void ports.get(id)?.postMessage(data));
    await this.page.addInitScript(preloadInPage(readFileSync(this.options.webPreferences.preload, 'utf8')));
    this.page.on('pageerror', (error) => report('pageerror', { message: error.message }));
    await this.page.goto(url.replace('uxflow://app', origin));
    this.emit('ready-to-show');
    report('loaded', { url: this.page.url() });
  }
}

/** The preload bundle in a page: `require('electron')` gives what a sandboxed preload has of it. */
function preloadInPage(source) {
  return `{
    const listeners = new Map();
    const channels = new Map();
    globalThis.__givePort = (channel, id) => {
      const { port1, port2 } = new MessageChannel();
      channels.set(id, port2);
      port2.onmessage = (event) => globalThis.__portOut(id, event.data);
      for (const listener of listeners.get(channel) ?? []) listener({ ports: [port1] });
    };
    globalThis.__portEnd = (id) => channels.get(id)?.close();
    globalThis.__portIn = (id, data) => channels.get(id)?.postMessage(data);
    const electron = {
      contextBridge: { exposeInMainWorld: (name, value) => Object.defineProperty(window, name, { value: Object.freeze(value) }) },
      ipcRenderer: { on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]), invoke: (channel) => globalThis.__invoke(channel) },
    };
    const require = (name) => { if (name === 'electron') return electron; throw new Error('a sandboxed preload cannot require ' + name); };
    const module = { exports: {} };
    (function (exports) { ${source}\n })(module.exports);
  }`;
}

// The test drives the app through the process that started it, and takes it along when it goes.
process.on('disconnect', () => void app.exit(1));
process.on('message', async ({ id, run, argument }) => {
  try {
    const page = windows[0]?.page;
    const actions = {
      evaluate: () => page.evaluate(argument),
      click: () => page.click(argument, { timeout: 10_000 }),
      fill: () => page.fill(argument.selector, argument.text, { timeout: 10_000 }),
      waitFor: () => page.waitForSelector(argument, { timeout: 20_000 }).then(() => true),
      text: () => page.textContent(argument, { timeout: 10_000 }),
      screenshot: () => page.screenshot({ path: argument }).then(() => true),
      headers: async () => Object.fromEntries((await pageHandler({ url: 'uxflow://app/' })).headers),
      openWindow: () => windows[0].openHandler({ url: argument }),
      quit: () => app.quit(),
    };
    process.send({ id, result: await actions[run]() });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
