// How a holder is named in sentences, in one place, so that clue, verdict and picture never disagree.
import type { Container, Holder, RetentionRoot } from '../model/retention.ts';
import { shortName } from './wording.ts';

/** ``the map `m` of `main.main.func16` ``, ``the map `pages` below `main.book` ``, `` `main.subs` ``. */
export function holderLabel({ root, path, container }: Holder): string {
  const rootName = code(shortName(root.name));
  if (container?.kind === 'timers') {
    const closure = path.findLast(({ kind }) => kind === 'closure');
    return closure ? `timers that call ${code(shortName(closure.name))}` : 'timers';
  }
  if (!container) return rootName;
  if (container.name === root.name) return container.kind === 'map' ? `the map ${rootName}` : rootName;
  const at = path.findIndex(({ name, type }) => name === container.name && type === container.type);
  const closure = path.slice(0, Math.max(0, at)).findLast(({ kind }) => kind === 'closure');
  const named = `the ${CONTAINERS[container.kind]} ${code(container.name)}`;
  return closure ? `${named} of ${code(shortName(closure.name))}` : `${named} below ${rootName}`;
}

const CONTAINERS: Readonly<Record<Container['kind'], string>> = {
  map: 'map',
  slice: 'slice',
  channel: 'channel',
  list: 'list',
  'sync.Map': 'sync.Map',
  timers: 'timers',
  elements: 'elements',
};

/** ``the package variable `main.book` ``, ``the local variable `f` of `main.every` ``. */
export function rootWords({ kind, name, func }: RetentionRoot): string {
  switch (kind) {
    case 'variable':
      return `the package variable ${code(shortName(name))}`;
    case 'local': {
      const variable = func === undefined ? name : name.slice(func.length + 1);
      return `the local variable ${code(variable)} of ${code(shortName(func ?? name))}`;
    }
    case 'stack':
      return `the stack of ${code(shortName(name))}`;
    case 'finalizer':
      return 'a finalizer (`runtime.SetFinalizer`)';
    case 'cleanup':
      return 'a cleanup (`runtime.AddCleanup`)';
    case 'runtime':
      return `what the runtime keeps (${code(shortName(name))})`;
    case 'unnamed':
      return `memory of package variables whose name goref could not tell (${code(name)})`;
    default:
      return kind satisfies never;
  }
}

/** Names are foreign: a back-tick in one would end the code it stands in. */
function code(name: string): string {
  return `\`${name.replaceAll('`', "'")}\``;
}
