/** What may be fetched for a workspace, and what must not. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMetadataAddress, isPublicAddress } from './addresses.ts';
import { createSignOnNetwork } from './network.ts';

let server: Server;
let port: number;
let asked = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    if (request.url === '/away') return response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    if (request.url === '/large') return response.end('x'.repeat(2_000_000));
    if (request.url === '/slow') return undefined;
    return response.end('here');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** A DNS that answers every name with these addresses, the next of them each time. */
const answering = (...addresses: string[]): LookupFunction => ((_name, _options, done) => done(null, [{ address: addresses.length > 1 ? addresses.shift()! : addresses[0]!, family: 4 }] as never, 4)) as LookupFunction;
const codeOf = (task: Promise<unknown>) => task.then(() => 'fine', (error: { code: string }) => error.code);

describe('on a server for everybody', () => {
  const network = createSignOnNetwork({ isPrivateAllowed: false });
  test.each(['http://provider.example/', 'https://127.0.0.1/', 'https://[::1]/', 'https://10.1.2.3/', 'https://192.168.0.1/', 'https://169.254.169.254/latest/meta-data', 'https://[fd00::1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://2130706433/', 'https://0x7f.1/', 'https://0/', 'https://localhost/', 'https://printer.local/', 'https://db.internal/', 'https://user:password@provider.example/', 'file:///etc/passwd', 'ftp://provider.example/', 'no address'])('%s is refused', (url) => {
    expect(() => network.demandAddress(url)).toThrow(expect.objectContaining({ code: 'ADDRESS_REFUSED' }));
  });
  test('an ordinary address is not', () => expect(network.demandAddress('https://login.provider.example/sso').href).toBe('https://login.provider.example/sso'));
  test('a name that leads into the private network is refused when it is connected to, also when it led elsewhere before', async () => {
    const before = asked;
    for (const addresses of [['127.0.0.1'], ['10.0.0.5'], ['169.254.169.254'], ['::1'], ['::ffff:127.0.0.1']]) expect(await codeOf(createSignOnNetwork({ isPrivateAllowed: false, lookup: answering(...addresses) }).fetch(`https://rebinding.example:${port}/`))).toBe('ADDRESS_REFUSED');
    const both: LookupFunction = ((_name, _options, done) => done(null, [{ address: '93.184.215.14', family: 4 }, { address: '127.0.0.1', family: 4 }] as never, 4)) as LookupFunction;
    expect(await codeOf(createSignOnNetwork({ isPrivateAllowed: false, lookup: both }).fetch(`https://both.example:${port}/`))).toBe('ADDRESS_REFUSED');
    expect(asked).toBe(before);
  });
});

describe('on a server of one’s own', () => {
  const network = createSignOnNetwork({ isPrivateAllowed: true, withinMs: 500 });
  test('private addresses are open, and http on this machine alone; where clouds hand out keys is not', () => {
    for (const url of ['https://10.1.2.3/', 'https://idp.internal/', `http://127.0.0.1:${port}/`, 'http://localhost/']) expect(network.demandAddress(url).href).toBe(url);
    for (const url of ['http://10.1.2.3/', 'https://169.254.169.254/', 'https://[fe80::1]/', 'https://[::ffff:169.254.169.254]/', 'https://[fd00:ec2::254]/', 'https://100.100.100.200/', 'https://168.63.129.16/', 'https://0xa83f8110/', 'https://[::ffff:a9fe:a9fe]/', 'https://[64:ff9b::a9fe:a9fe]/']) expect(() => network.demandAddress(url), url).toThrow(expect.objectContaining({ code: 'ADDRESS_REFUSED' }));
  });
  test('a name that leads to where clouds hand out keys is refused when it is connected to', async () => {
    for (const address of ['169.254.169.254', '168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fe80::1%lo', '::ffff:169.254.169.254']) expect([address, await codeOf(createSignOnNetwork({ isPrivateAllowed: true, lookup: answering(address), withinMs: 500 }).fetch(`https://metadata.example:${port}/`))]).toEqual([address, 'ADDRESS_REFUSED']);
  });
  test('redirects are not followed, and what is too large or too slow is given up', async () => {
    expect((await network.fetch(`http://127.0.0.1:${port}/away`)).status).toBe(302);
    expect(await (await network.fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
    for (const path of ['/large', '/slow']) expect(await codeOf(network.fetch(`http://127.0.0.1:${port}${path}`))).toBe('SIGN_ON_UNREACHABLE');
    expect(await codeOf(network.fetch('http://127.0.0.1:1/'))).toBe('SIGN_ON_UNREACHABLE');
  });
});

test('addresses of the open network are told from all others', () => {
  for (const address of ['93.184.215.14', '8.8.8.8', '172.32.0.1', '2606:4700::1111']) expect([address, isPublicAddress(address)]).toEqual([address, true]);
  for (const address of ['0.0.0.0', '100.64.0.1', '172.16.0.1', '172.31.255.255', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '::', 'fc00::1', 'fe80::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', '2001::1', '168.63.129.16', 'nonsense']) expect([address, isPublicAddress(address)]).toEqual([address, false]);
});

test('where clouds hand out keys is known in every way of writing it', () => {
  const hidden = ['169.254.169.254', '169.254.0.23', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'FD00:0EC2:0:0::254', 'fd20:ce::254', 'fd00:42::42', 'fe80::1', 'fe80::1%eth0', 'febf::1'];
  const inside = ['::ffff:169.254.169.254', '::FFFF:A9FE:A9FE', '0:0:0:0:0:ffff:a9fe:a9fe', '::169.254.169.254', '::ffff:0:169.254.169.254', '64:ff9b::169.254.169.254', '64:ff9b:1::a9fe:a9fe', '2002:a9fe:a9fe::', '::ffff:168.63.129.16', '::ffff:6464:64c8'];
  for (const address of [...hidden, ...inside, 'nonsense', '']) expect([address, isMetadataAddress(address)]).toEqual([address, true]);
  for (const address of ['10.1.2.3', '127.0.0.1', '100.100.100.201', '168.63.129.17', '::1', 'fd00::1', 'fec0::1', '::ffff:10.1.2.3', '2606:4700::1111', '64:ff9b::8.8.8.8']) expect([address, isMetadataAddress(address)]).toEqual([address, false]);
});
