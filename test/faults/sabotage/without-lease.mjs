// There is always room at a service.
export function openLeaseStore() {
  return {
    take: async (name) => ({ name, token: 'anybody' }),
    renew: async () => true,
    give: async () => {},
  };
}
