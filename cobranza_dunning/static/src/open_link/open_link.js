import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/**
 * Opens a link of the phone's own apps and reads the records again.
 *
 * Odoo's action for addresses (ir.actions.act_url) takes "tel:" and "sms:" for pages of the server.
 */
function openLink(env, action) {
    const { url } = action.params;
    if (/^(tel|sms):\+\d/.test(url)) {
        browser.location.assign(url);
    }
    return { type: "ir.actions.client", tag: "soft_reload" };
}

registry.category("actions").add("cobranza_open_link", openLink);
