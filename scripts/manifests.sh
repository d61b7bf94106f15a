#!/usr/bin/env bash
# Renders every example of helm/examples as plain manifests for `kubectl apply -k k8s/<folder>`: a run as k8s/<example>/run.yaml, a cluster of helm/examples/clusters
# as k8s/cluster-<example>/cluster.yaml.
#   manifests.sh [FOLDER]   FOLDER instead of the repository's k8s/
set -euo pipefail
cd "$(dirname "$0")/.."
: "${HELM:=tests/Deploy.Tests/node_modules/.tools/helm/helm}"
folder=${1:-k8s}

# render CHART VALUES NAME KIND
render() {
    mkdir -p "$folder/$3"
    "$HELM" template "mirrored-$3" "helm/$1" --values "$2" > "$folder/$3/$4.yaml"
    printf 'resources: [%s.yaml]\n' "$4" > "$folder/$3/kustomization.yaml"
}

for values in helm/examples/*.yaml; do render mirrored "$values" "$(basename "$values" .yaml)" run; done
for values in helm/examples/clusters/*.yaml; do render cluster "$values" "cluster-$(basename "$values" .yaml)" cluster; done
