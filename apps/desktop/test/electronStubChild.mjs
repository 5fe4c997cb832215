// The utility process's side of the stub: `process.parentPort` over Node's own channel to the parent.
import { EventEmitter } from 'node:events';

const ports = new Map();
const makePort = (id) => {
  const port = Object.assign(new EventEmitter(), {
    waiting: [],
    started: false,
    postMessage: (data) => process.send({ port: id, data }),
    start() {
      port.started = true;
      for (const data of port.waiting.splice(0)) port.emit('message', { data });
    },
    close: () => ports.delete(id),
  });
  ports.set(id, port);
  return port;
};

process.parentPort = Object.assign(new EventEmitter(), { postMessage: (data) => process.send({ data }) });
process.on('message', (message) => {
  if (message.port === undefined) return process.parentPort.emit('message', { data: message.data, ports: (message.ports ?? []).map(makePort) });
  const port = ports.get(message.port);
  if (port?.started) port.emit('message', { data: message.data });
  else port?.waiting.push(message.data);
});
process.on('disconnect', () => process.exit(0));
