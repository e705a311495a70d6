# The two commands are `make run` and `make test`. The rest is for those who work on the house.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run build dev test bench
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/.tools/bin:$(PATH)
export CARGO_TARGET_DIR := $(CURDIR)/target

# Only `make build` compresses the site, so this file is newer than all of these exactly when that site is the present one.
site := target/site/pkg/bailiwick.wasm.br
site_inputs := $(shell find app frontend style -type f) Cargo.toml Cargo.lock rust-toolchain.toml .cargo/config.toml

help:
	@echo "make run     builds what changed and serves http://127.0.0.1:3000, data in ./data; Ctrl-C stops it"
	@echo "make test    installs what the tests need and runs everything"
	@echo "make build   leaves one file, target/release/bailiwick, with the site inside"
	@echo "make dev     rebuilds and reloads while you edit"
	@echo "make bench   measures the release build under load"

run: build
	@exec target/release/bailiwick serve

build: $(site)
	@echo "── the server, with the site inside (about 4 minutes cold, seconds when nothing changed)"
	@cargo build --release -p bailiwick
	@.ci/size

$(site): $(site_inputs)
	@echo "── tools for the site (seconds; about 6 minutes once)"
	@.ci/tools rust node leptos bindgen wasm-opt
	@echo "── the site (about 4 minutes cold)"
	@cargo leptos build --release --frontend-only --precompress

dev:
	@.ci/tools rust node leptos bindgen wasm-opt
	@exec cargo leptos watch

test:
	@.ci/test

bench: build
	@.ci/tools node postgres wrk
	@exec node end2end/bench/run.mjs
