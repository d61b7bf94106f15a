#!/usr/bin/env bash
# Renders every example of helm/examples as plain manifests, k8s/<example>/run.yaml, for `kubectl apply -k k8s/<example>`.
#   manifests.sh [FOLDER]   FOLDER instead of the repository's k8s/
set -euo pipefail
cd "$(dirname "$0")/.."
: "${HELM:=tests/Deploy.Tests/node_modules/.tools/helm/helm}"
folder=${1:-k8s}

for values in helm/examples/*.yaml; do
    name=$(basename "$values" .yaml)
    mkdir -p "$folder/$name"
    "$HELM" template "mirrored-$name" helm/mirrored --values "$values" > "$folder/$name/run.yaml"
    printf 'resources: [run.yaml]\n' > "$folder/$name/kustomization.yaml"
done
