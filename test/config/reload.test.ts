// services.yml as it may become while goleak runs: mistyped, cut, half written, hostile. The last good version stays.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRegistry } from '../../src/config/registry.ts';
import { type ServiceCatalog, watchServices } from '../../src/config/services.ts';
import { Failure } from '../../src/failure.ts';
import { mutate } from '../fuzz/mutate.ts';
import { Random } from '../fuzz/random.ts';

const GOOD = `admins: [U0ADMIN]
services:
  payments-svc:
    instances:
      - http://10.0.0.7:6060
      - { name: blue, url: http://10.0.0.8:6060 }
    pprof: /debug/pprof
    auth: { token_env: PAYMENTS_TOKEN }
    owner: "@payments-oncall"
    memory_limit: 512MiB
    capture: { dump_up_to: 2000 }
  ledger-svc:
    instances: [http://10.0.0.9:6060]
    budget: { light: 6, heavy: 4 }
`;
const MUTANTS = 250;

const BOMBS: Readonly<Record<string, string>> = {
  'brackets in brackets': `services: ${'['.repeat(200_000)}`,
  'braces in braces': `services: ${'{a: '.repeat(100_000)}`,
  'dashes after dashes': `services:\n  ${'- '.repeat(200_000)}x`,
  'questions after questions': `${'? '.repeat(200_000)}x`,
  'thirty-three levels': `services: ${'['.repeat(33)}${']'.repeat(33)}`,
  'a billion laughs': `${['a0: &a0 [x,x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 8 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(',')}]`)].join('\n')}\nservices: *a8`,
  'an alias of itself': 'services: &a { x: *a }',
  'fifty-one aliases': `x: &x http://h:1\nservices: { a: { instances: [${Array(51).fill('*x').join(',')}] } }`,
  'a megabyte of nothing': `services: {}\n#${' '.repeat(1024 * 1024)}`,
  'a name that is a property of every object': '__proto__: { polluted: true }\nservices: {}',
  'a service called like one': 'services: { __proto__: { instances: [http://h:1] } }',
  'a constructor': 'services: { constructor: { prototype: { polluted: true } } }',
  'a key of a service': 'services: { a: { instances: [http://h:1], __proto__: { doNotTouch: false } } }',
  'the same service twice': 'services:\n  a: { instances: [http://h:1] }\n  a: { instances: [http://h:2] }',
  'a tag that makes things': 'services: !!js/function "() => 1"',
  'two documents': 'services: {}\n---\nservices: {}',
  'no YAML at all': '\u0000\u0001\u0002',
};

