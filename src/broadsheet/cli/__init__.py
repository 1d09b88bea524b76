"""The command line: `broadsheet <noun> <verb>`; checks input, calls one verb of the domain, prints.

Heavy parts are imported inside the commands, so that `broadsheet --help` answers at once.
Exit status: 0 done (also when there was nothing to do), 1 some of it failed, 2 the call itself was wrong.
"""

from broadsheet.cli.main import main

__all__ = ["main"]
