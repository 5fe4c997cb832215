import type { SocketEvents, SyncSocket } from '@uxflow/core';

/** A socket to the server that the page came from. */
export function openPageSocket(events: SocketEvents): SyncSocket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/sync`);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.frame(new Uint8Array(data as ArrayBuffer));
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    close() {
      socket.onclose = null;
      socket.close();
    },
  };
}
