// Which addresses may be connected to. Decided on the address itself, at connect time, so that neither
// a literal in disguise nor a name that changes its answer can lead anywhere else.
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Never a Go service of ours: cloud metadata, link-local, this-network, multicast. Not even by registration. */
const NEVER: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
];

/** Why an address is refused, or undefined when it may be connected to. */
export function refuseAddress(text: string, registeredHost: string): string | undefined {
  if (!ipaddr.isValid(text)) return `"${text}" is not an address`;
  const address = unwrap(ipaddr.parse(text));
  if (NEVER.some(([network, bits]) => within(address, network, bits))) {
    return `${text} is in a range that is never captured (link-local, metadata or multicast)`;
  }
  if (address.range() === 'loopback' && !isLoopbackName(registeredHost)) {
    return `${registeredHost} resolved to this machine's own address ${text}`;
  }
  return undefined;
}

/** Addresses that carry an IPv4 address inside (mapped, NAT64, compatible, 6to4, Teredo) are judged by it. */
function unwrap(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const v6 = address as ipaddr.IPv6;
  if (v6.isIPv4MappedAddress()) return v6.toIPv4Address();
  const bytes = v6.toByteArray();
  const embedded = (from: number, flip = 0): ipaddr.IPv4 =>
    new ipaddr.IPv4(bytes.slice(from, from + 4).map((byte) => byte ^ flip));
  if (within(v6, '64:ff9b::', 96)) return embedded(12);
  if (within(v6, '2002::', 16)) return embedded(2);
  if (within(v6, '2001::', 32)) return embedded(12, 0xff);
  if (within(v6, '::', 96) && !within(v6, '::', 127)) return embedded(12);
  return v6;
}

function within(address: Address, network: string, bits: number): boolean {
  const range = ipaddr.parse(network);
  if (address.kind() !== range.kind()) return false;
  return (address as ipaddr.IPv4).match(range as ipaddr.IPv4, bits);
}

/** Loopback is meant only where the registration itself says so. */
function isLoopbackName(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost') return true;
  return ipaddr.isValid(bare) && unwrap(ipaddr.parse(bare)).range() === 'loopback';
}
