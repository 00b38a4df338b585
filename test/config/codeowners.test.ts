import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownersOf, readCodeowners } from '../../src/config/codeowners.ts';

const OWNERS = readCodeowners(
  [
    '# everything',
    '*                 @acme/everyone',
    '*.proto           @acme/api  # with a comment',
    '/ledger/          @acme/ledger books@acme.example',
    'docs/*            @acme/writers',
    'vendor            @acme/nobody-in-particular',
    '/gen/**/mock      @acme/tests',
    '**/store/         @acme/storage',
    '/ledger/legacy/',
    'a\\ b/c.go        @acme/blanks',
    'not a rule',
  ].join('\n'),
);

it.each([
  ['main.go', ['@acme/everyone']],
  ['api/v1/payments.proto', ['@acme/api']],
  ['ledger/writer.go', ['@acme/ledger', 'books@acme.example']],
  ['ledger/deep/er/writer.go', ['@acme/ledger', 'books@acme.example']],
  ['pkg/ledger/writer.go', ['@acme/everyone']],
  ['docs/start.md', ['@acme/writers']],
  ['docs/build/start.md', ['@acme/everyone']],
  ['pkg/vendor/x/y.go', ['@acme/nobody-in-particular']],
  ['gen/mock/a.go', ['@acme/tests']],
  ['gen/x/y/mock/a.go', ['@acme/tests']],
  ['store/disk.go', ['@acme/storage']],
  ['a/b/store/disk.go', ['@acme/storage']],
  ['store', ['@acme/everyone']],
  ['ledger/legacy/old.go', []],
  ['a b/c.go', ['@acme/blanks']],
])('%s is owned as the last matching line says', (path, owners) => {
  expect(ownersOf(OWNERS, path)).toEqual(owners);
});

it('takes the default owners of a section for lines without any', () => {
  const rules = readCodeowners('[Payments][2] @acme/payments\n/pay/\n/pay/api/ @acme/api\n^[Rest]\n/rest/\n');
  expect(ownersOf(rules, 'pay/a.go')).toEqual(['@acme/payments']);
  expect(ownersOf(rules, 'pay/api/a.go')).toEqual(['@acme/api']);
  expect(ownersOf(rules, 'rest/a.go')).toEqual([]);
});

it('matches a name as its stars and question marks say', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(piece, name, (pattern, part) => {
      const spelled = pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
      const rules = readCodeowners(`/${pattern.replaceAll('**', '*')} @x`);
      expect(ownersOf(rules, part).length).toBe(new RegExp(`^${spelled}$`).test(part) ? 1 : 0);
    }),
  );
});

it('is quick with whatever somebody wrote', () => {
  const rules = readCodeowners(`${'**/a'.repeat(40)}/${'*a'.repeat(100)} @x\n`);
  expect(ownersOf(rules, `${'a/'.repeat(200)}${'a'.repeat(400)}b`)).toEqual([]);
});
