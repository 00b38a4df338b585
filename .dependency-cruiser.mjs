// The architecture, as rules a machine can hold people to. Each comment says what to do instead.
// `npm run deps` (test/architecture/deps.mjs) runs them and refuses to pass over files it did not see.

const CORE = (...names) => `^(node:)?(${names.join('|')})(/|$)`;
const VENDOR = (...names) => `(^|/)node_modules/(${names.join('|').replaceAll('.', '\\.')})/`;
/** Node's own modules and packages: whatever is not this project's. */
const NODE_OR_VENDOR = '^(?!(src|workers|demo|test)/)';

/** What no pure room may know, whatever else it may. */
const PURE = 'src/(parse|analyse|report|flame)';

const rooms = [
  {
    name: 'model-imports-nothing',
    comment:
      'The nouns know nobody. Move what needs another room to that room, or the noun it needs to src/model.',
    from: { path: '^src/model/' },
    to: { pathNot: '^src/model/' },
  },
  {
    name: 'pure-rooms-know-the-model-only',
    comment:
      'parse, analyse and flame import src/model and their own files. Put a noun both need in src/model; let src/investigate.ts hand the result of one to the other.',
    from: { path: `^${PURE}/`, pathNot: '^src/report/' },
    to: { path: '^(src|workers|demo|test)/', pathNot: '^src/(model|$1)/' },
  },
  {
    name: 'answers-are-read-off-the-report',
    comment:
      'src/answers says what a report and what else is kept know: no clock, no store, no Slack. Hand in what is kept; workers/ post what comes out.',
    from: { path: '^src/answers/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|report|answers)/', '^src/owner\\.ts$'],
    },
  },
  {
    name: 'report-knows-what-it-shows',
    comment:
      'Reports and pictures are made from src/model, and flames are laid out by src/flame. Put any other noun in src/model; let src/investigate.ts hand over what is to be shown.',
    from: { path: '^src/report/' },
    to: { path: '^(src|workers|demo|test)/', pathNot: '^src/(model|report|flame)/' },
  },
  {
    name: 'watch-is-arithmetic',
    comment:
      'Watching is a fold over samples: src/model and the arithmetic of src/analyse/trend.ts is all it needs. Time is what samples say; store its state and fetch its samples elsewhere.',
    from: { path: '^src/watch/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|watch)/', '^src/analyse/trend\\.ts$'],
    },
  },
  {
    name: 'parse-reads-bytes-only',
    comment:
      'Parsers are pure: bytes in, model and problems out. Take bytes as an argument; the reading of files and of the network is done in store, capture or cli.ts.',
    from: { path: '^src/parse/' },
    to: { path: NODE_OR_VENDOR, pathNot: [CORE('zlib'), VENDOR('fflate', 'fzstd', 'pprof-format')] },
  },
  {
    name: 'analyse-needs-nothing',
    comment:
      'The analysis is arithmetic on the model: no clock, no files, no network, no packages. Take what is needed as an argument, from src/investigate.ts.',
    from: { path: '^src/analyse/' },
    to: { path: NODE_OR_VENDOR },
  },
  {
    name: 'report-describes-only',
    comment:
      'A report is text and JSON made from what it is given: only zod (for its schema) is used at run time. Drawing, posting and writing belong to src/deliver.',
    from: { path: '^src/report/' },
    to: { path: NODE_OR_VENDOR, pathNot: [VENDOR('zod', '@slack/types')] },
  },
  {
    name: 'report-borrows-types-of-slack',
    comment: 'Write "import type": block types cost nothing at run time, and the room stays free of Slack.',
    from: { path: '^src/report/' },
    to: { path: VENDOR('@slack/types'), dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'flames-are-arithmetic',
    comment:
      'src/flame merges stacks and counts: only zod (for what is kept of it) is used at run time. Widths, colours and words are the business of src/report and src/page.',
    from: { path: '^src/flame/' },
    to: { path: NODE_OR_VENDOR, pathNot: VENDOR('zod') },
  },
  {
    name: 'a-page-is-put-together',
    comment:
      'src/page makes one file of a report: text in, text out, and a hash of its own script. Draw in src/deliver and hand the pictures in; what a report says is put in words by src/report.',
    from: { path: '^src/page/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|flame|report|page)/', CORE('crypto')],
    },
  },
  {
    name: 'policy-decides-only',
    comment:
      'src/policy decides from plain facts what may be done: no clock, no Redis, no network, no packages. Hand the facts in, and act on the answer in workers/, src/entry or src/control.',
    from: { path: '^src/policy/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|policy)/', '^src/failure\\.ts$'],
    },
  },
  {
    name: 'views-are-drawn-only',
    comment:
      'src/home and src/forms turn facts into views, and what was entered into commands: no clock, no Redis, no Slack client. Gather facts in src/past/home-facts.ts; open and publish in src/entry.',
    from: { path: '^src/(home|forms)/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|report|command|home|forms)/', VENDOR('@slack/types')],
    },
  },
  {
    name: 'digests-know-the-calendar-only',
    comment:
      'src/digest is told what time it is and what is known of the services: no clock, no Redis, no Slack. Hand the facts in; workers/ send what comes out.',
    from: { path: '^src/digest/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|digest)/', VENDOR('cron-parser')],
    },
  },
  {
    name: 'what-is-known-needs-nothing',
    comment:
      'src/known is arithmetic on what earlier captures showed: no clock, no Redis, no packages. Keep it in src/store, and hand times and reports in.',
    from: { path: '^src/known/' },
    to: { path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR], pathNot: '^src/(model|known)/' },
  },
  {
    name: 'incidents-are-a-fold',
    comment:
      'src/incident understands what alerting tools send and folds it into incidents: no clock, no Redis, no Slack. The moment and what is registered come in; workers/ act on what comes out.',
    from: { path: '^src/incident/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|incident)/', CORE('crypto')],
    },
  },
  {
    name: 'command-and-config-know-words-only',
    comment:
      'They turn words into a Command and files into Service[]: src/model, src/failure.ts and the calendar that tells a good time from a bad one is all they need. Hand anything else in as an argument.',
    from: { path: '^src/(command|config)/' },
    to: {
      path: '^(src|workers)/',
      pathNot: ['^src/(model|$1)/', '^src/failure\\.ts$', '^src/digest/(slots|due|local-time)\\.ts$'],
    },
  },
  {
    name: 'capture-only-captures',
    comment:
      'Capturing knows targets and bytes, not queues, Slack or clues. Return bytes and problems; src/investigate.ts passes them on.',
    from: { path: '^src/capture/' },
    to: {
      path: '^(src|workers)/',
      pathNot: ['^src/(model|capture|policy)/', '^src/watch/sample\\.ts$', '^src/(failure|log)\\.ts$'],
    },
  },
  {
    name: 'store-keeps-what-it-is-given',
    comment:
      'The store holds snapshots, reports and requests by id. It knows their types and nothing of who asks: hand a client in, keep decisions out.',
    from: { path: '^src/store/' },
    to: {
      path: '^(src|workers)/',
      pathNot: ['^src/(model|store|report|outbox|policy|watch|known|flame)/', '^src/(failure|log)\\.ts$'],
    },
  },
  {
    name: 'audit-writes-down',
    comment:
      'src/audit writes down what others decide, and wraps them from outside. It knows their types; decide elsewhere, and hand it the words.',
    from: { path: '^src/audit/' },
    to: {
      path: '^(src|workers)/',
      pathNot: [
        '^src/(model|audit)/',
        '^src/store/requests\\.ts$',
        '^src/report/schema\\.ts$',
        '^src/(failure|log)\\.ts$',
      ],
    },
  },
  {
    name: 'deliver-only-delivers',
    comment:
      'Delivery shows a finished Report: it does not know how a verdict was reached nor which queue it came through. Put what is shown into the report.',
    from: { path: '^src/deliver/' },
    to: {
      path: '^(src|workers)/',
      pathNot: ['^src/(model|report|page|deliver|outbox)/', '^src/(failure|log)\\.ts$'],
    },
  },
  {
    name: 'doors-hand-over',
    comment:
      'A door verifies, acknowledges, makes a Command and calls the function it was handed (enqueue, or run now). Wire queue, capture and analysis in app.ts or cli.ts.',
    from: { path: '^src/entry/' },
    to: {
      path: '^(src|workers)/',
      pathNot: [
        '^src/(model|entry|command|config|incident|report|policy|home|forms)/',
        '^src/(failure|log|lifecycle)\\.ts$',
      ],
    },
  },
  {
    name: 'doors-are-wired-once',
    comment:
      'src/doors is wiring of the app process. What workers or the command line need of it belongs into src/control or src/past.',
    from: { path: '^(src|workers)/', pathNot: ['^src/app\\.ts$', '^src/doors/'] },
    to: { path: '^src/doors/' },
  },
  {
    name: 'the-past-is-told-not-asked',
    comment:
      'src/past puts together what was kept of a service. It reads stores and lets the pure rooms speak; whoever asks, and what is captured now, is not its business.',
    from: { path: '^src/past/' },
    to: {
      path: ['^(src|workers)/', VENDOR('bullmq', 'ioredis', '@slack/.*')],
      pathNot: [
        '^src/(model|past|store|watch|digest|known|report|deliver|home)/',
        '^src/capture/prometheus\\.ts$',
        '^src/(authorise|failure|log)\\.ts$',
      ],
    },
  },
  {
    name: 'control-is-the-same-at-every-door',
    comment:
      'src/control does what people ask of captures, watching and digests, from Slack and from a terminal: it is handed stores and functions, and knows neither door.',
    from: { path: '^src/control/' },
    to: {
      path: [
        '^src/(entry|terminal|deliver|parse|analyse|capture)/',
        '^workers/',
        VENDOR('bullmq', 'ioredis', '@slack/.*'),
      ],
    },
  },
  {
    name: 'the-story-knows-no-transport',
    comment:
      'src/investigate.ts is handed its input and output as functions; BullMQ, Redis and Slack belong to those who call it.',
    from: { path: '^src/investigate\\.ts$' },
    to: { path: ['^src/(queue|deliver|entry|outbox|store)/', VENDOR('bullmq', 'ioredis', '@slack/.*')] },
  },
  {
    name: 'what-foreign-bytes-reach-is-pure',
    comment:
      'src/analysis.ts runs in a child that may be killed at any moment: the pure rooms are all it needs. Hand files and figures in as arguments.',
    from: { path: '^src/analysis\\.ts$' },
    to: {
      path: ['^(src|workers)/', NODE_OR_VENDOR],
      pathNot: ['^src/(model|parse|analyse|flame)/', CORE('crypto')],
    },
  },
  {
    name: 'saved-files-are-bytes',
    comment:
      'src/saved makes snapshots of files somebody has, for a terminal and for uploads: the pure rooms are all it needs. Read the disk in src/terminal, and Slack in src/deliver; hand the bytes in.',
    from: { path: '^src/saved/' },
    to: {
      path: ['^(src|workers|demo|test)/', NODE_OR_VENDOR],
      pathNot: [
        '^src/(model|parse|analyse|flame|saved)/',
        '^src/analysis\\.ts$',
        CORE('path'),
        VENDOR('zod'),
      ],
    },
  },
  {
    name: 'nobody-imports-a-process',
    comment:
      'app.ts and cli.ts are processes: they import rooms, nothing imports them. Move what is wanted from there into the room it is about.',
    from: { path: '^(src|workers|demo)/' },
    to: { path: '^src/(app|cli)\\.ts$' },
  },
  {
    name: 'terminal-is-the-command-line',
    comment:
      'src/terminal is what cli.ts runs, and needs neither Slack nor Redis. Nothing else imports it; put what others want into the room it is about.',
    from: { path: '^(src|workers|demo)/', pathNot: '^src/(terminal/|cli\\.ts$)' },
    to: { path: '^src/terminal/' },
  },
  {
    name: 'the-command-line-stands-alone',
    comment: 'The CLI runs without Slack and without Redis: a command that needs them belongs to the app.',
    from: { path: '^src/(terminal/|cli\\.ts$)' },
    to: {
      path: ['^src/(entry/slack|app\\.ts$)', VENDOR('@slack/bolt', 'bullmq')],
    },
  },
  {
    name: 'nothing-imports-workers',
    comment:
      'Delete workers/ and src/ must still type-check and the CLI still diagnose. Put what the program knows in src/, and let workers/ import it.',
    from: { pathNot: '^(workers|test)/' },
    to: { path: '^workers/' },
  },
];

