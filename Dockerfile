# One image, two processes. The app is what it starts by default; a worker is the same image started with
#   node --enable-source-maps --max-old-space-size=512 dist/workers/main.js
# The heap's limit is no need of theirs: V8 lets garbage grow with it, and both stay below 256 MiB in all.
# Both need REDIS_URL (there is no Redis in here) and share the volume.
# `npm run test:image` runs these very lines in an empty folder, without a container engine.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY workers ./workers
# The empty folder becomes the volume: copying it is how it gets its owner.
RUN npm run build && mkdir data

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=3000 GOLEAK_HOME=/var/lib/goleak GOLEAK_SERVICES=/etc/goleak/services.yml
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build --chown=node:node /app/data /var/lib/goleak
COPY package.json manifest.yml LICENSE ./
USER node
VOLUME /var/lib/goleak
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "--max-old-space-size=512", "dist/src/app.js"]
