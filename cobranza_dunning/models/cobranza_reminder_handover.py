from datetime import datetime
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine import channels
from .cobranza_reminder import OPEN_STATES
from .crons import WORK, wake


class Obstacle(NamedTuple):
    """What keeps an approved reminder from leaving now.

    text: the sentence that says why, and what to do about it.
    until: the moment (UTC, without zone) from which it may leave by itself; None: somebody has
    to do something first.
    """

    text: str
    until: datetime | None = None


class CobranzaReminder(models.Model):
    """The hand-over: the facts are read again, and what keeps a reminder from leaving is found."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    #: Methods of a recordset that return {reminder id: Obstacle}, in the order they are asked;
    #: about what one holds back the next isn't asked.  All of them hold for what leaves by itself
    #: and for a person who presses Send alike.  First come those that read little and that only
    #: a person ends; the moment, which writes each of its answers to the register, is asked about
    #: what could leave else; the caps of the day count under a lock and come last, so that what
    #: stays for another reason takes no place in them.
    _obstacles = (
        "_stranger_obstacles",
        "_unreachable_obstacles",
        "_number_obstacles",
        "_answer_obstacles",
        "_bank_obstacles",
        "_offer_obstacles",
        "_tone_obstacles",
        "_moment_obstacles",
        "_cap_obstacles",
    )

    problem = fields.Char(readonly=True, help="Why it could not be handed over.")
    not_before = fields.Datetime(
        "Leaves on", readonly=True, help="It waits until then and leaves by itself."
    )
    waits_for = fields.Char("Waits because", readonly=True)

    def action_send(self):
        """Hand the approved reminders over to the mail queue, after reading the facts again.

        Lines paid or paused meanwhile leave, amounts fall; what has nothing left is cancelled
        with the reason. Raises UserError if none of them is approved, or if all automatic
        contact of the company is stopped. Those that stay are named, each with its reason.
        """
        self.check_access("write")
        approved = self.filtered(lambda one: one.state == "approved")
        if not approved:
            raise UserError(
                self.env._("None of the reminders is approved: approve them before sending.")
            )
        approved._take_over_large()
        approved._hand_over()
        held = approved.filtered(lambda one: one.state in OPEN_STATES)
        return approved._tell_left(
            {one.id: one.problem_text or one.waits_for or self._busy() for one in held}
        )

    def _busy(self):
        """What is said of reminders that another transaction has locked."""
        return self.env._("Somebody else is sending these reminders right now.")

    def _hand_over(self):
        """Check the facts under lock, then make the mails and the state in one transaction."""
        leaving = self._ready_to_leave()
        leaving._deliver()
        leaving.debtor_id._refresh_after_message()

    def _ready_to_leave(self):
        """Check everything, whoever sends and however it leaves; return those that may leave now.

        What keeps the others is noted on them. Raises UserError if all automatic contact of the
        company is stopped, or if somebody else is sending them.
        """
        self._check_not_stopped()
        return self._check_facts()._without_obstacles()

    def _check_facts(self):
        """Read the facts again under lock and take out what changed; return what is left."""
        locked = self.try_lock_for_update().filtered_domain([("state", "=", "approved")])
        if not locked:
            raise UserError(self._busy())
        assessed = locked.debtor_id._assess()
        for reminder in locked:
            reminder._reduce(assessed.get(reminder.debtor_id.id, []))
        return locked.filtered(lambda one: one.state == "approved")

    def _find_obstacles(self):
        """Return {id: Obstacle} of those that something keeps from leaving now."""
        free, obstacles = self, {}
        for name in self._obstacles:
            found = getattr(free, name)() if free else {}
            obstacles.update(found)
            free -= free.browse(found)
        return obstacles

    def _without_obstacles(self):
        """Note what keeps each of these from leaving now; return those that nothing keeps."""
        obstacles = self._find_obstacles()
        held = self.browse(obstacles)
        for reminder in held:
            reminder._hold_back(obstacles[reminder.id])
        moments = {obstacle.until for obstacle in obstacles.values() if obstacle.until}
        if moments:
            self._wake_at(sorted(moments))
        return self - held

    def _wake_at(self, moments):
        """Have the scheduled action work at these moments: what waits then leaves by itself."""
        wake(self.env, WORK, at=moments)

    def _hold_back(self, obstacle):
        """Write down why this reminder stays, for whom it waits or until when."""
        text, until = obstacle
        self._gated().write(
            {
                "problem": False if until else text,
                "not_before": until,
                "waits_for": until and text,
            }
        )

    def _unreachable_obstacles(self):
        """Reminders to somebody who can't be reached the way they leave any more."""
        return {
            reminder.id: Obstacle(
                reminder.recipient_id._cobranza_lack(channels.NEEDS[reminder.channel])
            )
            for reminder in self
            if not reminder._is_reachable()
        }

    def _is_reachable(self):
        return bool(self.recipient_id._cobranza_reachable(channels.NEEDS[self.channel]))
