import { describe, expect, it } from 'vitest';
import { showJsonSchema } from '../../src/report/show-schema.ts';

const PUBLISHED = '../../docs/show.schema.json';

describe('docs/show.schema.json', () => {
  // `npx vitest run test/report/show-schema.test.ts --update` rewrites the file after a change of the schema.
  it('is what the code says', async () => {
    await expect(`${JSON.stringify(showJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(PUBLISHED);
  });
});
