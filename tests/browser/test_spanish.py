"""A Spanish user sees Spanish."""

ENGLISH = {"Today", "Customers", "Reminders", "Agreements", "Runs", "Configuration", "Collections"}


def test_menus_and_reasons(spanish, office, worked):
    """App, menus, columns and the reasons beside the due lines."""
    spanish.app("Cobranza")
    menus = set(spanish.page.locator(".o_menu_sections").inner_text().split("\n"))
    assert {"Hoy", "Clientes", "Recordatorios", "Acuerdos", "Procesos", "Configuración"} <= menus
    assert not menus & ENGLISH
    debtor = office.env["cobranza.debtor"].search_read(
        [("company_id", "=", office.company_id)], ["due_line_ids"], limit=1,
        order="overdue_amount desc")[0]
    # whether he is in the list of today depends on what others did before
    spanish.open(f"debtors/{debtor['id']}")
    spanish.page.wait_for_selector(".o_field_widget[name=due_line_ids] .o_data_row")
    explain = office.env["account.move.line"].with_context(lang="es_ES").cobranza_explain
    text = spanish.field("due_line_ids").inner_text()
    english = office.env["account.move.line"].cobranza_explain(debtor["due_line_ids"])
    for one, other in zip(explain(debtor["due_line_ids"]), english, strict=True):
        assert one["sentence"] in text
        assert one["sentence"] != other["sentence"]
    spanish.shot("13_deudor_en_espanol")


def test_settings(spanish):
    spanish.app("Cobranza")
    spanish.menu("Configuración", "Ajustes")
    spanish.page.wait_for_selector(".o_form_view .o_field_widget[name=cobranza_run_mode]")
    block = spanish.page.locator(".o_form_sheet").inner_text()
    assert "Daily run" not in block and "Política" in block
