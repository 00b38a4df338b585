/** The text of src/parse/wasm/goroutine-scan-wasm.ts, built from its source. */
export function buildModule(): Promise<string>;
