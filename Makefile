# Two doors: `make run` sets up and starts the portal, `make test` sets up and checks it.
PYTHON ?= python3
VENV ?= .venv
export VENV

.PHONY: run test
.SILENT:

run:
	$(PYTHON) portal/bootstrap.py
	exec env DEMO=1 $(VENV)/bin/python manage.py start

test:
	$(PYTHON) portal/bootstrap.py --dev
	exec $(VENV)/bin/python manage.py ci
