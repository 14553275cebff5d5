#!/bin/sh
# Brings Temporal's two databases to the newest schema; safe to run at every start.
set -eu

tool() {
  temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user tidegate "$@"
}

for database in temporal visibility; do
  name=temporal
  [ "$database" = temporal ] || name=temporal_visibility
  tool --database "$name" create
  # Version 0.0 makes the table of versions; where it stands already, the update below goes on from it.
  tool --database "$name" setup-schema --version 0.0 || true
  tool --database "$name" update-schema \
    --schema-dir "/etc/temporal/schema/postgresql/v12/$database/versioned"
done
