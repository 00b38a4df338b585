// How a connection to a service is opened: the name is resolved, every address it has is judged, and exactly those
// addresses are connected to. No proxy, no socket path, no second look at the name.
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { buildConnector } from 'undici';
import { refuseAddress } from './address.ts';

/** Where to connect: addresses that were judged already, tried in turn. */
export interface Dial {
  readonly addresses: readonly LookupAddress[];
  readonly port: number;
  /** Set for https: the name the certificate must carry. */
  readonly tlsName?: string;
}

/** The two ways out of this process; tests hand in their own. */
export interface Network {
  readonly resolve: (name: string) => Promise<readonly LookupAddress[]>;
  /** A socket on its way; it is usable once it says `connect`, or `secureConnect` for https. */
  readonly dial: (to: Dial) => Socket;
}

export const NETWORK: Network = {
  resolve: (name) =>
    new Promise((resolve, reject) => {
      lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
    }),
  dial: ({ addresses, port, tlsName }) => {
    const [first] = addresses;
    // The hook hands out what was judged, so nothing is resolved again; literals never reach it.
    const pinned = {
      host: first?.address ?? '',
      port,
      autoSelectFamily: addresses.length > 1,
      ...(addresses.length > 1 && { host: 'judged.invalid', lookup: handOut(addresses) }),
    };
    if (tlsName === undefined) return netConnect({ ...pinned, noDelay: true });
    const servername = isIP(tlsName) ? '' : tlsName;
    return tlsConnect({ ...pinned, servername, ALPNProtocols: ['http/1.1'] });
  },
};

/** Refused by policy, before anything was sent anywhere. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** The connection was not open in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
}

/**
 * A connector that reaches the addresses of one registered host only.
 * @param written the host as it stands in the registration, not as a URL parser rewrites it
 */
export function guardedConnector(
  written: string,
  network: Network,
  connectMs: number,
): buildConnector.connector {
  return ({ hostname, port, protocol }, callback) => {
    const isTls = protocol === 'https:';
    const started = performance.now();
    judgedAddresses(bare(hostname), written, network.resolve, connectMs)
      .then((addresses) => {
        const socket = network.dial({
          addresses,
          port: Number(port) || (isTls ? 443 : 80),
          ...(isTls && { tlsName: bare(hostname) }),
        });
        const left = Math.max(1, connectMs - (performance.now() - started));
        settle(socket, isTls ? 'secureConnect' : 'connect', left, callback);
      })
      .catch((error: Error) => callback(error, null));
  };
}

/** Every address of a host, or a refusal: a name that leads to one forbidden place is not trusted with any. */
async function judgedAddresses(
  host: string,
  written: string,
  resolve: Network['resolve'],
  connectMs: number,
): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  const addresses = family > 0 ? [{ address: host, family }] : await inTime(resolve(host), connectMs);
  if (addresses.length === 0) throw new AddressRefused('its name has no address');
  for (const { address } of addresses) {
    const why = refuseAddress(address, written);
    if (why !== undefined) throw new AddressRefused(why);
  }
  return addresses;
}

function settle(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  leftMs: number,
  callback: buildConnector.Callback,
): void {
  let isSettled = false;
  const once = (error: Error | null): void => {
    if (isSettled) return;
    isSettled = true;
    clearTimeout(timer);
    if (error === null) {
      callback(null, socket);
      return;
    }
    socket.destroy();
    callback(error, null);
  };
  const timer = setTimeout(() => once(new ConnectTimeout()), leftMs);
  socket.once(ready, () => once(null));
  socket.once('error', once);
  socket.once('close', () => once(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
}

function inTime<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ConnectTimeout()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

type HandOut = (
  name: string,
  options: unknown,
  callback: (error: null, addresses: LookupAddress[]) => void,
) => void;

function handOut(addresses: readonly LookupAddress[]): HandOut {
  return (_name, _options, callback) => callback(null, [...addresses]);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
