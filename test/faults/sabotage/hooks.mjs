// Loaded into a process of the product by the proving ground, and by nothing else: gives importers of one module another
// one in its place. Inside the other one, `original:` is the module it replaces.
const swaps = [];

export async function initialize(swap) {
  swaps.push(swap);
}

export async function resolve(specifier, context, next) {
  const mine = swaps.find(({ by }) => by === context.parentURL);
  if (mine && specifier === 'original:') return { url: mine.original, shortCircuit: true };
  const found = await next(specifier, context);
  const swap = swaps.find(({ replaced }) => found.url.endsWith(`/${replaced}`));
  if (!swap) return found;
  swap.original = found.url;
  return { ...found, url: swap.by };
}
