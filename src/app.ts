// The app process: opens the doors (Slack by Socket Mode or signed HTTP), wires them to the queue, and does
// nothing else. Work happens in workers/.
import {
  aboutRequest,
  auditedAsks,
  auditedControl,
  auditedRefusals,
  auditedRequests,
} from './audit/audited.ts';
import { openTrail, type Trail, trailOptions } from './audit/trail.ts';
import { auditText } from './audit/words.ts';
import { type Authorise, createAuthorise } from './authorise.ts';
import { createFetcher } from './capture/fetch.ts';
import { readProbeAnswer } from './capture/probe-answer.ts';
import { openPrometheus } from './capture/prometheus.ts';
import { botTokenOf, type Env } from './config/env.ts';
import type { ServiceCatalog } from './config/services.ts';
import { control, refuseStopped } from './control/captures.ts';
import { controlDigest } from './control/digests.ts';
import { readStatus } from './control/status.ts';
import { statusMessage } from './control/status-message.ts';
import { tendWatched } from './control/watching.ts';
import { chartRenderer } from './deliver/charts.ts';
import { createSlackClient, createSlackPoster } from './deliver/slack.ts';
import { slackAnswers } from './deliver/slack-check.ts';
import { openSlackLinks } from './deliver/slack-links.ts';
import { openSlackDirectory } from './deliver/slack-people.ts';
import { examineInstallation, findingsText } from './doctor.ts';
import { type HomeStores, homeDoors } from './doors/home.ts';
import { incidentPorts } from './doors/incidents.ts';
import { proposalDoors } from './doors/proposals.ts';
import { pushPorts } from './doors/pushes.ts';
import { talkPorts } from './doors/talk.ts';
import { uploadPorts } from './doors/uploads.ts';
import { workflowDoors } from './doors/workflow.ts';
import { servicesMessage } from './entry/look.ts';
import { SIGNATURE_LIVES_MS } from './entry/signed-http.ts';
import { registerSlackDoor, type SlackPorts } from './entry/slack.ts';
import { openSlackApp } from './entry/slack-app.ts';
import { registerCaptureForm } from './entry/slack-form.ts';
import { registerHome } from './entry/slack-home.ts';
import { registerIncidentDoor } from './entry/slack-incidents.ts';
import { registerProposals } from './entry/slack-proposals.ts';
import { registerShortcuts } from './entry/slack-shortcuts.ts';
import { registerWorkflowStep } from './entry/slack-workflow.ts';
import { Failure } from './failure.ts';
import { type Lifecycle, type Running, runProcess } from './lifecycle.ts';
import type { Log } from './log.ts';
import { openMetrics } from './metrics.ts';
import { type Directory, groupsNamed } from './model/who.ts';
import { type FactPorts, factsReader } from './past/digest-facts.ts';
import { digestHistory, recordedHistory } from './past/digest-history.ts';
import type { ReadPrometheus } from './past/past.ts';
import { showHistory } from './past/picture.ts';
import { answersPing, connectRedis } from './queue/connection.ts';
import { startPrivateRedis } from './queue/private-redis.ts';
import { type JobQueue, openQueue, withinDeadline } from './queue/queue.ts';
import { watchRedis } from './queue/redis-check.ts';
import { submit } from './queue/submit.ts';
import { openRegistering } from './registering.ts';
import { openBaselineStore } from './store/baselines.ts';
import { openCircuitStore } from './store/circuits.ts';
import { openDigestStore } from './store/digests.ts';
import { openHistoryStore } from './store/history.ts';
import { openRequestStore, type RequestStore } from './store/requests.ts';
import { digestSeal, requestSeal } from './store/seal.ts';
import { openSignatureMemory } from './store/signatures.ts';
import { openSwitchStore, type SwitchStore } from './store/switches.ts';
import { openVerdictStore } from './store/verdicts.ts';
import { openWatchingStore } from './store/watching.ts';

const DEFAULT_PORT = 3000;

