import QtQuick

// The last calls, newest first: two columns of two on a lying screen, one column of four or more on an upright one.
Item {
    id: root

    required property var ui
    required property var view
    readonly property real captionHeight: Math.round(Math.min(ui.px("label") * 1.25, height * 0.2))
    readonly property real free: height - captionHeight
    readonly property real gap: Math.round(ui.gap * 0.4)
    readonly property int columns: ui.portrait ? 1 : 2
    readonly property int lines: ui.portrait ? Math.max(4, Math.min(5, Math.floor((free + gap) / (ui.px("row") + gap)))) : 2
    readonly property real cellWidth: Math.floor((width - (columns - 1) * gap) / columns)
    readonly property real cellHeight: Math.floor((free + gap) / lines - gap)

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
        model: root.columns * root.lines

        CallRow {
            required property int index
            readonly property real across: Math.floor(index / root.lines) * (root.cellWidth + root.gap)
            ui: root.ui
            x: root.ui.isRtl ? root.width - across - width : across
            y: root.captionHeight + (index % root.lines) * (root.cellHeight + root.gap)
            width: root.cellWidth
            height: root.cellHeight
            call: root.view.rows[index] ?? null
            someZone: root.view.rows.some((row) => row.zone !== "")
            someLong: root.view.rows.some((row) => row.desk.length > 3)
            visible: call !== null
        }
    }
}
