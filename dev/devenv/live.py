"""A real Odoo server as a process of its own, for the demo and the tests outside Odoo."""
import atexit
import ctypes
import os
import signal
import subprocess
import time

from . import environment, paths, system, templates
from .ui import SetupError

# Mail goes to the sink; bounces and replies get an address; PDFs find this server.
WIRING = """
env['ir.mail_server'].search([]).active = False
env['ir.mail_server'].create({{
    'name': 'local sink', 'smtp_host': '127.0.0.1', 'smtp_port': {smtp_port},
    'smtp_encryption': 'none', 'smtp_authentication': 'login'}})
if not env['mail.alias.domain'].search([]):
    env['mail.alias.domain'].create({{'name': 'cobranza.test'}})
set_param = env['ir.config_parameter'].set_param
set_param('web.base.url', '{url}')
set_param('web.base.url.freeze', 'True')
set_param('report.url', '{url}')
env.cr.commit()
"""


class OdooServer:
    """An Odoo server on the loopback interface with one database.

    workers: 0 is one threaded process (websockets work on the same port); more forks that many.
    crons: how many scheduled actions may run at a time (0: none runs by itself).
    """

    def __init__(self, db, port=None, smtp_port=None, workers=0, crons=0, options=()):
        self.db = db
        self.port = port or system.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.login = self.password = "admin"
        self.smtp_port = smtp_port
        self.workers = workers
        self.crons = crons
        self.options = list(options)
        self.log = paths.LOGS / f"server-{db}.log"
        self.process = None

    def start(self, timeout=60):
        """Wire the database, start the server, return when it answers."""
        if self.smtp_port:
            self.wire()
        self.launch(timeout)
        return self

    def wire(self):
        """Point the database's mail and addresses to this server and its sink."""
        self.shell(WIRING.format(smtp_port=self.smtp_port, url=self.url))

    def launch(self, timeout=60):
        """Start the process (again, after a kill) and wait until it answers."""
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        command = [
            *environment.odoo_command(), "-d", self.db, f"--db-filter=^{self.db}$",
            "--http-interface=127.0.0.1", f"--http-port={self.port}",
            f"--gevent-port={system.free_port()}", f"--workers={self.workers}",
            f"--max-cron-threads={self.crons}", *self.options]
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                command, env=_variables(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_die_with_parent)
        atexit.register(self.kill)
        self._wait(timeout)

    def _wait(self, timeout):
        deadline = time.monotonic() + timeout
        while not system.http_ok(f"{self.url}/web/health"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                tail = self.log.read_text(errors="replace")[-3000:]
                raise SetupError(f"Odoo doesn't answer at {self.url}; {self.log} ends:\n{tail}")
            time.sleep(0.2)

    def stop(self):
        """Ask the server to end; kill it if it doesn't."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self):
        """kill -9 the server and all its workers."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        atexit.unregister(self.kill)

    def shell(self, code, show=False):
        """Run code in `odoo shell` on the database and return what it prints.

        It is a process of its own: `env.cr.commit()` at the end, or nothing stays.
        show: let it print by itself, while it works; then nothing is returned.
        """
        command = [*environment.odoo_command(), "shell", "-d", self.db, "--no-http",
                   "--log-level=warn"]
        done = subprocess.run(command, input=code, env=_variables(), text=True,
                              stdout=None if show else subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode or "Traceback (most recent call last)" in done.stderr:
            raise SetupError(
                f"odoo shell failed:\n{(done.stdout or '')[-2000:]}{done.stderr[-6000:]}")
        return done.stdout


def serve_fresh(db, addons=(), assets=False, **options):
    """A started OdooServer on a fresh database `db` cloned from the template."""
    templates.new_database(db, addons, assets=assets)
    return OdooServer(db, **options).start()


def _die_with_parent():
    """Have the kernel kill this process when its parent is gone, however that happened."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _variables():
    return {**os.environ, **environment.prepare()}
