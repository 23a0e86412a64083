import QtQuick

// The last calls: as many rows as there is room for, at least three on any screen.
Item {
    id: root

    required property var ui
    required property var view
    readonly property real captionHeight: Math.round(ui.px("label") * 1.3)
    readonly property real free: height - captionHeight
    readonly property real gap: Math.round(ui.gap / 2)
    readonly property real wanted: ui.px("row") * 1.12
    readonly property real rowHeight: Math.floor(Math.min(wanted * 1.4, Math.max((free + gap) / fitting - gap, 1)))
    readonly property int fitting: Math.max(3, Math.min(5, Math.floor((free + gap) / (wanted + gap))))

    Label {
        objectName: "recentCaption"
        ui: root.ui
        width: parent.width
        height: root.captionHeight
        text: root.view.recent_caption
        color: root.ui.color["board-muted"]
        size: root.ui.px("label")
        Accessible.role: Accessible.Heading
    }

    Repeater {
        model: root.fitting

        CallRow {
            required property int index
            ui: root.ui
            y: root.captionHeight + index * (root.rowHeight + root.gap)
            width: root.width
            height: root.rowHeight
            call: root.view.rows[index] ?? null
            visible: call !== null
        }
    }
}
