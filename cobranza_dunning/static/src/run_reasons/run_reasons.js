import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What a run decided, by outcome and reason; each row opens its decisions. */
export class RunReasons extends Component {
    static template = "cobranza_dunning.RunReasons";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    /** Rows of `cobranza.run._compute_reason_rows`: outcomes, each followed by its reasons. */
    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    open(row) {
        return this.action.doActionButton({
            type: "object",
            name: "action_view_lines",
            resModel: this.props.record.resModel,
            resId: this.props.record.resId,
            args: JSON.stringify([row.outcome, row.reason]),
            context: this.props.record.context, // with the user's language
        });
    }
}

registry.category("fields").add("cobranza_run_reasons", {
    component: RunReasons,
    supportedTypes: ["json"],
});
