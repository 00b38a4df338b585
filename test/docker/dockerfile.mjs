// Reads a Dockerfile into stages. Knows the instructions ours uses and refuses any other, so that
// nothing in it is quietly left out of the test.

/** @returns stages in order, each `{ name, steps: [{ kind, ... }] }` */
export function readDockerfile(text) {
  const stages = [];
  for (const line of logicalLines(text)) {
    const [, word, rest] = /^(\S+)\s+(.*)$/s.exec(line) ?? [];
    const instruction = word?.toUpperCase();
    if (instruction === 'FROM') {
      const [, image, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? [];
      stages.push({ image, name: name ?? String(stages.length), steps: [] });
      continue;
    }
    const read = READERS[instruction];
    if (!read)
      throw new Error(
        `the Dockerfile uses ${word}, which the test does not know: teach it, or the image is tested in part only`,
      );
    const stage = stages.at(-1);
    if (!stage) throw new Error(`${word} comes before the first FROM`);
    stage.steps.push({ kind: instruction, ...read(rest) });
  }
  return stages;
}

function logicalLines(text) {
  const withoutComments = text.replaceAll(/^\s*#.*$/gm, '');
  return withoutComments
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

const READERS = {
  WORKDIR: (rest) => ({ path: rest }),
  RUN: (rest) => ({ command: rest }),
  COPY: (rest) => {
    const words = rest.split(/\s+/);
    const flags = words.filter((word) => word.startsWith('--'));
    const paths = words.filter((word) => !word.startsWith('--'));
    const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
    return { from, sources: paths.slice(0, -1), target: paths.at(-1) };
  },
  ENV: (rest) => ({ variables: Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split('=', 2))) }),
  USER: (rest) => ({ user: rest }),
  VOLUME: (rest) => ({ path: rest }),
  EXPOSE: (rest) => ({ port: Number(rest) }),
  HEALTHCHECK: (rest) => ({ command: execForm(rest.slice(rest.indexOf('CMD') + 'CMD'.length)) }),
  CMD: (rest) => ({ command: execForm(rest) }),
};

/** `["node", "x.js"]`; the shell form would put a shell between the process and its signals. */
function execForm(text) {
  const words = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`not in exec form: ${text}`);
  return words;
}
