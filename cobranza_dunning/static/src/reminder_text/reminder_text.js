import { DynamicPlaceholderPlugin } from "@html_editor/others/dynamic_placeholder_plugin";
import { Plugin } from "@html_editor/plugin";
import { HtmlMailField, htmlMailField } from "@mail/views/web/fields/html_mail_field/html_mail_field";
import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Shows the named blocks of a reminder's text by name: what they hold is filled in by code. */
class NamedBlocksPlugin extends Plugin {
    static id = "cobranzaNamedBlocks";
    resources = {
        normalize_handlers: this.nameBlocks.bind(this),
        clean_for_save_handlers: ({ root }) => {
            for (const block of root.querySelectorAll("[data-cobranza-block]")) {
                block.removeAttribute("data-cobranza-block");
            }
        },
        system_attributes: ["data-cobranza-block"],
    };

    nameBlocks(root) {
        for (const [expression, name] of this.config.cobranzaBlocks) {
            for (const block of root.querySelectorAll(`[t-out="${expression}"]`)) {
                block.setAttribute("data-cobranza-block", name);
            }
        }
    }
}

/** The editor of a reminder's text: prose, and a bar that puts named blocks into it. */
export class ReminderTextField extends HtmlMailField {
    static template = "cobranza_dunning.ReminderTextField";

    get blocks() {
        return this.props.record.data.cobranza_blocks || [];
    }

    getConfig() {
        const config = super.getConfig();
        config.cobranzaBlocks = this.blocks;
        config.Plugins = [
            ...config.Plugins.filter((plugin) => plugin !== DynamicPlaceholderPlugin),
            NamedBlocksPlugin,
        ];
        return config;
    }

    /** Put a block where the cursor is. */
    insertBlock([expression]) {
        const block = document.createElement("t");
        block.setAttribute("t-out", expression);
        this.editor.shared.selection.focusEditable();
        this.editor.shared.dom.insert(block);
        this.editor.shared.history.addStep();
    }
}

registry.category("fields").add("cobranza_reminder_text", {
    ...htmlMailField,
    component: ReminderTextField,
    extractProps(info, dynamicInfo) {
        const props = htmlMailField.extractProps(info, dynamicInfo);
        return { ...props, dynamicPlaceholder: true }; // brings the plugin that protects blocks
    },
    fieldDependencies: [{ name: "cobranza_blocks", type: "json" }],
});

/** The languages of a text, side by side: what is written is kept before another one is shown. */
export class LanguageField extends Component {
    static template = "cobranza_dunning.LanguageField";
    static props = { ...standardFieldProps };

    get languages() {
        return this.props.record.fields[this.props.name].selection;
    }

    async choose(code) {
        const { record, name } = this.props;
        if (!(await record.isDirty()) || (await record.save())) {
            await record.update({ [name]: code });
        }
    }
}

registry.category("fields").add("cobranza_language", {
    component: LanguageField,
    supportedTypes: ["selection"],
});
