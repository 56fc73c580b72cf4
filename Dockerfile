# Three stages: packages, screens, and what runs. Build: docker build -t cadenza .
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim AS screens
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run --silent build

# Node 26 itself is one of the packages (ADR 0001), so the image's own Node only has to start npm.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin cadenza \
  && install -d -o cadenza -g cadenza /data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=screens /app/dist dist
COPY package.json ./
COPY bin bin
COPY src src
COPY migrations migrations
COPY examples examples
COPY docs/schema docs/schema
COPY security/sbom.cdx.json security/sbom.cdx.json
ENV PATH=/app/node_modules/.bin:$PATH NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8080
# /healthz says whether the process runs; whether its databases answer is /readyz, which decides about traffic and not about a restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "src/app/main.ts"]
