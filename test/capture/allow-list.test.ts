import { expect, it } from 'vitest';
import { isOnList } from '../../src/capture/allow-list.ts';

const ALLOW = [
  '10.0.0.0/8',
  'fd12::/16',
  '192.168.7.7',
  'payments.internal',
  '*.svc.cluster.local',
  '0.0.0.0/0',
];

it.each([
  ['http://10.1.2.3:6060', ['10.0.0.0/8'], true],
  ['http://11.1.2.3:6060', ['10.0.0.0/8'], false],
  ['http://[fd12::7]:6060', ['fd12::/16'], true],
  ['http://[::ffff:10.0.0.7]:6060', ['10.0.0.0/8'], true],
  ['http://192.168.7.7', ['192.168.7.7'], true],
  ['http://192.168.7.8', ['192.168.7.7'], false],
  ['http://payments.internal:6060', ['payments.internal'], true],
  ['https://PAYMENTS.internal', ['payments.internal'], true],
  ['http://evil-payments.internal', ['payments.internal'], false],
  ['http://a.svc.cluster.local:1', ['*.svc.cluster.local'], true],
  ['http://svc.cluster.local:1', ['*.svc.cluster.local'], false],
  ['http://a.svc.cluster.local.evil.com', ['*.svc.cluster.local'], false],
  // A name is judged as a name, whatever it leads to.
  ['http://localhost:6060', ['127.0.0.0/8'], false],
  ['http://127.0.0.1:6060', ['127.0.0.0/8'], true],
  ['http://10.0.0.7', [], false],
  ['http://10.0.0.7', ['10.0.0.0/99'], false],
] as const)('%s on %j: %s', (url, allow, expected) => {
  expect(isOnList(url, allow)).toBe(expected);
});

it.each([
  'http://169.254.169.254/latest',
  'http://[::ffff:169.254.169.254]',
  'http://user:pw@10.0.0.7',
  'http://2130706433',
  'http://0x0a000007',
  'http://10.7',
  'http://10.0.0.7\\@evil.com',
  'http://10.0.0.7%2eevil.com',
  'ftp://10.0.0.7',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '10.0.0.7:6060',
  '',
])('%s is on no list, however wide', (url) => {
  expect(isOnList(url, ALLOW)).toBe(false);
});
