// What is measured against what. `run` names the pair of processes, so that a time and a peak of memory are
// read off the same rounds; `large` ones are left out by --quick.

/** Parses in one process before it counts as warm: the first half is not looked at. */
const WARM = 10;

function ours(mode, file, repetitions) {
  return {
    command: ({ node, runner, dist, path }) => [node, runner, mode, path(file), dist],
    repetitions,
  };
}

function peer(name, file, repetitions) {
  return { command: ({ peers, path }) => [peers, name, path(file)], repetitions };
}

function against(name, mode, file, repetitions = 1) {
  return {
    file,
    run: `${mode} ${name} ${file} ${repetitions}`,
    ours: ours(mode, file, repetitions),
    peer: peer(name, file, repetitions),
  };
}

/** Both in JavaScript, from inflated bytes: inflating is the same code for both. */
function library(repetitions) {
  return {
    file: 'heap20m.pb',
    run: `library ${repetitions}`,
    ours: ours('pprof-raw', 'heap20m.pb', repetitions),
    peer: ours('pprof-format', 'heap20m.pb', repetitions),
  };
}

export const benchmarks = [
  {
    id: 'goroutines-1m-cold',
    what: 'a million goroutines on 22 stacks, one fresh process each, against gostackparse',
    unit: 'ms',
    large: true,
    ...against('gostackparse', 'fast', 'd1m'),
  },
  {
    id: 'goroutines-1m-rss',
    what: 'peak memory of the same processes',
    unit: 'MiB',
    large: true,
    ...against('gostackparse', 'fast', 'd1m'),
  },
  {
    id: 'goroutines-1m-56k-stacks',
    what: 'a million goroutines on about 56,000 stacks, fresh processes, against gostackparse',
    unit: 'ms',
    large: true,
    ...against('gostackparse', 'fast', 'w1m'),
  },
  {
    id: 'goroutines-100k-warm',
    what: 'a hundred thousand goroutines on 22 stacks, both sides warm, against gostackparse',
    unit: 'ms',
    ...against('gostackparse', 'fast', 'd100k', WARM),
  },
  {
    id: 'goroutines-100k-typescript',
    what: 'the same dump, the plain TypeScript reader, both sides warm, against gostackparse',
    unit: 'ms',
    ...against('gostackparse', 'typescript', 'd100k', WARM),
  },
  {
    id: 'goroutines-10k-cold',
    what: 'ten thousand goroutines on 22 stacks, one fresh process each, against gostackparse',
    unit: 'ms',
    ...against('gostackparse', 'fast', 'd10k'),
  },
  {
    id: 'goroutines-10k-vs-panicparse',
    what: 'the same dump, against panicparse, which guesses more (paths, similar arguments)',
    unit: 'ms',
    ...against('panicparse', 'fast', 'd10k'),
  },
  {
    id: 'analyze-64mib',
    what: '`goleak analyze --json` of a dump that Go cut at 64 MiB, the whole process less an idle one, against parse and JSON of gostackparse',
    unit: 'ms',
    large: true,
    /** The goroutine that is cut off counts here and not there. */
    within: 1,
    ...against('gostackparse-json', 'analyze', 'd64m'),
  },
  {
    id: 'pprof-20mb-vs-pprof-format',
    what: 'a heap profile of 100,000 samples, inflated: read and summed, both warm, against pprof-format',
    unit: 'ms',
    ...library(6),
  },
  {
    id: 'pprof-20mb-rss',
    what: 'peak memory of one such reading in a fresh process',
    unit: 'MiB',
    ...library(1),
  },
  {
    id: 'pprof-20mb-vs-go',
    what: 'the same profile gzipped: inflated, read and summed, against profile.Parse of google/pprof',
    unit: 'ms',
    ...against('pprof', 'pprof', 'heap20m.pb.gz'),
  },
  {
    id: 'pprof-20mb-rss-vs-go',
    what: 'peak memory of the same processes',
    unit: 'MiB',
    ...against('pprof', 'pprof', 'heap20m.pb.gz'),
  },
  {
    id: 'trace-50mb',
    what: 'a 50 MB execution trace, decoded and summarised, one fresh process each, against go tool trace -pprof=sched',
    unit: 'ms',
    /** Milliseconds of scheduling latency; theirs rounds each event to whole nanoseconds. */
    within: 2,
    ...against('go-tool-trace', 'trace', 'trace50m'),
  },
  {
    id: 'trace-50mb-rss',
    what: 'peak memory of the same processes',
    unit: 'MiB',
    within: 2,
    ...against('go-tool-trace', 'trace', 'trace50m'),
  },
];
