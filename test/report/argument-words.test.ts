import { describe, expect, it } from 'vitest';
import { withoutArguments } from '../../src/report/argument-words.ts';

const shown = (text: string): string => Buffer.from(withoutArguments(Buffer.from(text))).toString();

describe('full stacks that are shown', () => {
  it('keep everything but the words of arguments', () => {
    const dump = `goroutine 18 gp=0xc0001 m=nil [chan send, 15 minutes, labels:{"route": "(a)"}]:
main.slowQuery(0xc000114780, {0x2, 0x3})
\t/srv/app (old)/main.go:31 +0x5e
example.com/x.(*Hub[go.shape.func(int)]).send(0x70617373?, ...)
\t/srv/app/hub.go:40 +0x2a
main.inlined(...)
\t/srv/app/main.go:12
main.none()
\t/srv/app/main.go:13 +0x1
created by main.(*Server).Serve in goroutine 1
\t/srv/app/main.go:9 +0x8
`;
    expect(shown(dump)).toBe(
      dump.replace('(0xc000114780, {0x2, 0x3})', '(...)').replace('(0x70617373?, ...)', '(...)'),
    );
  });

  it('lose them at the end of a line of any kind', () => {
    expect(shown('main.f(0x1)\r\n\t/a.go:1\r\nmain.g(0x2)')).toBe('main.f(...)\r\n\t/a.go:1\r\nmain.g(...)');
  });

  it('are gone through in a time that grows with their length', () => {
    for (const line of ['('.repeat(200_000), 'a('.repeat(100_000), `f(${'0x1, '.repeat(50_000)}`]) {
      expect(shown(line)).toBe(line);
    }
  });
});
