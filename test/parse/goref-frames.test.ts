import { describe, expect, it } from 'vitest';
import { endsStack, readRoot, readStep, stackRoot } from '../../src/parse/goref-frames.ts';

describe('a step', () => {
  it.each([
    ['buf. ([]uint8)', { kind: 'field', name: 'buf', type: '[]uint8' }],
    ['m. (*runtime.m)', { kind: 'field', name: 'm', type: '*runtime.m' }],
    [
      'root. (sync/atomic.Pointer[a/b.T])',
      { kind: 'field', name: 'root', type: 'sync/atomic.Pointer[a/b.T]' },
    ],
    ['run. (func() int)', { kind: 'field', name: 'run', type: 'func() int' }],
    [
      '&d. (*struct struct { sync.f func() })',
      { kind: 'field', name: '&d', type: '*struct struct { sync.f func() }' },
    ],
    ['[7]. (*main.sub)', { kind: 'element', name: '', type: '*main.sub' }],
    ['[10+]. (*main.sub)', { kind: 'element', name: '', type: '*main.sub' }],
    ['$mapkey. (string)', { kind: 'map-key', name: '', type: 'string' }],
    ['$mapval. ([]uint8)', { kind: 'map-value', name: '', type: '[]uint8' }],
    ['$sub_objects$', { kind: 'untyped', name: '' }],
    ['main.main.func16', { kind: 'closure', name: 'main.main.func16' }],
    ['main.(*job).run-fm', { kind: 'closure', name: 'main.(*job).run-fm' }],
  ])('%s', (frame, step) => {
    expect(readStep(frame)).toEqual(step);
  });
});

describe('a root', () => {
  it.each([
    ['main.subs', 'variable', undefined],
    ['net/http.DefaultServeMux', 'variable', undefined],
    ['vendor/golang.org/x/net/http2/hpack.staticTable', 'variable', undefined],
    ['gopkg.in/yaml%2ev3.cache', 'variable', undefined],
    ['gopkg.in/yaml.v3.cache', 'variable', undefined],
    ['main..stmp_7', 'variable', undefined],
    ['x_cgo_inittls', 'variable', undefined],
    ['main.every.f', 'local', 'main.every'],
    ['main.main.gowrap1.batch', 'local', 'main.main.gowrap1'],
    ['net/http.(*Server).Serve.l', 'local', 'net/http.(*Server).Serve'],
    ['gopkg.in/yaml.v3.(*parser).parse.node', 'local', 'gopkg.in/yaml.v3.(*parser).parse'],
    [
      'main.Map[go.shape.int,go.shape.struct { a.b int }].into',
      'local',
      'main.Map[go.shape.int,go.shape.struct { a.b int }]',
    ],
    ['main.(*Cache[...]).Put.entry', 'local', 'main.(*Cache[...]).Put'],
    ['main.Map[...]..dict', 'local', 'main.Map[...]'],
    ['main.glob..func1.kept', 'local', 'main.glob..func1'],
    ['runtime.allgs', 'runtime', undefined],
    ['runtime/metrics.allDesc', 'runtime', undefined],
    ['runtime.bgsweep.c', 'runtime', 'runtime.bgsweep'],
    ['runtime.SetFinalizer.obj', 'finalizer', undefined],
    ['runtime.SetFinalizer.fn', 'finalizer', undefined],
    ['runtime.AddCleanup.fn', 'cleanup', undefined],
    ['bss segment[0]', 'unnamed', undefined],
    ['data segment[1]', 'unnamed', undefined],
    ['buf. ([]uint8)', 'unnamed', undefined],
  ])('%s', (name, kind, func) => {
    expect(readRoot(name)).toEqual({ kind, name, ...(func !== undefined && { func }) });
  });

  it('is the function a goroutine began with, where no variable explains a stack', () => {
    expect(stackRoot('main.worker')).toEqual({ kind: 'stack', name: 'main.worker', func: 'main.worker' });
    expect(stackRoot('runtime.bgsweep')).toMatchObject({ kind: 'runtime' });
    expect(
      ['runtime.goexit', 'runtime.mstart', 'crosscall2', '???UnknownFrameFunction???'].every(endsStack),
    ).toBe(true);
    expect(['main.main', 'runtime.allgs', 'runtime.gopark'].some(endsStack)).toBe(false);
  });
});
