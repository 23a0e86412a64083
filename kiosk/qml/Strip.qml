import QtQuick

// A notice of the office, or how old the picture is.
Rectangle {
    id: root

    required property var ui
    required property var view
    readonly property bool isStale: view.strip === "stale"
    readonly property color ink: ui.color[isStale ? "on-board-stale" : "on-board-notice"]

    radius: Math.min(ui.radius, height / 3)
    color: ui.color[isStale ? "board-stale" : "board-notice"]
    border.width: ui.outline
    border.color: ui.color["board-line"]

    Icon {
        id: sign
        anchors.left: parent.left
        anchors.leftMargin: root.ui.gap
        anchors.verticalCenter: parent.verticalCenter
        name: root.isStale ? "stale" : "notice"
        ink: root.ink
        side: Math.min(parent.height * 0.6, root.ui.px("notice"))
    }

    Label {
        objectName: "strip"
        ui: root.ui
        anchors.left: sign.right
        anchors.leftMargin: root.ui.gap * 0.75
        anchors.right: parent.right
        anchors.rightMargin: root.ui.gap
        height: parent.height
        text: root.view.strip_text
        color: root.ink
        size: root.ui.px("notice")
        least: 0.4
        wrapMode: Text.WordWrap
        Accessible.role: root.isStale ? Accessible.AlertMessage : Accessible.StaticText
    }
}
