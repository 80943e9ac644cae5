# One image for the Slack process and the workers; which of the two it is, the command says.
FROM node:20.20.2-bookworm-slim

ENV NODE_ENV=production
# The root filesystem is read-only: the source is compiled in memory at every start.
ENV TSX_DISABLE_CACHE=1
# Each process answers there, on the loopback of its own container.
ENV LOCKSTEP_HEALTH_PORT=9464

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY tsconfig.json ./
COPY src ./src
COPY workers ./workers
COPY config ./config

# Nothing in /app belongs to the user who runs it.
USER 10001:10001

HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LOCKSTEP_HEALTH_PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Without npm or the tsx command in between, so that SIGTERM reaches the process itself.
CMD ["node", "--import", "tsx", "src/main.ts"]
