// Whether an address is on the list of hosts and networks that services may be proposed from. A name is judged as a name
// and an address as an address: what a name leads to is judged when it is connected to (address.ts).
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { refuseAddress, writtenHost } from './address.ts';

/**
 * @param url as somebody wrote it; what is no plain http or https address is on no list
 * @param allow `payments.internal`, `*.svc.cluster.local`, `10.0.0.0/8`
 */
export function isOnList(url: string, allow: readonly string[]): boolean {
  const host = writtenHost(url);
  if (host === undefined) return false;
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 0)
    return !looksLikeAddress(bare) && allow.some((entry) => isNamed(bare, entry.toLowerCase()));
  if (refuseAddress(bare, host) !== undefined) return false;
  return allow.some((entry) => isWithin(bare, entry));
}

/** `2130706433`, `0x7f.1`: addresses to some and names to others are on no list of either. */
function looksLikeAddress(host: string): boolean {
  return /^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?$/i.test(host);
}

function isNamed(host: string, entry: string): boolean {
  if (entry.includes('/')) return false;
  const name = host.replace(/\.$/, '');
  return entry.startsWith('*.')
    ? name.endsWith(entry.slice(1)) && name.length > entry.length - 1
    : name === entry;
}

function isWithin(address: string, entry: string): boolean {
  if (!entry.includes('/')) return isIP(entry) > 0 && same(address, entry);
  try {
    const [network, bits] = ipaddr.parseCIDR(entry);
    const parsed = ipaddr.process(address);
    return parsed.kind() === network.kind() && (parsed as ipaddr.IPv4).match(network as ipaddr.IPv4, bits);
  } catch {
    return false;
  }
}

function same(one: string, other: string): boolean {
  return ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString();
}
