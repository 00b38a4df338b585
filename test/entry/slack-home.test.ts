import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../demo/workspace/json.ts';
import type { Workspace } from '../../demo/workspace/server.ts';
import { createAuthorise } from '../../src/authorise.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackLinks } from '../../src/deliver/slack-links.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { homeDoors } from '../../src/doors/home.ts';
import { registerCaptureForm } from '../../src/entry/slack-form.ts';
import { registerHome } from '../../src/entry/slack-home.ts';
import { registerShortcuts } from '../../src/entry/slack-shortcuts.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import type { KeptVerdict } from '../../src/model/digest.ts';
import type { CaptureRequest, Origin } from '../../src/model/request.ts';
import type { Service } from '../../src/model/target.ts';
import { DEFAULT_WHO, NO_ADMINS } from '../../src/model/who.ts';
import { digestHistory } from '../../src/past/digest-history.ts';
import { openDigestStore } from '../../src/store/digests.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openProposalStore } from '../../src/store/proposals.ts';
import { openRequestStore } from '../../src/store/requests.ts';
import { digestSeal } from '../../src/store/seal.ts';
import { openVerdictStore } from '../../src/store/verdicts.ts';
import { openWatchingStore } from '../../src/store/watching.ts';
import { boltInSocketMode } from '../demo/workspace/bolt.ts';
import { openWorkspace } from '../demo/workspace/open.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import { requestOf } from '../workers/room.ts';

const NOW_MS = Date.now();
const LEAK: KeptVerdict = {
  atMs: NOW_MS - 3_600_000,
  reportId: '20261101-0123456789ab',
  kind: 'goroutine-leak',
  tier: 'proven',
  summary: 'goroutine leak: many wait in `ledger.flush`',
  signatures: [],
};

