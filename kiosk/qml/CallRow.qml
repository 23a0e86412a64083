import QtQuick

// One of the last calls: turn, arrow, desk.
Rectangle {
    id: root

    required property var ui
    property var call: null
    readonly property bool isNew: call ? call.is_new : false
    readonly property color ink: ui.color[isNew ? "on-board-highlight" : call && call.is_serving ? "board-muted" : "board-text"]
    readonly property real figures: Math.min(height * 0.68, ui.px("row") * ui.figureHeight)
    readonly property real pad: Math.round(ui.u * 32)

    radius: Math.min(ui.radius, height / 4)
    color: ui.color[isNew ? "board-highlight" : "board-panel"]
    border.width: ui.outline
    border.color: ui.color["board-line"]
    Accessible.role: Accessible.ListItem
    Accessible.name: call ? call.name : ""
    Accessible.ignored: !visible

    Figures {
        id: code
        objectName: "rowCode"
        ui: root.ui
        anchors.left: parent.left
        anchors.leftMargin: root.pad
        anchors.verticalCenter: parent.verticalCenter
        width: Math.round((parent.width - 2 * root.pad) * 0.48)
        height: Math.round(root.figures)
        text: root.call ? root.call.code : ""
        color: root.ink
    }

    Icon {
        id: arrow
        anchors.left: code.right
        anchors.verticalCenter: parent.verticalCenter
        name: "arrow"
        turns: true
        ink: root.ink
        side: Math.min(root.height * 0.5, parent.width * 0.1)
    }

    Figures {
        id: desk
        objectName: "rowDesk"
        ui: root.ui
        anchors.left: arrow.right
        anchors.leftMargin: root.ui.gap
        anchors.verticalCenter: parent.verticalCenter
        width: Math.round((root.width - root.pad - root.ui.gap - code.width - arrow.width - root.pad) * (zone.visible ? 0.4 : 1))
        height: Math.round(root.figures)
        text: root.call ? root.call.desk : ""
        color: root.ink
    }

    Label {
        id: zone
        objectName: "rowZone"
        ui: root.ui
        anchors.left: desk.right
        anchors.leftMargin: root.ui.gap / 2
        anchors.right: parent.right
        anchors.rightMargin: root.pad / 2
        height: parent.height
        visible: text !== ""
        text: root.call ? root.call.zone : ""
        color: root.ink
        size: root.ui.px("hint")
        wrapMode: Text.WordWrap
        Accessible.ignored: true
    }
}
