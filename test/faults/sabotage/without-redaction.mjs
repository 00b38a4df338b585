// Keeps what a service publishes as it came.
export function withoutSecrets(bytes) {
  return bytes;
}

export async function withoutCredentials(bytes) {
  return bytes;
}
