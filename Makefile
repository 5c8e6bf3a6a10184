# Every verb is carried out by packaging/bootstrap.py; make.bat is the same for Windows.
#
#   make run            set up, then start the app (in a terminal without a display: its demo)
#   make test           set up, then every check and test
#   make setup          the common first step; GPU=auto|cuda|vulkan|metal|none says what llama.cpp shall use
#   make check          the static checks alone
#   make bench          the benchmarks
#   make soak           the long tests
#   make screenshots    every main view into build/screenshots
#   make lock           resolve the dependencies again into requirements.lock

VERBS := run test setup check bench soak screenshots lock
export GPU

# The environment's own Python once that environment was made, else the first suitable one there is.
PYTHON := $(shell for python in \
	$(if $(wildcard .venv/localassist-setup.json),.venv/bin/python) python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo "$$python" && break; done)

.PHONY: $(VERBS)
.DEFAULT_GOAL := run

$(VERBS):
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12, 3.13 or 3.14 is needed and was not found: install one (python.org, or your system's package manager) and run the same command again."; exit 1; }
	@"$(PYTHON)" packaging/bootstrap.py $@
