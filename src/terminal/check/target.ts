// A check of a running service: looks are captures of it at rest, and the report is made as every report is.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Folders, readCaptures } from '../../analysis.ts';
import { createFetcher } from '../../capture/fetch.ts';
import { readIndexPage } from '../../capture/index-page.ts';
import { restSteps } from '../../capture/plan.ts';
import { captureInstance } from '../../capture/run.ts';
import type { CheckCommand } from '../../command/read-check.ts';
import type { Env } from '../../config/env.ts';
import { Failure } from '../../failure.ts';
import { investigate } from '../../investigate.ts';
import { inForce } from '../../known/rules.ts';
import { type StepRecord, takenOf } from '../../model/capture.ts';
import type { Flames } from '../../model/flame.ts';
import type { RawArtefact } from '../../model/snapshot.ts';
import { DEFAULT_KINDS, type Instance, type Service } from '../../model/target.ts';
import { prepareFolder, save, targetOf } from '../capture.ts';
import type { Terminal } from '../ports.ts';
import { type Checked, namedService } from './checked.ts';
import { runRounds } from './rounds.ts';

const LOOKS = 3;

/** @throws Failure as a capture does, and `command_failed` */
export async function checkTarget(
  command: CheckCommand,
  target: string,
  terminal: Terminal,
): Promise<Checked> {
  const env = await terminal.env();
  const { service, request } = questionOf(command, target, env);
  if (command.save !== undefined) await prepareFolder(command.save);
  const { fetch, close } = createFetcher(env.secret);
  const folders: RawArtefact[][] = [];
  let rounds: readonly string[] = [];
  let flames: Flames = {};
  const captureRounds = async (instance: Instance): Promise<readonly StepRecord[]> => {
    let records: readonly StepRecord[] = [];
    const look = async (at: number, isLast: boolean): Promise<void> => {
      const files: RawArtefact[] = [];
      folders.push(files);
      // Whoever checks a test service has agreed to what a person would be asked to agree to.
      const plan = { steps: restSteps(at, isLast), allow: service.allow, consent: 'confirmed' } as const;
      records = await captureInstance(instance, plan, {
        fetch,
        signal: terminal.signal,
        now: Date.now,
        sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }).catch(() => {}),
        earlier: records,
        progress: () => {},
        keep: async (record, bytes) => {
          const { file } = record;
          if (file !== undefined && bytes !== undefined)
            files.push({ name: file, bytes, taken: takenOf(record) });
          return record;
        },
      });
    };
    const count = async (): Promise<number | undefined> => {
      try {
        return readIndexPage((await fetch(instance, 'index', terminal.signal)).bytes)?.goroutines;
      } catch (error) {
        // Under load it may be slow to answer; whether it is there at all the looks find out.
        if (error instanceof Failure && !terminal.signal.aborted) return undefined;
        throw error;
      }
    };
    // Before anybody makes load for a service that is not there.
    await fetch(instance, 'index', terminal.signal);
    rounds = await runRounds(command, { look, count, looks: LOOKS }, terminal);
    return records;
  };
  try {
    const report = await investigate(request, service, {
      capture: async (instance) => ({ instance: instance.name, records: await captureRounds(instance) }),
      analyse: async (captured, context) => {
        const snapshots: Folders = folders;
        const reading = readCaptures(
          captured.map((one) => ({ ...one, snapshots, earlier: [] })),
          context,
        );
        flames = reading.flames;
        return reading;
      },
      analysing: async () => {},
      rules: inForce(service.notALeak ?? [], service.name, Date.now()),
    });
    const [instance] = report.instances;
    if (command.save !== undefined)
      await save(command.save, { instance: instance ?? '', snapshots: folders }, true);
    return { report, rounds, flames };
  } finally {
    await close();
  }
}

function questionOf(command: CheckCommand, target: string, env: Env) {
  const { windowMs, service: named } = command;
  const asked = { kind: 'capture', target, instances: 'one', windowMs, kinds: DEFAULT_KINDS } as const;
  const { service, request } = targetOf(asked, env);
  if (named === undefined) return { service, request };
  // The rules of the one, the address of the other; its token goes to no address but its own.
  const rules: Service = { ...namedService(named, env), instances: service.instances };
  return { service: rules, request: { ...request, service: rules.name } };
}
