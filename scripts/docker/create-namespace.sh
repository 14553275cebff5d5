#!/bin/sh
# Makes the namespace that Tidegate uses; safe to run at every start.
set -eu

export TEMPORAL_ADDRESS=temporal:7233
temporal operator namespace describe --namespace default ||
  temporal operator namespace create --namespace default --retention 30d
