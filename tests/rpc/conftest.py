"""Users of each kind on the session's server, and ways to talk to it."""
import json

import pytest
import requests

SETUP = """
import json
from datetime import datetime, timedelta
people = {}
for name, groups in (
    ('auditor', ['account.group_account_readonly']),
    ('collector', ['account.group_account_invoice']),
    ('clerk', ['base.group_user']),
    ('customer', ['base.group_portal']),
):
    people[name] = env['res.users'].with_context(no_reset_password=True).create({
        'name': name.title(), 'login': name, 'password': name + '-secret',
        'email': name + '@us.test',
        'group_ids': [(6, 0, [env.ref(group).id for group in groups])]})
def key(user):
    keys = env['res.users.apikeys'].with_user(user)
    return keys._generate(None, 'tests', datetime.now() + timedelta(days=1))
print('KEYS ' + json.dumps({
    'admin': key(env.ref('base.user_admin')), 'collector': key(people['collector'])}))
env.cr.commit()
"""


@pytest.fixture(scope="session")
def api_keys(live):
    """{login: API key} of admin and collector.

    Makes the users auditor and collector (as accountants become them), clerk (internal, outside
    the groups) and customer (portal); the password of each is the login with -secret behind.
    """
    printed = live.shell(SETUP)
    line = next(line for line in printed.splitlines() if "KEYS " in line)
    return json.loads(line.partition("KEYS ")[2])


@pytest.fixture(scope="session")
def as_user(live, api_keys):
    """Function that gives the odoorpc client of a user by login."""
    return lambda login: live.odoo(login, f"{login}-secret")


@pytest.fixture
def call(live, api_keys):
    """Function for /json/2: call(model, method, key="admin", **body) -> requests.Response."""

    def post(model, method, key="admin", **body):
        headers = {"Authorization": f"bearer {api_keys.get(key, key)}", "X-Odoo-Database": live.db}
        return requests.post(f"{live.url}/json/2/{model}/{method}", json=body, headers=headers,
                             timeout=60)

    return post