const vendors = [
  {
    name: 'bolt-at-the-door',
    comment: 'Only src/entry/slack.ts and src/app.ts know Bolt. Hand other rooms plain values or a function.',
    from: { path: '^(src|workers)/', pathNot: '^src/(entry/slack[a-z-]*|app)\\.ts$' },
    to: { path: VENDOR('@slack/bolt') },
  },
  {
    name: 'web-api-in-deliver',
    comment:
      'Slack is called from src/deliver/slack*.ts; composition roots (app, cli, workers) may build its client. Ask deliver for a function.',
    from: {
      path: '^(src|workers)/',
      pathNot: ['^src/deliver/slack[a-z-]*\\.ts$', '^src/(app|cli|doctor)\\.ts$', '^workers/'],
    },
    to: { path: VENDOR('@slack/web-api') },
  },
  {
    name: 'bullmq-in-queue',
    comment:
      'BullMQ is known to src/queue/queue.ts and workers/ alone. Call enqueue functions of src/queue instead.',
    from: { path: '^(src|workers)/', pathNot: ['^src/queue/queue\\.ts$', '^workers/'] },
    to: { path: VENDOR('bullmq') },
  },
  {
    name: 'ioredis-in-queue-and-store',
    comment:
      'Connections are opened in src/queue; store and doctor take one as an argument (its type is all they import).',
    from: { path: '^(src|workers)/', pathNot: ['^src/(queue|store|outbox)/', '^src/doctor\\.ts$'] },
    to: { path: VENDOR('ioredis') },
  },
  {
    name: 'prometheus-in-metrics',
    comment: 'Figures are kept in src/metrics.ts, whose labels are closed sets. Call its functions.',
    from: { path: '^(src|workers)/', pathNot: '^src/metrics\\.ts$' },
    to: { path: VENDOR('prom-client') },
  },
  {
    name: 'undici-in-capture',
    comment:
      'HTTP to services goes through the guard and the bounds of src/capture/fetch.ts, and to Slack through src/deliver/slack.ts and slack-files.ts. Call those.',
    from: { path: '^(src|workers)/', pathNot: '^src/capture/|^src/deliver/slack-(client|files)' },
    to: { path: VENDOR('undici') },
  },
  {
    name: 'drawing-in-deliver',
    comment: 'Charts are drawn in src/deliver. src/report makes their configuration, which is plain JSON.',
    from: { path: '^(src|workers)/', pathNot: '^src/deliver/' },
    to: { path: VENDOR('chart.js', '@napi-rs/canvas', 'quickchart-js', '@fontsource/inter') },
  },
  {
    name: 'files-in-the-store',
    comment:
      'The disk is touched in src/store, src/config, src/terminal, queue/private-redis.ts and the processes. Take bytes as an argument, or ask the store.',
    from: {
      path: '^src/',
      pathNot: [
        '^src/store/',
        '^src/audit/segment\\.ts$',
        '^src/(app|cli|doctor)\\.ts$',
        '^src/terminal/',
        '^src/config/',
        '^src/queue/private-redis\\.ts$',
        '^src/deliver/fonts\\.ts$',
      ],
    },
    to: { path: CORE('fs') },
  },
  {
    name: 'children-are-few',
    comment: 'Processes are started by src/queue/private-redis.ts, the self-test and workers/ only.',
    from: { path: '^src/', pathNot: '^src/(queue/private-redis|terminal/(selftest-go|check/child))\\.ts$' },
    to: { path: CORE('child_process', 'worker_threads', 'cluster') },
  },
];

