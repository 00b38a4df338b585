// Acknowledges on arrival, before anything is kept.

// The module this one stands in for; known only inside a process that hooks.mjs was loaded into.
const REPLACED = 'original:';
const { ACKNOWLEDGE_WITHIN_MS, once } = await import(REPLACED);

export { ACKNOWLEDGE_WITHIN_MS, once };

export async function doneThenAcknowledged(acknowledge, work) {
  await acknowledge();
  await work();
}
