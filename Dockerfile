# One image for every role; docker-compose.yml says which one a container plays.
FROM node:24.21.0-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY . .
RUN mkdir /data && chown node:node /data
USER node
ENV TIDEGATE__DATA_DIR=/data
ENTRYPOINT ["node", "cli/main.ts"]
