# The commands of this project. Each sets up what it needs in .odoo/ and can be repeated.
# `make demo PORT=8070`, `make demo SERVE=0`; see docs/testing.md for single tests and databases.
PORT ?= 8069
SERVE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench i18n screenshots stop test-odoo-account

help:               ## this list
	@sed -n 's/^\([a-z0-9-]*\): *## /  make \1\t/p' Makefile | expand -t 28

setup:              ## only set up: Odoo, virtualenv, PostgreSQL, browser
	@./dev/make setup

demo:               ## the demo company and its dunning run; SERVE=0 stops after the run, PORT=8069
	@PORT=$(PORT) SERVE=$(SERVE) ./dev/make demo

test:               ## every layer of tests
	@./dev/make test

lint:               ## ruff, and pylint-odoo over the addons
	@./dev/make lint

bench:              ## the timed scenarios of benchmarks/
	@./dev/make bench

i18n:               ## the catalogues of translations, as code and views are now; prints what lacks
	@./dev/make i18n

screenshots:        ## the pictures of docs/img, as the browser tests see the screens
	@./dev/make screenshots

stop:               ## stop what runs in the background
	@./dev/make stop

test-odoo-account:  ## Odoo's own account tests, without and with our addon
	@./dev/make test_odoo_account
