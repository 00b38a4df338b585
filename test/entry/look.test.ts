import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { servicesMessage } from '../../src/entry/look.ts';
import type { Service } from '../../src/model/target.ts';
import { charactersOf } from '../../src/report/elements.ts';
import { MESSAGE_CHARACTERS } from '../../src/report/limits.ts';

function serviceNamed(name: string, more: Partial<Service> = {}): Service {
  return { ...serviceFromUrl('http://127.0.0.1:1'), name, ...more };
}
const textOf = (services: readonly Service[]) => {
  const { blocks } = servicesMessage(services);
  expect(validateBlocks([...blocks])).toEqual([]);
  expect(charactersOf(blocks)).toBeLessThan(MESSAGE_CHARACTERS);
  return JSON.stringify(blocks);
};

describe('`services` in chat', () => {
  it('is a row a service, with what an engineer asks for next', () => {
    const text = textOf([
      serviceNamed('payments-svc', { owner: '@payments-oncall', memoryLimitBytes: 512 * 1024 * 1024 }),
      serviceNamed('ledger-svc'),
    ]);
    expect(text).toContain('• *payments-svc* at `127.0.0.1:1` · limit 512 MiB · owner @payments-oncall');
    expect(text).toContain('• *ledger-svc* at `127.0.0.1:1`');
    expect(text).toContain('/goleak capture &lt;service&gt;');
  });

  it('says what to do where none is registered', () => {
    expect(textOf([])).toMatch(/No service is registered.*goleak register/);
  });

  it('counts those that find no room, however long their names are', () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      serviceNamed(`${'<!channel>'.repeat(20)}${at}`, { owner: '<@U1>'.repeat(40) }),
    );
    const text = textOf(many);
    expect(text).toContain('… 460 more');
    expect(text).not.toContain('<!channel>');
  });
});