async function openApp({ env, log, lifecycle }: Running): Promise<void> {
  const botToken = botTokenOf(env);
  const url = await redisUrl(env, lifecycle, log);
  const redis = connectRedis(url, 'producer');
  lifecycle.onEnd('Redis', () => redis.disconnect());
  const queue = openQueue(redis);
  lifecycle.onEnd('the queue', () => queue.close());
  const metrics = openMetrics(() => withinDeadline(queue.counts()));
  const watch = watchRedis({ redis, url }, log, metrics.redisDegraded);
  lifecycle.onEnd('the watch over Redis', () => watch.stop());
  const slack = createSlackClient(botToken, env.slack.apiUrl);
  const trail = openTrail(trailOptions(env, 'app', log));
  lifecycle.onEnd('the audit', () => trail.close());
  const kept = openRequestStore(redis, requestSeal(env.sealKeys));
  const requests = auditedRequests(kept, trail, async () => undefined);
  const registering = openRegistering(redis, { env, log, lifecycle });
  const { services } = registering;
  const switches = openSwitchStore(redis);
  const directory = openSlackDirectory(slack);
  const authorise = createAuthorise({ directory, admins: services.admins, decided: auditedAsks(trail) });
  const controlled = { requests, queue, switches, authorise, now: Date.now };
  const mayStart = async (name: string): Promise<void> => {
    if (services.find(name)?.doNotTouch) throw new Failure('do_not_touch', { service: name });
    await refuseStopped(name, switches);
  };
  const doorway = { env, log, services, queue, redis, slack };
  const incidents = incidentPorts({ ...doorway, authorise });
  const pushes = pushPorts({ ...doorway, requests, mayStart, read: readProbeAnswer });
  const fetcher = createFetcher(env.secret);
  lifecycle.onEnd('connections to services', () => fetcher.close());
  const prometheus = prometheusFor(env, lifecycle);

  const { app, start, stop } = openSlackApp({
    slack: { ...env.slack, botToken },
    port: env.port ?? DEFAULT_PORT,
    health: {
      checks: { redis: () => answersPing(redis, 1_000) },
      degraded: { audit: trail.isKept },
      metrics: metrics.page,
    },
    slackAnswers: slackAnswers(slack),
    webhooks: incidents.webhooks,
    pushes,
    firstTime: openSignatureMemory(redis, SIGNATURE_LIVES_MS, { now: Date.now, log }),
    log,
  });
  const watched = watchedDoor(redis, { env, log }, { services, authorise, slack, prometheus, trail });
  const switched: SlackPorts['control'] = (command, asker) =>
    auditedControl(command, asker, trail, () =>
      control(command, asker, { ...controlled, services: services.all().map(({ name }) => name) }),
    );
  const proposing = proposalDoors(registering, { authorise, trail, slack: createSlackPoster(slack), log });
  const ports: SlackPorts = {
    services: services.all,
    authorise,
    submit: (request) =>
      auditedRefusals(aboutRequest(request), trail, () => submit(request, { requests, queue, mayStart })),
    control: switched,
    watched,
    digest: digestsBy(redis, env, { services, authorise, prometheus }),
    register: proposing.propose,
    requestOf: (id) => withinDeadline(requests.load(id)),
    fullStacks: (id) => withinDeadline(queue.deliver(id, 'stacks')),
    ...talkPorts(redis, env, { requests, queue, services, authorise, trail }),
    cancel: (id, asker) => switched({ kind: 'cancel', id }, asker),
    setBaseline: async (service, asker) =>
      (await watched({ kind: 'baseline', service, action: 'set' }, asker)).text,
    uploads: uploadPorts({ redis, requests, queue, trail, authorise, log }),
    look: lookBy(redis, { env, url, services, slack, fetch: fetcher.fetch, switches, requests, queue }),
    now: Date.now,
    log,
  };
  registerSlackDoor(app, ports);
  const { proposals } = registering;
  const home = homeOf(redis, env, { services, directory, prometheus, requests, slack, proposals });
  registerHome(app, { ...ports, ...home });
  registerProposals(app, { ...ports, ...home, ...proposing });
  registerCaptureForm(app, { ...ports, ...home });
  registerShortcuts(app, { ...ports, ...home, rules: services.incidents });
  const step = workflowDoors(redis, { slack, requests, linkOf: home.linkOf, log }, lifecycle);
  registerWorkflowStep(app, { ...ports, ...step });
  registerIncidentDoor(app, incidents.door);
  lifecycle.onEnd('Slack', stop);
  await start();
  log.info({ services: services.all().length }, 'The app is ready.');
}

/** What the home tab and the forms are made of. */
function homeOf(
  redis: ReturnType<typeof connectRedis>,
  { sealKeys }: Env,
  about: Pick<HomeStores, 'services' | 'requests' | 'proposals'> & {
    readonly directory: Directory;
    readonly prometheus: ReadPrometheus;
    readonly slack: ReturnType<typeof createSlackClient>;
  },
): ReturnType<typeof homeDoors> {
  const { services, directory, slack } = about;
  return homeDoors({
    ...about,
    authorise: createAuthorise({ directory, admins: services.admins }),
    verdicts: openVerdictStore(redis),
    history: historyOf(redis, about),
    digests: openDigestStore(redis, digestSeal(sealKeys)),
    watching: openWatchingStore(redis),
    linkTo: openSlackLinks(slack),
  });
}

