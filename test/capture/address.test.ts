import { describe, expect, it } from 'vitest';
import { refuseAddress } from '../../src/capture/address.ts';

describe('the address policy', () => {
  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'fe80::1',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
  ])('never connects to %s, whoever registered it', (address) => {
    expect(refuseAddress(address, address)).toBeDefined();
    expect(refuseAddress(address, 'payments.internal')).toBeDefined();
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '::127.0.0.1'])(
    'connects to this machine (%s) only where the registration says so',
    (address) => {
      expect(refuseAddress(address, 'payments.internal')).toBeDefined();
      expect(refuseAddress(address, 'localhost')).toBeUndefined();
      expect(refuseAddress(address, '127.0.0.1')).toBeUndefined();
    },
  );

  it.each(['10.0.0.7', '192.168.1.1', '172.16.3.4', 'fd12:3456::7', '93.184.216.34'])(
    'connects to %s',
    (address) => {
      expect(refuseAddress(address, 'payments.internal')).toBeUndefined();
    },
  );

  it('refuses what is not an address', () => {
    expect(refuseAddress('payments.internal', 'payments.internal')).toBeDefined();
  });
});
