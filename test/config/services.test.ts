import { describe, expect, it } from 'vitest';
import { parseRegistry, parseServices } from '../../src/config/registry.ts';
import { Failure } from '../../src/failure.ts';

const faultsOf = (text: string): readonly string[] => {
  try {
    parseServices(text, 'services.yml');
  } catch (error) {
    if (error instanceof Failure && error.code === 'config_bad')
      return (error.facts as { faults: string[] }).faults;
    throw error;
  }
  return [];
};

describe('services.yml', () => {
  it('names a probe by its path, and its token by reference', () => {
    const probeOf = (more: string) =>
      parseServices(`services:\n  web:\n    instances: [http://h:1]\n${more}`, 'services.yml')[0];
    expect(probeOf('    probe: /debug/goleak')?.instances[0]?.probe).toEqual({
      url: 'http://h:1/debug/goleak',
      tokenEnv: 'GOLEAK_PROBE_TOKEN',
    });
    const auth = '    auth: { token_env: WEB_TOKEN }\n';
    expect(probeOf(`${auth}    probe: /x`)?.instances[0]?.probe?.tokenEnv).toBe('WEB_TOKEN');
    const both = probeOf(`${auth}    probe: { token_env: PROBE, push_token_env: PUSH }`);
    expect(both?.instances[0]?.probe).toEqual({ url: 'http://h:1/debug/goleak', tokenEnv: 'PROBE' });
    expect(both?.pushTokenEnv).toBe('PUSH');
    expect(probeOf('')?.instances[0]?.probe).toBeUndefined();
    expect(
      faultsOf('services:\n  web:\n    instances: [http://h:1]\n    probe: http://elsewhere'),
    ).toHaveLength(1);
  });

  it('refuses two instances of one name, given or made', () => {
    const one = (instances: string) => `services:\n  web:\n    instances: ${instances}\n`;
    expect(faultsOf(one("[{ name: a, url: 'http://h:1' }, { name: a, url: 'http://h:2' }]"))).toEqual([
      'services.web.instances: two are called "a"',
    ]);
    expect(faultsOf(one("[http://h:1, { name: web-1, url: 'http://h:2' }]"))).toEqual([
      'services.web.instances: two are called "web-1"',
    ]);
  });

  it('watches as it is told, not more often than an address may be asked', () => {
    const watch = (value: string) => {
      const text = `services:\n  web:\n    instances: [http://h:1]\n    watch: ${value}\n`;
      const faults = faultsOf(text);
      return faults.length > 0 ? faults : parseServices(text, 'services.yml')[0]?.watch;
    };
    expect(watch('true')).toEqual({ everyMs: 60_000 });
    expect(watch('false')).toBeUndefined();
    expect(watch('{ every: 30s, build: release }')).toEqual({ everyMs: 30_000, buildVar: 'release' });
    expect(watch('{ every: 5s }')).toEqual([
      'line 4, services.web.watch.every: must be a time from 30s to 5m',
    ]);
    expect(watch('{ build: x }')).toEqual({ everyMs: 60_000, buildVar: 'x' });
  });

  it('takes signatures that are no leak, each with a reason and its last day', () => {
    const ruled = (rule: string) => {
      const text = `services:\n  web:\n    instances: [http://h:1]\n    not_a_leak: [${rule}]\n`;
      const faults = faultsOf(text);
      return faults.length > 0 ? faults : parseServices(text, 'services.yml')[0]?.notALeak;
    };
    expect(ruled('{ signature: "3f9c0d1e2a4b5c6d", until: 2027-03-31, reason: meant so }')).toEqual([
      expect.objectContaining({
        kind: 'not-a-leak',
        signature: '3f9c0d1e2a4b5c6d',
        service: 'web',
        by: 'services.yml',
        reason: 'meant so',
        untilMs: Date.parse('2027-03-31T23:59:59.999Z'),
      }),
    ]);
    expect(ruled('{ signature: abc, until: 2027-03-31, reason: x }')).toEqual([
      expect.stringContaining('must be the 16 digits that a report calls knownAs'),
    ]);
    expect(ruled('{ signature: "3f9c0d1e2a4b5c6d", until: soon, reason: x }')).toEqual([
      expect.stringContaining('must be a day such as 2027-03-01'),
    ]);
  });

  it('names instances after the service and builds their addresses', () => {
    const [service] = parseServices(
      `services:
  payments-svc:
    instances: [http://10.0.0.7:6060/, { name: blue, url: 'http://10.0.0.8:6060' }]
    pprof: /internal/pprof
    metrics: false
    memory_limit: 512MiB
    auth: { token_env: PAYMENTS_TOKEN }
`,
      'services.yml',
    );
    expect(service?.instances).toEqual([
      {
        name: 'payments-svc-1',
        pprofUrl: 'http://10.0.0.7:6060/internal/pprof',
        varsUrl: 'http://10.0.0.7:6060/debug/vars',
        tokenEnv: 'PAYMENTS_TOKEN',
      },
      {
        name: 'blue',
        pprofUrl: 'http://10.0.0.8:6060/internal/pprof',
        varsUrl: 'http://10.0.0.8:6060/debug/vars',
        tokenEnv: 'PAYMENTS_TOKEN',
      },
    ]);
    expect(service?.memoryLimitBytes).toBe(512 * 1024 * 1024);
    expect(service?.allow).toEqual({ dumpUpTo: 2_000, leakProfileUpTo: 2_000, traceUpTo: 2_000 });
  });

  it('says of each service up to how many goroutines the dear questions are asked', () => {
    const text = `services: { a: { instances: [http://h:1], capture: { dump_up_to: 100, trace_up_to: 0 } } }`;
    expect(parseServices(text, 'services.yml')[0]?.allow).toEqual({
      dumpUpTo: 100,
      leakProfileUpTo: 2_000,
      traceUpTo: 0,
    });
  });

  it.each([
    ['an unknown key', 'services: { a: { instances: [http://h:1], instanes: 2 } }', 'instanes'],
    ['credentials in an address', 'services: { a: { instances: ["http://u:p@h:1"] } }', 'credentials'],
    ['a scheme that is not http', 'services: { a: { instances: ["file:///etc/passwd"] } }', 'instances.0'],
    ['a name that could be a path', 'services: { ../a: { instances: [http://h:1] } }', 'lower-case'],
    ['no instances', 'services: { a: { instances: [] } }', 'instances'],
    [
      'traces of more goroutines than anybody may agree to',
      'services: { a: { instances: [http://h:1], capture: { trace_up_to: 10001 } } }',
      'trace_up_to',
    ],
    ['broken YAML', 'services: [', 'line 1'],
    [
      'a tracker whose form takes no title',
      'services: { a: { instances: [http://h:1], issues: "https://t.example/new" } }',
      'must hold {title}',
    ],
    ['a tracker that is no web page', 'issues: "javascript:{title}"\nservices: {}', 'issues'],
    [
      'a size that is none',
      'services: { a: { instances: [http://h:1], memory_limit: much } }',
      'size such as',
    ],
  ])('refuses %s and says where', (_name, text, words) => {
    expect(faultsOf(text).join(' ')).toContain(words);
  });

  it.each([
    ['an unknown limit', 'services: { a: { instances: [http://h:1], budget: { heavyy: 2 } } }', 'heavyy'],
    [
      'a negative budget',
      'services: { a: { instances: [http://h:1], budget: { heavy: -2 } } }',
      'budget.heavy',
    ],
    [
      'full stacks that need an admin',
      'services: { a: { instances: [http://h:1], capture: { dump_up_to: 10001 } } }',
      'dump_up_to',
    ],
    [
      'an admin by name',
      'admins: [alice]\nservices: { a: { instances: [http://h:1] } }',
      'id of a Slack user',
    ],
  ])('refuses %s', (_name, text, words) => {
    expect(faultsOf(text).join(' ')).toContain(words);
  });

  it('reads budgets, each with its default, and admins', () => {
    const { services, admins } = parseRegistry(
      'admins: [U0ADMIN]\nservices:\n  a: { instances: [http://h:1], budget: { heavy: 1 } }\n  b: { instances: [http://h:1] }',
      'services.yml',
    );
    expect(admins).toEqual({ users: ['U0ADMIN'], groups: [] });
    expect(services.map(({ budget }) => budget)).toEqual([
      { light: 6, heavy: 1, service: 20 },
      { light: 6, heavy: 4, service: 20 },
    ]);
  });

  it('reads who may, each part with its default', () => {
    const { services, admins } = parseRegistry(
      `admins: { users: [U0ADMIN], groups: [S0ADMINS] }
services:
  a: { instances: [http://h:1] }
  b: { instances: [http://h:1], who: { external_channels: true } }
  c: { instances: [http://h:1], who: { heavy: { groups: [S0ONCALL], channels: [oncall] } } }
  d: { instances: [http://h:1], who: { light: { users: [U0NAMED] }, automatic: none } }`,
      'services.yml',
    );
    expect(admins).toEqual({ users: ['U0ADMIN'], groups: ['S0ADMINS'] });
    const open = { light: {}, heavy: {}, guests: false, externalChannels: false, automatic: 'heavy' };
    expect(services.map(({ who }) => who)).toEqual([
      undefined,
      { ...open, externalChannels: true },
      {
        ...open,
        heavy: { people: { users: [], groups: ['S0ONCALL'] }, channels: ['oncall'] },
        automatic: 'light',
      },
      { ...open, light: { people: { users: ['U0NAMED'], groups: [] } }, heavy: 'admins', automatic: 'none' },
    ]);
  });

  it.each([
    ['an unknown key', 'who: { hevy: admins }', /^line 4, services\.a\.who: .*hevy/],
    ['an unknown key inside', 'who: { heavy: { group: [S0ONCALL] } }', /who\.heavy: .*"group"/],
    ['a word that is none', 'who: { heavy: nobody }', /who\.heavy/],
    [
      'nobody at all',
      'who: { light: {} }',
      /line 4, services\.a\.who\.light: must name users, groups or channels/,
    ],
    [
      'a group by name',
      'who: { heavy: { groups: ["@oncall"] } }',
      /who\.heavy\.groups\.0: must be the id of a Slack user group/,
    ],
    ['a truth that is none', 'who: { guests: 1 }', /who\.guests/],
  ])('refuses %s of who may, with its line and key', (_name, who, words) => {
    const [fault] = faultsOf(`services:\n  a:\n    instances: [http://h:1]\n    ${who}\n`);
    expect(fault).toMatch(words);
    expect(fault).toMatch(/^line 4, /);
  });

  it('refuses an admin group by name, with its line and key', () => {
    const faults = faultsOf('admins:\n  groups: ["@leads"]\nservices: { a: { instances: [http://h:1] } }');
    expect(faults).toEqual([
      'line 2, admins.groups.0: must be the id of a Slack user group, such as S012AB3CD',
    ]);
  });

  it('refuses an alias bomb', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 9; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      );
    expect(faultsOf(`${bomb.join('\n')}\nservices: *a8`).length).toBeGreaterThan(0);
  });

  it('names the line of a fault', () => {
    expect(faultsOf('services:\n  a:\n    instances: [http://h:1]\n    pprof: nowhere\n')[0]).toContain(
      'line 4',
    );
  });
});

