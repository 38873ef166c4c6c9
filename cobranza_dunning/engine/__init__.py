"""Every rule of collections, as plain functions on plain values.

Nothing in this package imports Odoo or reads a clock: a caller hands over what is known and
the date, and gets a decision with its reason.  It can be imported by itself, with the addon's
folder on ``sys.path``.

The path of a debtor through it: `due` nets what is owed, `pauses` takes away what may not be
chased, `escalation` finds the level, `routing` the recipient, `dunning` puts them together for
one debtor on one day, `grouping` turns the decisions into one reminder per debtor and recipient.

Credit insurance: `cover` decides what is insured of each due line and why, with the limits of
`limits` and the days of `insurance_dates`; `indemnity`, `premium` and `declarations` are what it is
worth, costs, and wants to be told.  The terms of a policy are values of `insurance`.

The words of a reminder are judged by `tone`; its lexicon is data, in `lexicon`.
"""