describe.skipIf(requires('redis'))('the home tab and the forms behind it', () => {
  let server: TestRedis;
  let workspace: Workspace;
  let services: Service[];
  let submitted: CaptureRequest[];
  let watched: { kind: string; service: string; asker: Origin }[];
  let digests: unknown[];
  let refusal: Failure | undefined;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  beforeEach(async () => {
    workspace = await openWorkspace();
    services = ['ledger-svc', 'payments-svc', 'zebra-svc'].map(named);
    [submitted, watched, digests, refusal] = [[], [], [], undefined];
    const { redis } = server;
    await redis.flushall();
    const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
    const slack = createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL);
    const authorise = createAuthorise({ directory: openSlackDirectory(slack), admins: () => NO_ADMINS });
    const find = (name: string) => services.find((each) => each.name === name);
    const home = homeDoors({
      services: { all: () => services, find, digests: () => [] } as never,
      authorise,
      verdicts: openVerdictStore(redis),
      history: digestHistory(openHistoryStore(redis)),
      digests: openDigestStore(redis, digestSeal(['a key of some length'])),
      watching: openWatchingStore(redis),
      requests: openRequestStore(redis),
      linkTo: openSlackLinks(slack),
      proposals: openProposalStore(redis),
    });
    const ports = {
      ...home,
      services: () => services,
      authorise,
      rules: () => ({ labels: ['service'], match: [] }),
      submit: async (request: CaptureRequest) => {
        if (refusal) throw refusal;
        submitted.push(request);
      },
      watched: async ({ kind, service }: { kind: string; service: string }, asker: Origin) => {
        watched.push({ kind, service, asker });
        if (kind === 'watch') {
          await openWatchingStore(redis).switch(service, { on: true, by: asker.user, atMs: NOW_MS });
        }
        return { text: `${service} is watched.` };
      },
      digest: async (command: unknown, asked: unknown) => {
        digests.push({ command, asked });
        return 'saved';
      },
      now: () => NOW_MS,
      log: createLog('test', 'silent'),
    };
    await boltInSocketMode(workspace, (app) => {
      registerHome(app, ports);
      registerCaptureForm(app, ports);
      registerShortcuts(app, ports);
    });
  });

  function named(name: string): Service {
    return { ...serviceFromUrl('http://127.0.0.1:1'), name, owner: '@payments' };
  }
  async function openHome(user = ON_CALL): Promise<string> {
    const before = workspace.world.homes.get(user)?.hash;
    await workspace.opensHome(user);
    await workspace.waitFor(({ world }) => (world.homes.get(user)?.hash ?? before) !== before);
    return homeText(user);
  }
  const homeText = (user = ON_CALL): string => JSON.stringify(workspace.world.homes.get(user)?.view ?? {});
  async function press(actionId: string, value?: string, entered?: unknown): Promise<void> {
    const viewId = workspace.world.homes.get(ON_CALL)?.id ?? '';
    const blocks = (workspace.world.homes.get(ON_CALL)?.view.blocks ?? []) as Json[];
    const block = blocks.find((each) =>
      [each.accessory, each.element, ...((each.elements as Json[]) ?? [])].some(
        (element) =>
          (element as Json | undefined)?.action_id === actionId &&
          (value === undefined || (element as Json).value === value),
      ),
    );
    const blockId = String(block?.block_id);
    const outcome = await workspace.actInView({ viewId, user: ON_CALL, actionId, blockId, entered });
    expect(outcome.kind).toBe('acked');
  }
  const modal = () => [...workspace.world.views.values()].at(-1);
  async function submit(values: Json): Promise<void> {
    await workspace.submitView({ viewId: modal()?.id ?? '', user: ON_CALL, values });
  }

  it('shows those that are ill first, with what was captured lately and a link to its thread', async () => {
    const requests = openRequestStore(server.redis);
    const origin = { door: 'slash', user: ON_CALL, channel: CHANNEL } as const;
    await requests.accept(requestOf(LEAK.reportId, { service: 'zebra-svc', origin }));
    await requests.ledger(LEAK.reportId).sent('root', '1795000000.000100');
    await openVerdictStore(server.redis).keep('zebra-svc', LEAK);
    const shown = await openHome();
    expect(shown.indexOf('zebra-svc')).toBeLessThan(shown.indexOf('ledger-svc'));
    expect(shown).toContain('*goroutine leak, proven*, 1 h ago');
    expect(shown).toContain(`<${workspace.url}/archives/${CHANNEL}/p1795000000000100|its thread>`);
  });

  it('is searched and turned, and keeps its place when a service is watched', async () => {
    services = Array.from({ length: 500 }, (_, at) => named(`svc-${String(at).padStart(3, '0')}`));
    expect(await openHome()).toContain('1–10 of 500');
    await press('home_next');
    expect(homeText()).toContain('11–20 of 500');
    await press('home_watch', 'svc-012');
    expect(watched).toMatchObject([
      { kind: 'watch', service: 'svc-012', asker: { door: 'button', user: ON_CALL } },
    ]);
    expect(homeText()).toContain('svc-012 is watched.');
    expect(homeText()).toContain('11–20 of 500');
    expect(homeText()).toContain('Unwatch svc-012');
    await press('home_search', undefined, { type: 'plain_text_input', value: ' SVC-49 ' });
    expect(homeText()).toContain('10 of 500 services match “svc-49”');
    expect(await openHome()).toContain('match “svc-49”');
  });

  it('shows guests what they may have captured, and strangers a sentence', async () => {
    services = [named('open-svc'), named('closed-svc')].map((each) =>
      each.name === 'open-svc' ? { ...each, who: { ...DEFAULT_WHO, guests: true } } : each,
    );
    const guest = workspace.addUser('visitor', { guest: 'multi-channel' });
    const shown = await openHome(guest.id);
    expect(shown).toContain('open-svc');
    expect(shown).toContain('you may capture it lightly');
    expect(shown).not.toContain('closed-svc');
    const stranger = workspace.addUser('elsewhere', { teamId: 'T0OTHERCO' });
    const refused = await openHome(stranger.id);
    expect(refused).toContain('People of other workspaces may not');
    expect(refused).not.toContain('open-svc');
  });

  it('opens the form with the service chosen, and hands over what was entered once', async () => {
    await openHome();
    await press('home_capture', 'payments-svc');
    const values = {
      channel: { answer: { selected_conversation: CHANNEL } },
      instances: { answer: { selected_option: { value: 'all' } } },
    };
    const viewId = modal()?.id ?? '';
    await Promise.all([
      workspace.submitView({ viewId, user: ON_CALL, values }),
      workspace.submitView({ viewId, user: ON_CALL, values }),
    ]);
    expect(submitted[0]).toMatchObject({
      service: 'payments-svc',
      instances: 'all',
      windowMs: 30_000,
      origin: { door: 'form', user: ON_CALL, channel: CHANNEL },
    });
    expect(new Set(submitted.map(({ id }) => id)).size).toBe(1);
    expect(workspace.world.views.size).toBe(0);
  });

  it('says beside the field what cannot be done, and leaves the form open', async () => {
    await openHome();
    await press('home_capture', 'payments-svc');
    refusal = new Failure('do_not_touch', { service: 'payments-svc' });
    await submit({ channel: { answer: { selected_conversation: CHANNEL } } });
    expect(modal()?.errors?.service).toContain(refusal.message.replaceAll('`', ''));
    expect(submitted).toEqual([]);
  });

  it('captures nothing where no channel was chosen in which to tell of it', async () => {
    await openHome();
    await press('home_capture', 'payments-svc');
    await submit({ channel: { answer: { selected_conversation: 'U0ELSEWHO' } } });
    expect(modal()?.errors?.channel).toContain('not a member of this channel');
    expect(submitted).toEqual([]);
  });

  it('offers in the form what begins with the typed letters first, and to strangers nothing', async () => {
    services = ['apay', 'payments-svc', 'pay'].map(named);
    await workspace.takeShortcut({ user: ON_CALL, callbackId: 'capture_global' });
    const asked = { viewId: modal()?.id ?? '', actionId: 'form_service', blockId: 'service' };
    const offered = await workspace.searchOptions({ ...asked, user: ON_CALL, value: 'PAY' });
    expect((offered.options as Json[]).map(({ value }) => value)).toEqual(['pay', 'payments-svc', 'apay']);
    const stranger = workspace.addUser('elsewhere', { teamId: 'T0OTHERCO' });
    await workspace.takeShortcut({ user: stranger.id, callbackId: 'capture_global' });
    const none = { ...asked, viewId: modal()?.id ?? '', user: stranger.id, value: 'pay' };
    expect(await workspace.searchOptions(none)).toEqual({ options: [] });
  });

  it('changes a digest: the time and the zone that were entered, in the channel that was chosen', async () => {
    await openHome();
    await press('home_digest', '');
    await submit({
      of: { answer: { value: 'payments-svc' } },
      time: { answer: { selected_time: '07:30' } },
      zone: { answer: { value: 'Europe/Berlin' } },
      channel: { answer: { selected_conversation: CHANNEL } },
    });
    expect(digests).toMatchObject([
      {
        command: { of: 'payments-svc', what: 'at', time: '07:30', zone: 'Europe/Berlin' },
        asked: { origin: { door: 'form', user: ON_CALL, channel: CHANNEL } },
      },
    ]);
    await workspace.waitFor(() => homeText().includes('saved'));
  });

  describe('"Capture for this alert"', () => {
    const take = (text: string): Promise<unknown> => {
      const ts = workspace.toolPosts({ channel: CHANNEL, tool: 'pager', text });
      return workspace.takeShortcut({ user: ON_CALL, callbackId: 'capture_message', channel: CHANNEL, ts });
    };

    it('captures the one service that a message names, into its thread', async () => {
      await take('[FIRING:1] HighMemory on payments-svc');
      const [root] = workspace.messages(CHANNEL);
      expect(submitted).toMatchObject([
        { service: 'payments-svc', origin: { door: 'shortcut', channel: CHANNEL, threadTs: root?.ts } },
      ]);
      expect(workspace.world.views.size).toBe(0);
    });

    it('asks which is meant when it names none or several, and answers into the same thread', async () => {
      await take('payments-svc and ledger-svc are slow');
      expect(submitted).toEqual([]);
      await submit({
        service: {
          form_service: {
            selected_option: { text: { type: 'plain_text', text: 'ledger-svc' }, value: 'ledger-svc' },
          },
        },
      });
      const [root] = workspace.messages(CHANNEL);
      expect(submitted).toMatchObject([
        { service: 'ledger-svc', origin: { channel: CHANNEL, threadTs: root?.ts } },
      ]);
    });

    it('says to whoever asked why not, beside the message', async () => {
      refusal = new Failure('do_not_touch', { service: 'payments-svc' });
      await take('payments-svc is ill');
      await workspace.waitFor((seen) => seen.ephemerals().some(({ text }) => text.includes('payments-svc')));
      expect(workspace.ephemerals()[0]?.threadTs).toBe(workspace.messages(CHANNEL)[0]?.ts);
    });
  });
});
