// Preloaded into apps and workers of the proving ground: a clock that is wrong by FAULTS_CLOCK_AHEAD_MS.
const aheadMs = Number(process.env.FAULTS_CLOCK_AHEAD_MS ?? 0);
const right = Date.now.bind(Date);

globalThis.Date = new Proxy(Date, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [right() + aheadMs] : args, self),
  get: (target, name) => (name === 'now' ? () => right() + aheadMs : Reflect.get(target, name)),
});