describe('services.yml that turns bad', () => {
  let folder: string;
  let file: string;
  let faults: Failure[];
  let catalog: ServiceCatalog;
  let version = 1_000;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goleak-reload-'));
    file = join(folder, 'services.yml');
    faults = [];
    catalog = watchServices(file, (fault) => faults.push(fault));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Two writes within one tick of the disk's clock would be one version. */
  function save(text: string | Uint8Array): void {
    writeFileSync(file, text);
    utimesSync(file, ++version, version);
  }

  it('stays what it was through hundreds of mutants, and each is told once, with its line', () => {
    let bad = 0;
    for (let n = 0; n < MUTANTS; n++) {
      save(GOOD);
      const before = catalog.all();
      const [payments] = before;
      const untouched = JSON.stringify(before);
      expect(before.map(({ name }) => name)).toEqual(['payments-svc', 'ledger-svc']);
      faults.length = 0;
      const random = new Random(6, n);
      save(mutate(Buffer.from(GOOD), Buffer.from(GOOD), random));
      const after = catalog.all();
      expect(JSON.stringify(before)).toBe(untouched);
      if (faults.length === 0) {
        expect(after).not.toBe(before);
        continue;
      }
      bad += 1;
      expect(after).toBe(before);
      expect(catalog.find('payments-svc')).toBe(payments);
      expect(catalog.admins().users).toEqual(['U0ADMIN']);
      expect(faults).toHaveLength(1);
      expect(faults[0]?.message).toMatch(/services\.yml cannot be used: (line \d+|services\.[^ ]+: two are)/);
    }
    expect(bad).toBeGreaterThan(100);
  }, 120_000);

  it.each(Object.entries(BOMBS))('is refused, quickly and with its line: %s', (_, text) => {
    save(GOOD);
    const before = catalog.all();
    save(text);
    expect(catalog.all()).toBe(before);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message).toMatch(/cannot be used: (line \d+|it is larger than)/);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('keeps its services when the file goes, and says so once', () => {
    save(GOOD);
    const before = catalog.all();
    rmSync(file);
    expect(catalog.all()).toBe(before);
    expect(catalog.all()).toBe(before);
    expect(faults.map(({ message }) => message)).toEqual([`${file} cannot be used: it is gone.`]);
    save(GOOD.replace('ledger-svc', 'books-svc'));
    expect(catalog.find('books-svc')).toBeDefined();
  });
});

it('takes thirty-two levels for too few to refuse', () => {
  const nested = `services: { a: { instances: ${'['.repeat(29)}${']'.repeat(29)} } }`;
  expect(() => parseRegistry(nested, 'services.yml')).toThrow(Failure);
  expect(() => parseRegistry(nested, 'services.yml')).not.toThrow(/nested deeper/);
});

describe('watching services.yml', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goleak-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('says in a sentence that the file is not one', () => {
    const faults: string[] = [];
    const catalog = watchServices(tmpdir(), ({ message }) => faults.push(message));
    expect(catalog.all()).toEqual([]);
    expect(faults).toEqual([`${tmpdir()} cannot be used: it cannot be read (EISDIR).`]);
  });

  it('takes up a change, and keeps the last good version after a bad one', () => {
    const file = join(folder, 'services.yml');
    const faults: string[] = [];
    const catalog = watchServices(file, (fault) => faults.push(fault.message));
    expect(catalog.all()).toEqual([]);
    writeFileSync(file, 'services: { a: { instances: [http://h:1] } }');
    expect(catalog.find('a')?.name).toBe('a');
    writeFileSync(file, 'services: { a: { instances: none } }');
    expect(catalog.find('a')?.name).toBe('a');
    expect(catalog.find('a')?.name).toBe('a');
    expect(faults).toHaveLength(1);
  });
});

describe('owners', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goleak-owners-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const SERVICES = `
owners: { groups: { "@acme/ledger": S012AB3CD, team-payments: S045EF6GH }, catalog: catalog.yaml, mention: proven }
services:
  payments-svc:
    instances: [http://h:1]
    code: { module: example.com/payments, codeowners: CODEOWNERS }
  ledger-svc: { instances: [http://h:2], owner: "@ledger-team" }
`;
  const CATALOG = `
kind: Location
metadata: { name: payments-svc }
---
{ not: [closed
---
kind: Component
metadata: { name: payments-svc }
spec: { owner: team-payments }
---
kind: Component
metadata: { name: ledger-svc }
spec: { owner: somebody-else }
`;

  it('are those of the file, of the catalogue beside it, and of the code, and follow each of these', () => {
    write('services.yml', SERVICES);
    write('catalog.yaml', CATALOG);
    write('CODEOWNERS', '/ledger/ @acme/ledger\n');
    const faults: string[] = [];
    const catalog = watchServices(join(folder, 'services.yml'), ({ message }) => faults.push(message));
    expect(catalog.find('payments-svc')?.owner).toBe('team-payments');
    expect(catalog.find('ledger-svc')?.owner).toBe('@ledger-team');
    expect(catalog.find('payments-svc')?.code?.ownersOf('ledger/a.go')).toEqual(['@acme/ledger']);
    expect(catalog.owners().groups.get('team-payments')).toBe('S045EF6GH');
    write('CODEOWNERS', '/ledger/ @acme/somebody-new\n');
    expect(catalog.find('payments-svc')?.code?.ownersOf('ledger/a.go')).toEqual(['@acme/somebody-new']);
    expect(faults).toEqual([]);
    rmSync(join(folder, 'CODEOWNERS'));
    expect(catalog.find('payments-svc')?.code?.ownersOf('ledger/a.go')).toEqual(['@acme/somebody-new']);
    expect(faults.join()).toMatch(/services\.payments-svc\.code\.codeowners: CODEOWNERS cannot be read/);
  });
});
