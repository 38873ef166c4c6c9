import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/**
 * Opens a link of the phone's own apps and reads the records again; with `stay` only those of the
 * dialog it was pressed in, which stays open.
 *
 * Odoo's action for addresses (ir.actions.act_url) takes "tel:" and "sms:" for pages of the server.
 */
async function openLink(env, action, options) {
    const { url, stay } = action.params;
    if (/^(tel|sms):\+\d/.test(url)) {
        browser.location.assign(url);
    }
    if (stay) {
        await options.onClose?.();
        return;
    }
    return { type: "ir.actions.client", tag: "soft_reload" };
}

registry.category("actions").add("cobranza_open_link", openLink);