const hygiene = [
  {
    name: 'no-tests-or-demo-in-the-product',
    comment: 'The product knows neither its tests nor its demo. Move what is shared into src/.',
    from: { path: '^(src|workers)/' },
    to: { path: '^(test|demo)/' },
  },
  {
    name: 'no-development-packages-in-the-product',
    comment:
      'This package is a devDependency and will be missing in the image. Move it to "dependencies", or do without.',
    from: { path: '^(src|workers)/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-cycles',
    comment:
      'Two files that need each other are one idea, or hide a third: extract what both need, or merge them.',
    from: { path: '^(src|workers)/' },
    to: { circular: true },
  },
  {
    name: 'no-cycles-at-run-time',
    comment:
      "Outside the product, files may name each other's types; what runs must not go in a circle. Extract what both need.",
    from: { path: '^(demo|test)/' },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-orphans',
    comment: 'Nothing imports this file and it imports nothing. Delete it, or use it.',
    from: { orphan: true, path: '^(src|workers)/', pathNot: '\\.d\\.m?ts$' },
    to: {},
  },
  {
    name: 'nothing-unresolved',
    comment: 'This import leads nowhere. Correct its path (with .ts at the end), or install the package.',
    from: { path: '^(src|workers|demo|test)/' },
    to: { couldNotResolve: true },
  },
];

export default {
  forbidden: [...rooms, ...vendors, ...hygiene].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.|test/captures/)' },
    // Imports of types are imports too: a pure room must not even know another room's types.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.mts', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
