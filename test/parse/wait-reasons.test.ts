import { describe, expect, it } from 'vitest';
import type { WaitFamily } from '../../src/model/goroutine.ts';
import { isKnownReason, waitFamily } from '../../src/parse/wait-reasons.ts';

function frames(...funcs: readonly string[]) {
  return funcs.map((func) => ({ func, file: 'x.go', line: 1 }));
}

describe('a wait reason', () => {
  it.each<[string, WaitFamily]>([
    ['chan receive', 'chan-receive'],
    ['chan send', 'chan-send'],
    ['chan receive (nil chan)', 'nil-chan'],
    ['chan send (nil chan)', 'nil-chan'],
    ['select', 'select'],
    ['select (no cases)', 'park'],
    ['IO wait', 'io'],
    ['syscall', 'syscall'],
    ['waiting for cgo callback', 'syscall'],
    ['sync.Mutex.Lock', 'mutex'],
    ['sync.RWMutex.RLock', 'rwmutex'],
    ['sync.RWMutex.Lock', 'rwmutex'],
    ['sync.WaitGroup.Wait', 'waitgroup'],
    ['sync.Cond.Wait', 'cond'],
    ['sleep', 'sleep'],
    ['coroutine', 'coroutine'],
    ['select (synctest)', 'test-bubble'],
    ['sync.WaitGroup.Wait (durable)', 'test-bubble'],
    ['synctest.Wait', 'test-bubble'],
    ['GC assist wait', 'runtime'],
    ['GC weak to strong wait', 'runtime'],
    ['trace reader (blocked)', 'runtime'],
    ['finalizer wait', 'runtime'],
    ['cleanup wait', 'runtime'],
    ['running', 'running'],
    ['runnable', 'runnable'],
    ['semacquire', 'semaphore'],
    ['a reason to come', 'unknown'],
  ])('%s is %s', (state, family) => {
    expect(waitFamily(state, frames('main.f'))).toBe(family);
    expect(isKnownReason(state)).toBe(family !== 'unknown');
  });
});

describe('frames decide', () => {
  it.each<[string, string, readonly string[], WaitFamily]>([
    [
      'a mutex',
      'semacquire',
      ['sync.runtime_SemacquireMutex', 'sync.(*Mutex).lockSlow', 'sync.(*Mutex).Lock', 'main.f'],
      'mutex',
    ],
    [
      'the same in a signal dump',
      'semacquire',
      [
        'runtime.gopark',
        'runtime.goparkunlock',
        'runtime.semacquire1',
        'sync.runtime_SemacquireMutex',
        'sync.(*Mutex).lockSlow',
        'main.f',
      ],
      'mutex',
    ],
    [
      'a reader',
      'semacquire',
      ['sync.runtime_SemacquireMutex', 'sync.(*RWMutex).RLock', 'main.f'],
      'rwmutex',
    ],
    [
      'a writer behind a writer',
      'sync.Mutex.Lock',
      [
        'internal/sync.runtime_SemacquireMutex',
        'internal/sync.(*Mutex).lockSlow',
        'internal/sync.(*Mutex).Lock',
        'sync.(*Mutex).Lock',
        'sync.(*RWMutex).Lock',
        'main.f',
      ],
      'rwmutex',
    ],
    [
      'a plain mutex inside a type named RWMutex',
      'sync.Mutex.Lock',
      ['sync.(*Mutex).Lock', 'main.(*RWMutex).Lock'],
      'mutex',
    ],
    [
      'a wait group',
      'semacquire',
      ['sync.runtime_Semacquire', 'sync.(*WaitGroup).Wait', 'main.f'],
      'waitgroup',
    ],
    ['x/sync or others that park by semaphore', 'semacquire', ['main.f', 'main.g'], 'semaphore'],
  ])('%s', (_name, state, funcs, family) => {
    expect(waitFamily(state, frames(...funcs))).toBe(family);
  });

  it('that a goroutine is the runtime’s own', () => {
    const [created] = frames('runtime.gcenable');
    expect(
      waitFamily('runnable', frames('runtime.gopark', 'runtime.bgsweep', 'runtime.goexit'), created),
    ).toBe('runtime');
    expect(
      waitFamily(
        'chan receive',
        frames('runtime.gopark', 'runtime.chanrecv', 'main.f', 'runtime.goexit'),
        frames('main.g')[0],
      ),
    ).toBe('chan-receive');
    expect(waitFamily('sleep', frames('time.Sleep', 'runtime.main'))).toBe('sleep');
  });
});
