"""The particular cases of the demo company, one row each.

(what, customer, days ago, values).  Days ago count from today; `due` and `until` do as well,
negative = in the future.  Everything else that these customers buy is paid or not by their habit.
"""

from decimal import Decimal

# fmt: off
STORIES = (
    # a building company that pays by thirds: the first is paid, of the second a part
    ("invoice", "barbanza", 112, {"key": "s-barbanza", "lines": (("estanteria", 24),)}),
    ("payment", "barbanza", 80, {"invoice": "s-barbanza", "installment": 0}),
    ("payment", "barbanza", 30,
     {"invoice": "s-barbanza", "installment": 1, "share": Decimal("0.4")}),
    # a credit note that nobody set against the invoice
    ("invoice", "talleres-ria", 70, {"key": "s-talleres", "lines": (("compresor", 3),)}),
    ("credit", "talleres-ria", 45,
     {"invoice": "s-talleres", "share": Decimal("0.15"), "reconciled": False}),
    # direct debits on their way: one covers its invoice, one covers half of it
    ("invoice", "hotel-illas", 48, {"key": "s-hotel-1", "lines": (("mantenimiento", 4),)}),
    ("payment", "hotel-illas", 2, {"invoice": "s-hotel-1", "in_process": True}),
    ("invoice", "hotel-illas", 55, {"key": "s-hotel-2", "lines": (("alquiler", 6),)}),
    ("payment", "hotel-illas", 3,
     {"invoice": "s-hotel-2", "share": Decimal("0.5"), "in_process": True}),
    # dollars and Mexican pesos
    ("invoice", "harbor-supply", 125,
     {"key": "s-harbor", "lines": (("taladro", 12),), "ref": "PO 88-1042"}),
    ("payment", "harbor-supply", 40, {"invoice": "s-harbor", "share": Decimal("0.5")}),
    ("invoice", "ferretera-golfo", 110, {"key": "s-golfo", "lines": (("anclajes", 30),)}),
    # invoices that nobody sent
    ("invoice", "lourido", 62, {"key": "s-lourido-1", "lines": (("afilado", 5),), "sent": False}),
    ("invoice", "lourido", 41, {"key": "s-lourido-2", "lines": (("silicona", 4),), "sent": False}),
    # a public body that pays through its own procedure: excluded from follow-up
    ("invoice", "costa-verde", 130,
     {"key": "s-costa", "lines": (("cuadro", 2),), "excluded": True, "ref": "Expediente 114/2"}),
    # an invoice blocked for payment until a mistake in it is corrected
    ("invoice", "forno", 75, {"key": "s-forno", "lines": (("pintura", 9),), "blocked": True}),
    # he paid a second time by mistake: the company owes him
    ("invoice", "electrinorte", 90, {"key": "s-electri", "lines": (("cuadro", 1),)}),
    ("payment", "electrinorte", 61, {"invoice": "s-electri"}),
    ("advance", "electrinorte", 20, {"amount": Decimal("768.35")}),
    # no e-mail address
    ("invoice", "instalaciones-mino", 65, {"key": "s-mino", "lines": (("arnes", 6),)}),
    # the bank kept its fee: too little is left to write about it
    ("invoice", "frutas-salnes", 80, {"key": "s-frutas", "lines": (("guantes", 8),)}),
    ("payment", "frutas-salnes", 47, {"invoice": "s-frutas", "leaves": Decimal("12.50")}),
    # an old return: the credit is larger than what he owes
    ("invoice", "astilleros-ferrol", 150, {"key": "s-ferrol-1", "lines": (("compresor", 4),)}),
    ("payment", "astilleros-ferrol", 84, {"invoice": "s-ferrol-1"}),
    ("credit", "astilleros-ferrol", 72,
     {"invoice": "s-ferrol-1", "share": Decimal("0.5"), "reconciled": False}),
    ("invoice", "astilleros-ferrol", 118, {"key": "s-ferrol-2", "lines": (("guantes", 10),)}),
    # pauses: one customer until a day, one invoice until somebody ends it, one that is over
    ("pause", "metalurgica-porrino", 4,
     {"invoice": None, "reason": "Ha pedido plazo hasta cobrar una obra", "until": -9}),
    ("invoice", "viveros-lemos", 66, {"key": "s-viveros", "lines": (("carretilla", 1),)}),
    ("pause", "viveros-lemos", 24,
     {"invoice": "s-viveros", "reason": "Mercancía dañada: pendiente de abono", "until": None}),
    ("pause", "reformas-deza", 40,
     {"invoice": None, "reason": "Vacaciones del cliente", "until": 25}),
    # paying later: agreed on by phone, and waiting for a signature
    ("agreement", "ferretera-golfo", 3, {"offer": {"count": 4}, "accepted": True}),
    ("agreement", "barbanza", 2,
     {"offer": {"count": 3, "down_payment": 500}, "accepted": False}),
    # half of what is open promised for next week, and a part of an invoice in dispute
    ("promise", "harbor-supply", 1,
     {"invoice": "s-harbor", "share": Decimal("0.5"), "until": -6}),
    ("dispute", "talleres-ria", 6,
     {"invoice": "s-talleres", "share": Decimal("0.3"), "reason": "quantity",
      "description": "Llegaron dos compresores de tres; el albarán firmado dice dos.",
      "until": -8}),
    # calls that were made
    ("call", "barbanza", 20, {"outcome": "no_answer", "summary": "No contesta"}),
    ("call", "barbanza", 18,
     {"outcome": "more_time", "summary": "Cobra una obra a fin de mes", "reason": "own_customer"}),
    ("call", "lourido", 16,
     {"outcome": "right_party", "summary": "No tiene las facturas", "reason": "invoice_lost"}),
    # what the insurer decided: as asked for, reduced, refused, cancelled, for a while, not yet
    ("limit", "barbanza", 265, {"amount": 12000, "reference": "CL-1001"}),
    ("limit", "talleres-ria", 265, {"amount": 6000, "reference": "CL-1002"}),
    ("limit", "talleres-ria", 60,
     {"amount": 2000, "reference": "CL-1031", "decision": "reduced"}),
    ("limit", "hotel-illas", 265, {"amount": 9000, "reference": "CL-1003"}),
    ("limit", "harbor-supply", 265, {"amount": 15000, "reference": "CL-1004"}),
    ("limit", "ferretera-golfo", 262,
     {"amount": 0, "reference": "CL-1005", "decision": "refused"}),
    ("limit", "astilleros-ferrol", 265, {"amount": 8000, "reference": "CL-1006"}),
    ("limit", "astilleros-ferrol", 100,
     {"amount": 0, "reference": "CL-1027", "decision": "cancelled"}),
    ("limit", "electrinorte", 95, {"amount": 4000, "reference": "CL-1028", "until": -20}),
    ("limit", "forno", 90, {"amount": 2500, "kind": "discretionary"}),
    ("limit", "viveros-lemos", 90, {"amount": 5000, "reference": "CL-1029"}),
    ("limit", "metalurgica-porrino", 8,
     {"amount": 6000, "reference": "CL-1044", "decision": "requested"}),
    ("limit", "transportes-lugo", 265, {"amount": 9000, "reference": "CL-1007"}),
    ("limit", "gruas-bilbao", 265, {"amount": 14000, "reference": "CL-1008"}),
    ("limit", "conservas-noia", 265, {"amount": 10000, "reference": "CL-1009"}),
    ("limit", "thames-fixings", 265, {"amount": 8000, "reference": "CL-1010"}),
    ("limit", "lusomadeiras", 265, {"amount": 7000, "reference": "CL-1011"}),
    # more time than the policy's maximum extension: without it nothing later may be agreed on
    ("approval", "barbanza", 6, {"reference": "AUT-310", "until": -150}),
    ("approval", "harbor-supply", 6, {"reference": "AUT-311", "until": -30}),
    # the insurer was told that one doesn't pay, and is to be told of another
    ("notice", "harbor-supply", 10, {"reference": "AFP-2207"}),
    ("notice", "viveros-lemos", 2, {"reference": None}),
    # one went insolvent: the insurer knew in time, and has not answered the claim yet
    ("limit", "reformas-deza", 265, {"amount": 9000, "reference": "CL-1012"}),
    ("notice", "reformas-deza", 45, {"reference": "AFP-2198"}),
    ("insolvency", "reformas-deza", 31, {}),
    ("notice", "reformas-deza", 12, {"reference": "AFP-2204"}),
    ("claim", "reformas-deza", 12, {"reference": "SIN-1180", "costs": Decimal("180")}),
    # debts from the earlier system
    ("opening", "transportes-lugo", 270, {"amount": Decimal("860.40"), "due": 262}),
    ("opening", "marmoles-pontevedra", 270, {"amount": Decimal("1240.00"), "due": 255}),
    ("opening", "gruas-bilbao", 270, {"amount": Decimal("2315.75"), "due": 248}),
    ("opening", None, 270, {"amount": Decimal("95.30"), "due": 250}),
)
# fmt: on
