// Full stacks print the first words of every argument: addresses, lengths, and whatever small value or piece of a
// string stood in a register. Nothing we say needs them, so they are shown only where a service's owner allows it.

/** `main.(*Hub).send(0xc000114780, {0x2, 0x4})` -> `main.(*Hub).send(...)`, as Go itself writes inlined calls. */
export function withoutArguments(stacks: Uint8Array): Uint8Array {
  const text = Buffer.from(stacks.buffer, stacks.byteOffset, stacks.byteLength).toString('latin1');
  return Buffer.from(text.replace(CALL, '$1(...)$2'), 'latin1');
}

/** A line that begins with a function's name; headers end with a colon, files begin with a tab. */
const CALL = /^(\S.*)\([^()\n]+\)(\r?)$/gm;
