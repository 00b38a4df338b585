// Posts again whatever was not confirmed, as a naive retry does.
export async function postOnce(step, delivery, ledger) {
  const before = await ledger.posting(step);
  if (before.state === 'sent') return { ts: before.ts, isNew: false };
  const ts = await delivery.post(async () => {});
  await ledger.sent(step, ts);
  return { ts, isNew: true };
}
