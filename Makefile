# setup · build · demo · test · bench · format
SHELL := /bin/bash
PYTHON ?= /usr/bin/python3
NATIVE_BUILD := native/build

.PHONY: help setup setup-run build native demo test bench format clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## install everything that building, running and testing need (Debian 12; asks for sudo where needed)
	@scripts/setup.sh all

setup-run:
	@scripts/setup.sh run

native: setup-run
	@cmake -S native -B $(NATIVE_BUILD) -DCMAKE_BUILD_TYPE=Release > /dev/null
	@cmake --build $(NATIVE_BUILD) --parallel $$(nproc)

build: native ## build the native library and every project that restores here
	@dotnet build MirroredInfluence.sln -c Release -v q -nologo -clp:NoSummary
	@[ -e artifacts/bin/Silo/release/MirroredInfluence.Silo ] || echo "Microsoft Orleans does not restore here: Grains, Silo and the cluster's client are left out (docs/decisions/0100)"

demo: build ## Fashion-MNIST end to end: import, ascend, score, report (out/demo/report.html)
	@demo/run.sh

test: setup build ## format check, native tests under sanitizers, every C#, Python and end-to-end test
	@PYTHON=$(PYTHON) scripts/test.sh

bench: build ## throughput beside the Python reference, memory, overhead
	@PYTHON=$(PYTHON) benchmarks/run.sh

format: ## rewrite C# and C++ to the house style
	@dotnet format MirroredInfluence.sln
	@clang-format -i $$(git ls-files 'native/*.h' 'native/*.cpp')

clean: ## remove what was built (never out/)
	@rm -rf artifacts native/build native/build-sanitized
