import type { Frame } from '../model/goroutine.ts';
import type { Profile } from '../model/profile.ts';
import { F64Column, U32Column } from './pprof-columns.ts';

type Stacks = Pick<Profile, 'sampleCount' | 'frames' | 'stackStart' | 'stackFrames' | 'values'>;

/** Builds the columns of a Profile sample by sample: the frames of one, leaf first, then its values. */
export class StackBuilder {
  sampleCount = 0;
  private readonly frames: Frame[] = [];
  private readonly known = new Map<string, number>();
  private readonly stackStart = new U32Column(256);
  private readonly stackFrames = new U32Column(1024);
  private readonly values = new F64Column(256);

  constructor() {
    this.stackStart.push(0);
  }

  /** Distinct ones. */
  get frameCount(): number {
    return this.frames.length;
  }

  frame(func: string, file: string, line: number, inlined: boolean): void {
    const key = `${func}\0${file}\0${line}${inlined ? 'i' : ''}`;
    let index = this.known.get(key);
    if (index === undefined) {
      index = this.frames.push({ func, file, line, ...(inlined && { inlined }) }) - 1;
      this.known.set(key, index);
    }
    this.stackFrames.push(index);
  }

  sample(values: Iterable<number>): void {
    for (const value of values) this.values.push(value);
    this.stackStart.push(this.stackFrames.length);
    this.sampleCount++;
  }

  finish(): Stacks {
    return {
      sampleCount: this.sampleCount,
      frames: this.frames,
      stackStart: this.stackStart.array.slice(0, this.stackStart.length),
      stackFrames: this.stackFrames.array.slice(0, this.stackFrames.length),
      values: this.values.array.slice(0, this.values.length),
    };
  }
}
