"""The development environment: Odoo, a virtualenv, PostgreSQL, template databases.

Only the standard library is used here (Python 3.10+): it runs before the virtualenv exists.
One module per concern; `environment.prepare()` puts them together, `cli` is what `dev/*` call.
"""
