// Which addresses may be connected to. Decided on the address itself, at connect time, so that neither
// a literal in disguise nor a name that changes its answer can lead anywhere else.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** Never a Go service of ours: cloud metadata, link-local, this-network, multicast. Not even by registration. */
const NEVER: readonly Network[] = (
  [
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['100.100.100.200', 32],
    ['168.63.129.16', 32],
    ['192.0.0.192', 32],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
    ['::', 128],
    ['fe80::', 10],
    ['fd00:ec2::254', 128],
    ['fd20:ce::254', 128],
    // NAT64 of one network's own making: where its addresses lead cannot be known.
    ['64:ff9b:1::', 48],
    ['ff00::', 8],
  ] as const
).map(([network, bits]) => [ipaddr.parse(network), bits]);

// Ranges whose addresses carry an IPv4 address inside.
const NAT64: Network = [ipaddr.parse('64:ff9b::'), 96];
const SIX_TO_FOUR: Network = [ipaddr.parse('2002::'), 16];
const TEREDO: Network = [ipaddr.parse('2001::'), 32];
const TRANSLATED: Network = [ipaddr.parse('::ffff:0:0:0'), 96];
const COMPATIBLE: Network = [ipaddr.parse('::'), 96];
const UNSPECIFIED_OR_LOOPBACK: Network = [ipaddr.parse('::'), 127];

/**
 * Why an address is refused, or undefined when it may be connected to.
 * @param registeredHost as written in the registration, before any URL parser made something else of it
 */
export function refuseAddress(text: string, registeredHost: string): string | undefined {
  // Octal and short forms are addresses to some and names to others: only what all read alike is one.
  if (isIP(text) === 0) return 'its name resolves to something that is not an address';
  const address = unwrap(ipaddr.parse(text));
  if (NEVER.some((network) => within(address, network))) {
    return `its address ${text} is never connected to (link-local, metadata or multicast)`;
  }
  if (address.range() === 'loopback' && !isLoopbackName(registeredHost)) {
    return `its address ${text} is this machine's own, and services.yml does not say so plainly`;
  }
  return undefined;
}

/**
 * The host as somebody wrote it: `2130706433` and `127.0.0.1` are one address, but only the second says which.
 * Undefined unless it is a plain http or https address without credentials.
 */
export function writtenHost(url: string): string | undefined {
  return /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\%]+)(?::\d{1,5})?(?=[/?#]|$)/i
    .exec(url)?.[1]
    ?.toLowerCase();
}

/** Addresses that carry an IPv4 address inside (mapped, NAT64, compatible, 6to4, Teredo …) are judged by it. */
function unwrap(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const v6 = address as ipaddr.IPv6;
  if (v6.isIPv4MappedAddress()) return v6.toIPv4Address();
  const bytes = v6.toByteArray();
  const embedded = (from: number, flip = 0): ipaddr.IPv4 =>
    new ipaddr.IPv4(bytes.slice(from, from + 4).map((byte) => byte ^ flip));
  if (within(v6, NAT64)) return embedded(12);
  if (within(v6, SIX_TO_FOUR)) return embedded(2);
  if (within(v6, TEREDO)) return embedded(12, 0xff);
  if (within(v6, TRANSLATED)) return embedded(12);
  if (isIsatap(bytes)) return embedded(12);
  if (within(v6, COMPATIBLE) && !within(v6, UNSPECIFIED_OR_LOOPBACK)) return embedded(12);
  return v6;
}

function within(address: Address, [range, bits]: Network): boolean {
  if (address.kind() !== range.kind()) return false;
  return (address as ipaddr.IPv4).match(range as ipaddr.IPv4, bits);
}

/** Interface identifiers `0000:5efe` and `0200:5efe`, then an IPv4 address (RFC 5214). */
function isIsatap(bytes: readonly number[]): boolean {
  return ((bytes[8] ?? 1) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

/** Loopback is meant only where the registration itself says so, in a form everybody reads alike. */
function isLoopbackName(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || (isIP(bare) > 0 && ipaddr.parse(bare).range() === 'loopback');
}
