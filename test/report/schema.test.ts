import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportJsonSchema } from '../../src/report/schema.ts';
import { type Health, sampleReport } from '../kit/report.ts';
import { anyReport } from '../kit/report-arbitraries.ts';

const PUBLISHED = '../../docs/report.schema.json';

describe('docs/report.schema.json', () => {
  // `npx vitest run test/report/schema.test.ts --update` rewrites the file after a change of the schema.
  it('is what the code says', async () => {
    await expect(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(PUBLISHED);
  });

  const validate = new Ajv2020.default({ strict: false, allErrors: true }).compile(reportJsonSchema());

  it.each<Health>(['goroutine-leak', 'heap-leak', 'healthy', 'inconclusive'])(
    'accepts our report: %s',
    (health) => {
      validate(sampleReport(health));
      expect(validate.errors).toBeNull();
    },
  );

  it('accepts any report', () => {
    fc.assert(
      fc.property(anyReport(), (report) => {
        validate(JSON.parse(JSON.stringify(report)));
        expect(validate.errors).toBeNull();
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['another version', { schema: 'goleak.report/v2' }],
    ['a confidence above 1', { verdict: { ...sampleReport().verdict, confidence: 1.1 } }],
    ['an unknown verdict', { verdict: { ...sampleReport().verdict, kind: 'fine' } }],
    ['a key nobody defined', { extra: 1 }],
    ['no window', { window: undefined }],
  ])('refuses %s', (_, change) => {
    expect(validate(JSON.parse(JSON.stringify({ ...sampleReport(), ...change })))).toBe(false);
  });
});