/** What `services`, `status`, `audit` and `doctor` are answered by. */
function lookBy(
  redis: ReturnType<typeof connectRedis>,
  about: {
    readonly env: Env;
    readonly url: string;
    readonly services: ServiceCatalog;
    readonly slack: ReturnType<typeof createSlackClient>;
    readonly fetch: ReturnType<typeof createFetcher>['fetch'];
    readonly switches: SwitchStore;
    readonly requests: RequestStore;
    readonly queue: JobQueue;
  },
): SlackPorts['look'] {
  const { env, url, services, switches, ...rest } = about;
  const { appToken } = env.slack;
  return async (command) => {
    if (command.kind === 'services') return servicesMessage(services.all());
    if (command.kind === 'audit') return auditText(env.home, command, Date.now());
    if (command.kind === 'status') {
      const nowMs = Date.now();
      const ports = { ...rest, switches, circuits: openCircuitStore(redis) };
      return statusMessage(await withinDeadline(readStatus(nowMs, ports)), nowMs);
    }
    const findings = examineInstallation({
      slack: rest.slack,
      ...(appToken !== undefined && { appToken }),
      redis: { client: redis, url },
      services: services.all(),
      ruledGroups: services.all().flatMap(({ who }) => groupsNamed(services.admins(), who)),
      fetch: rest.fetch,
      stopOf: switches.stopOf,
    });
    return findingsText(await findings);
  };
}

function prometheusFor(env: Env, lifecycle: Lifecycle): ReadPrometheus {
  const leaving = new AbortController();
  const { read, close } = openPrometheus(env.secret, leaving.signal);
  lifecycle.onEnd('connections to Prometheus', async () => {
    leaving.abort(new Error('this process is leaving'));
    await close();
  });
  return read;
}

/** What `watch`, `unwatch`, `history` and `baseline` are answered by. */
function watchedDoor(
  redis: ReturnType<typeof connectRedis>,
  { env, log }: Pick<Running, 'env' | 'log'>,
  {
    services,
    authorise,
    slack,
    prometheus,
    trail,
  }: {
    readonly services: ServiceCatalog;
    readonly authorise: Authorise;
    readonly slack: ReturnType<typeof createSlackClient>;
    readonly prometheus: ReadPrometheus;
    readonly trail: Pick<Trail, 'write'>;
  },
): SlackPorts['watched'] {
  const stores = {
    watching: openWatchingStore(redis),
    history: openHistoryStore(redis),
    baselines: openBaselineStore(redis),
    prometheus,
  };
  const quickchart = env.quickchartUrl === undefined ? {} : { quickchartUrl: env.quickchartUrl };
  const showing = { authorise, slack: createSlackPoster(slack), renderChart: chartRenderer(quickchart) };
  return async (command, asker) => {
    const ports = { ...stores, services: services.all(), authorise, now: Date.now };
    const done = auditedControl(command, asker, trail, () => tendWatched(command, asker, ports));
    const service = services.find(command.service);
    // A Prometheus may take its time.
    const answer = await (service?.prometheus ? done : withinDeadline(done));
    if (answer.drawn && service) {
      showHistory(answer.drawn, service, asker, showing).catch((error: unknown) =>
        log.warn({ err: error, service: service.name }, 'The picture of a history was not shown.'),
      );
    }
    return answer;
  };
}

/** What was sampled here, or where a service names a Prometheus, is recorded there. */
function historyOf(
  redis: ReturnType<typeof connectRedis>,
  { services, prometheus }: { readonly services: ServiceCatalog; readonly prometheus: ReadPrometheus },
): FactPorts['history'] {
  return recordedHistory(digestHistory(openHistoryStore(redis)), { find: services.find, prometheus });
}

function digestsBy(
  redis: ReturnType<typeof connectRedis>,
  env: Env,
  {
    services,
    authorise,
    prometheus,
  }: {
    readonly services: ServiceCatalog;
    readonly authorise: Authorise;
    readonly prometheus: ReadPrometheus;
  },
): SlackPorts['digest'] {
  const digests = openDigestStore(redis, digestSeal(env.sealKeys));
  const factsOf = factsReader({
    verdicts: openVerdictStore(redis),
    history: historyOf(redis, { services, prometheus }),
  });
  return (command, asked) => {
    const about = { digests, written: services.digests(), services: services.all(), factsOf, authorise };
    const done = controlDigest(command, asked, about);
    // Everything that is known of every service takes longer than what is only written down.
    return command.what === 'preview' ? done : withinDeadline(done);
  };
}

async function redisUrl(env: Env, lifecycle: Lifecycle, log: Log): Promise<string> {
  if (env.redisUrl !== undefined) return env.redisUrl;
  const { home, redisServer, searchPath } = env;
  const redis = await startPrivateRedis(home, {
    searchPath,
    ...(redisServer !== undefined && { preferred: redisServer }),
  });
  lifecycle.onEnd('the private Redis', () => redis.stop());
  log.info(redis.joined ? 'Joined the private Redis that runs already.' : 'Started a private Redis.');
  return redis.url;
}

runProcess('app', openApp);
