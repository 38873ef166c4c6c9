import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const MEGABYTE = 1024 * 1024;

/**
 * A customer's page in the portal: tells the server that somebody looks at a reminder, copies
 * transfer data, unfolds the form that a link leads to, and says before sending that files are too
 * large or too many, so that nothing typed is lost.
 */
export class ReminderPage extends Interaction {
    static selector = ".o_cobranza_page";
    dynamicContent = {
        "[data-copy]": { "t-on-click": this.copy },
        "form[enctype]": { "t-on-submit": this.check },
        "a[href^='#']:not([href='#'])": { "t-on-click": this.unfold },
        _window: { "t-on-pageshow": this.ready },
    };

    start() {
        if (this.el.dataset.openedRoute) {
            rpc(this.el.dataset.openedRoute.split("?")[0], {
                access_token: this.el.dataset.accessToken || null,
            }).catch(() => {});
        }
        if (browser.navigator.clipboard) {
            for (const button of this.el.querySelectorAll("[data-copy]")) {
                button.classList.remove("d-none");
            }
        }
        // the link may have been followed before this script ran
        this.open(browser.location.hash);
        const asked = this.el.querySelector(
            "#talk, details[open] [data-problem], .alert[role=alert]:not(.d-none)"
        );
        asked?.scrollIntoView({ block: "center" });
    }

    async copy(ev) {
        const button = ev.currentTarget;
        await this.waitFor(browser.navigator.clipboard.writeText(button.dataset.copy));
        const label = button.querySelector("span");
        const before = label.textContent;
        label.textContent = _t("Copied");
        this.waitForTimeout(() => (label.textContent = before), 2000);
    }

    unfold(ev) {
        this.open(ev.currentTarget.getAttribute("href"));
    }

    open(hash) {
        const target = /^#\w+$/.test(hash) && this.el.querySelector(hash);
        if (target && target.tagName === "DETAILS") {
            target.open = true;
        }
    }

    check(ev) {
        const form = ev.currentTarget;
        const input = form.querySelector("input[type=file]");
        const wrong = input ? this.wrong([...input.files], input.dataset) : "";
        const problem = form.querySelector("[data-problem]");
        problem.classList.toggle("d-none", !wrong);
        if (wrong) {
            ev.preventDefault();
            problem.textContent = wrong;
            return;
        }
        // a second press sends nothing
        this.waitForTimeout(() => (form.querySelector("button[type=submit]").disabled = true), 0);
    }

    /** What is to be said against files, as the server would: what is too much never gets there. */
    wrong(files, { most, megabytes }) {
        const large = files.find((file) => file.size > megabytes * MEGABYTE);
        if (large) {
            return _t("“%(name)s” is larger than %(size)s MB: attach a smaller file.", {
                name: large.name,
                size: megabytes,
            });
        }
        if (files.length > most) {
            return _t("Please attach at most %(count)s files.", { count: most });
        }
        return "";
    }

    /** A browser that leads back here shows the page as it was left: something else can be sent. */
    ready() {
        for (const button of this.el.querySelectorAll("form[enctype] button[type=submit]")) {
            button.disabled = false;
        }
    }
}

registry.category("public.interactions").add("cobranza_dunning.reminder_page", ReminderPage);
