# billhook. `make` alone lists the targets below.

GOOS ?= linux
GOARCH ?= arm64

# The functions of the template: the ids that `sam build` asks this file for.
FUNCTIONS := $(shell sed -n 's/^  \([A-Za-z][A-Za-z]*Function\):$$/\1/p' template.yaml)
ARTIFACTS_DIR ?= .local/build/$(@:build-%=%)

TOOL := go tool -modfile=infra/tools.mod

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '  %-12s %s\n' "$$target" "$$text"; done

.PHONY: demo
demo: prerequisites ## Run the main job once, step by step, against the real binaries
	@go run ./infra/local demo

.PHONY: dev
dev: prerequisites ## Start the whole stack and keep it running; state is kept in .local
	@go run ./infra/local dev

.PHONY: dev-reset
dev-reset: prerequisites ## Forget what `make dev` has stored
	@go run ./infra/local reset

.PHONY: test
test: prerequisites ## Run every test
	@go run ./infra/console packages
	@npm --prefix functions/console/web test
	@go run ./infra/local/dynamodb/with go test ./...

.PHONY: test-long
test-long: prerequisites ## Run every test afresh under the race detector (needs a C compiler), and more histories
	@go run ./infra/local/dynamodb/with go test -race -count=1 -timeout 30m ./...
	@HISTORIES=20000 HISTORY_SEED=$$(date +%s) go run ./infra/local/dynamodb/with \
		go test -count=1 -timeout 60m ./infra/bench/history

.PHONY: bench
bench: prerequisites ## Print how fast functions start, what events cost, how much wallets take, and what decoding takes
	@go run ./infra/bench/start
	@go run ./infra/bench/cost
	@go run ./infra/bench/wallet
	@go test -run '^$$' -bench . -benchmem ./pkg/stripeevent

.PHONY: test-browser
test-browser: prerequisites ## Walk through the pages with Chromium; pictures are left in .local/browser
	@go run ./infra/local/dynamodb/with go test -count=1 -v ./infra/local/browser

.PHONY: test-stripe
test-stripe: prerequisites ## Run the flows against Stripe's test mode (needs STRIPE_TEST_KEY=sk_test_...)
	@[ -n "$$STRIPE_TEST_KEY" ] || { echo "set STRIPE_TEST_KEY to a secret key of Stripe's test mode" >&2; exit 1; }
	@go run ./infra/local/dynamodb/with go test -count=1 -v -run '^TestStripeTestMode$$' ./infra/local/story

.PHONY: test-moto
test-moto: ## Compare the Secrets Manager stand-in with moto's (needs Python)
	@infra/test-moto.sh

.PHONY: lint
lint: ## Check formatting, go vet and golangci-lint
	@unformatted=$$(gofmt -l docs functions infra pkg); \
		if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	@go vet ./...
	@$(TOOL) golangci-lint run
	@go run ./infra/console packages
	@npm --prefix functions/console/web run check

.PHONY: generate
generate: ## Regenerate the API types and servers from pkg/api/openapi.yaml
	@go generate ./...
	@go run ./infra/console packages
	@npm --prefix functions/console/web run --silent generate

.PHONY: build
build: $(FUNCTIONS:%=build-%) ## Build every function for Lambda into .local/build

# build-ConfigFunction builds functions/config, and so on for each function. Nothing that differs
# between two builds of the same code goes in, so that unchanged functions are not deployed again.
# HTTP/2 is left out: a function makes one call at a time, to servers that all take HTTP/1.1.
build-%Function:
	@$(if $(filter Console,$*),GOOS= GOARCH= go run ./infra/console build)
	@CGO_ENABLED=0 GOOS=$(GOOS) GOARCH=$(GOARCH) go build -trimpath -buildvcs=false -tags lambda.norpc,nethttpomithttp2 \
		-ldflags "-s -w" -o "$(ARTIFACTS_DIR)/bootstrap" ./functions/$(shell echo $* | tr A-Z a-z)

.PHONY: validate
validate: ## Check the templates, the build and the code with the linters of AWS and of Go
	@infra/validate.sh

.PHONY: clean
clean: ## Remove what was built and downloaded; what `make dev` stored stays
	@rm -rf .aws-sam .local/build .local/venv .local/checkov .local/moto infra/local/dynamodb/node_modules \
		functions/console/web/node_modules functions/console/dist/app functions/console/dist/.built

.PHONY: prerequisites
prerequisites:
	@infra/local/prerequisites.sh
