import { expect, it } from 'vitest';
import { ownerOf, pathInRepository, toTell, withOwners } from '../src/owner.ts';
import { sampleReport } from './kit/report.ts';

const MODULE = 'github.com/acme/payments';
const code = {
  module: MODULE,
  ownersOf: (path: string) => (path.startsWith('ledger/') ? ['@acme/ledger', '@acme/second'] : []),
};
const LIBRARY = { func: 'database/sql.(*DB).conn', file: '/usr/local/go/src/database/sql/sql.go' };
const LEDGER = { func: `${MODULE}/ledger.(*Writer).flush`, file: '/build/x/ledger/writer.go' };

it.each([
  [{ func: `${MODULE}/ledger.(*Writer).flush.func1`, file: '/w/ledger/writer.go' }, 'ledger/writer.go'],
  [{ func: `${MODULE}.Run`, file: '/w/run.go' }, 'run.go'],
  [{ func: `${MODULE}/v1%2e2.F`, file: 'f.go' }, 'v1.2/f.go'],
  [{ func: 'main.main.func2', file: `${MODULE}/cmd/api/main.go` }, 'cmd/api/main.go'],
  [{ func: 'main.main', file: '/build/cmd/api/main.go' }, undefined],
  [{ func: `${MODULE}-other/x.F`, file: 'x.go' }, undefined],
  [{ func: `${MODULE}/ledger.F`, file: '' }, undefined],
  [LIBRARY, undefined],
])('finds %j in the repository', (frame, path) => {
  expect(pathInRepository(frame, MODULE)).toBe(path);
});

it('asks CODEOWNERS for the innermost frame of the repository, and the service where that says nobody', () => {
  const service = { owner: '@acme/everyone', code };
  const elsewhere = { func: `${MODULE}/api.Serve`, file: 'api/serve.go' };
  expect(ownerOf([LIBRARY, LEDGER, elsewhere], service)).toBe('@acme/ledger');
  expect(ownerOf([LIBRARY, elsewhere, LEDGER], service)).toBe('@acme/everyone');
  expect(ownerOf([LIBRARY], service)).toBe('@acme/everyone');
  expect(ownerOf([LEDGER], { owner: '@acme/everyone' })).toBe('@acme/everyone');
  expect(ownerOf([LEDGER], {})).toBeUndefined();
});

it('calls a group once, from the tier on that was set, and nobody who is no group', () => {
  const report = withOwners(sampleReport(), { owner: '@acme/ledger' });
  const [worst] = report.signatures;
  const groups = new Map([['@acme/ledger', 'S012AB3CD']]);
  expect(worst?.tier).toBe('proven');
  expect(toTell(report, { groups, mention: 'proven' })).toEqual([{ group: 'S012AB3CD', signature: worst }]);
  expect(toTell(report, { groups, mention: 'never' })).toEqual([]);
  expect(toTell(report, { groups: new Map(), mention: 'suspect' })).toEqual([]);
  expect(toTell(withOwners(report, { owner: 'S077' }), { groups, mention: 'suspect' })).toHaveLength(1);
  const doubtful = {
    ...report,
    signatures: report.signatures.map((each) => ({ ...each, tier: 'suspect' as const })),
  };
  expect(toTell(doubtful, { groups, mention: 'probable' })).toEqual([]);
  const snoozed = { by: 'U0ONCALL', until: 1, reason: 'known' };
  const putOff = { ...report, signatures: report.signatures.map((each) => ({ ...each, snoozed })) };
  expect(toTell(putOff, { groups, mention: 'suspect' })).toEqual([]);
});
