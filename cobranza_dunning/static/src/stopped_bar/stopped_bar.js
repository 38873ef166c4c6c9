import { Component, reactive, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { WebClient } from "@web/webclient/webclient";
import { patch } from "@web/core/utils/patch";

const APP = "cobranza_dunning.cobranza_menu";
const GROUP = "cobranza_dunning.group_auditor";
const EVERY_MINUTE = 60000;

/**
 * What `cobranza.stop.action_state` says about the companies on screen, kept up to date while
 * our app is the current one: whenever a screen is shown, and every minute.
 */
const stopService = {
    dependencies: ["orm", "menu"],
    start(env, { orm, menu }) {
        const state = reactive({ isOurs: false, stops: [], running: false, may: false });
        let allowed;

        async function refresh() {
            allowed ??= user.hasGroup(GROUP);
            state.isOurs = menu.getCurrentApp()?.xmlid === APP && (await allowed);
            if (state.isOurs) {
                Object.assign(state, await orm.silent.call("cobranza.stop", "action_state", [], {
                    context: user.context,
                }));
            }
        }

        // a server that can't be reached is told elsewhere
        const quietly = () => refresh().catch(() => {});
        env.bus.addEventListener("MENUS:APP-CHANGED", quietly);
        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", quietly);
        setInterval(quietly, EVERY_MINUTE);
        return { state, refresh };
    },
};
registry.category("services").add("cobranza_stop", stopService);

/** The bar under the menu that says who stopped automatic contact, when and why. */
export class StoppedBar extends Component {
    static template = "cobranza_dunning.StoppedBar";
    static props = {};

    setup() {
        this.stop = useService("cobranza_stop");
        this.state = useState(this.stop.state);
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async release(id) {
        await this.orm.call("cobranza.stop", "action_release", [[id]]);
        await this.stop.refresh();
        // the screen behind it may say what may leave now
        return this.action.doAction("soft_reload");
    }
}

patch(WebClient.components, { StoppedBar });

/** The button of collections managers that stops automatic contact, beside the user's menu. */
export class StopButton extends Component {
    static template = "cobranza_dunning.StopButton";
    static props = {};

    setup() {
        this.stop = useService("cobranza_stop");
        this.state = useState(this.stop.state);
        this.action = useService("action");
    }

    open() {
        return this.action.doAction("cobranza_dunning.cobranza_stop_action_stop", {
            onClose: () => this.stop.refresh(),
        });
    }
}

registry.category("systray").add("cobranza_dunning.stop", { Component: StopButton }, { sequence: 60 });