describe('digests of services.yml', () => {
  const web = 'instances: [http://h:1]';
  const file = (service: string, rest = '') => `services:\n  web:\n    ${web}\n${service}${rest}`;
  const own = (digest: string) => file(`    digest: ${digest}\n`);

  it('are of a service, of several, or of all', () => {
    const text = file(
      '    digest: { at: "09:00", days: [mon, fri], zone: Europe/Berlin, channel: C0WEB, silent_when_healthy: true }\n',
      'digests:\n  team:\n    services: [web]\n    cron: "*/10 * * * * *"\n    channel: C0TEAM\n    grace: 30s\n' +
        '  everything: { services: all, at: "17:30", channel: C0ALL }\n',
    );
    expect(parseRegistry(text, 'services.yml').digests).toEqual([
      {
        id: 'web',
        services: ['web'],
        cron: '0 9 * * 1,5',
        zone: 'Europe/Berlin',
        channel: 'C0WEB',
        silentWhenHealthy: true,
        graceMs: 7_200_000,
      },
      {
        id: 'team',
        services: ['web'],
        cron: '*/10 * * * * *',
        zone: 'UTC',
        channel: 'C0TEAM',
        silentWhenHealthy: false,
        graceMs: 30_000,
      },
      {
        id: 'everything',
        services: 'all',
        cron: '30 17 * * *',
        zone: 'UTC',
        channel: 'C0ALL',
        silentWhenHealthy: false,
        graceMs: 7_200_000,
      },
    ]);
  });

  it.each([
    [
      'neither at nor cron',
      own('{ channel: C0WEB }'),
      'line 4, services.web.digest: must have at (a time) or cron',
    ],
    ['both', own('{ at: "09:00", cron: "0 9 * * *", channel: C0WEB }'), 'and not both'],
    [
      'a time that is none',
      own('{ at: "9am", channel: C0WEB }'),
      'line 4, services.web.digest.at: must be a time',
    ],
    [
      'a zone that is none',
      own('{ at: "09:00", zone: Berlin, channel: C0WEB }'),
      'digest.zone: "Berlin" is not a time zone',
    ],
    [
      'a cron that is none',
      own('{ cron: "9 o clock", channel: C0WEB }'),
      'digest.cron: "9 o clock" is not a cron',
    ],
    [
      'days beside cron',
      own('{ cron: "0 9 * * *", days: [mon], channel: C0WEB }'),
      'digest.days: belongs to at',
    ],
    [
      'a channel by name',
      own('{ at: "09:00", channel: web }'),
      'digest.channel: must be the id of a Slack channel',
    ],
    [
      'a grace beyond a day',
      own('{ at: "09:00", grace: 30h, channel: C0WEB }'),
      'digest.grace: must be a length',
    ],
    ['a mistyped key', own('{ at: "09:00", chanel: C0WEB, channel: C0WEB }'), 'chanel'],
    [
      'a service that is not there',
      file('', 'digests:\n  team: { services: [wep], at: "09:00", channel: C0TEAM }\n'),
      'line 5, digests.team.services: "wep" is not a service of this file',
    ],
    [
      'two of one name',
      file(
        '    digest: { at: "09:00", channel: C0WEB }\n',
        'digests:\n  web: { services: all, at: "09:00", channel: C0WEB }\n',
      ),
      'line 6, digests.web: the service web has a digest of that name already',
    ],
  ])('with %s are refused, with line and key', (_, text, words) => {
    expect(faultsOf(text).join('\n')).toContain(words);
  });
});
