import QtQuick

// One of the last calls: turn, arrow, desk. One of the last seconds has a mark at its edge; one that is over stands
// without card, arrow and bold letters, so that nobody takes it for a call that still waits, in any theme.
Rectangle {
    id: root

    required property var ui
    property var call: null
    property bool someZone: hasZone // of all rows: their columns stand below each other
    property bool someLong: call ? call.desk.length > 3 : false
    readonly property bool isOver: call ? call.is_over : false
    readonly property bool hasMark: call ? call.is_recent && !isOver : false
    readonly property bool hasZone: call ? call.zone !== "" : false
    readonly property color ink: ui.color[isOver || call && call.is_serving ? "board-muted" : "board-text"]
    readonly property real figures: Math.min(height * 0.84, ui.px("row") * ui.figureHeight) * (isOver ? 0.75 : 1)
    readonly property real pad: Math.round(ui.u * 24)
    readonly property real free: width - 2 * pad - arrow.width - 1.1 * ui.gap
    readonly property real codeShare: ui.portrait ? 0.46 : someLong ? 0.52 : someZone ? 0.56 : 0.64
    readonly property bool zoneUnder: hasZone && !ui.portrait // beside the desk where rows are wide

    radius: Math.min(ui.radius, height / 4)
    color: isOver ? "transparent" : ui.color["board-panel"]
    border.width: isOver ? 0 : ui.outline
    border.color: ui.color["board-line"]
    Accessible.role: Accessible.ListItem
    Accessible.name: call ? call.name : ""
    Accessible.ignored: !visible

    Rectangle {
        objectName: "rowMark"
        anchors.left: parent.left
        anchors.leftMargin: Math.round(root.pad * 0.3)
        anchors.verticalCenter: parent.verticalCenter
        width: Math.round(root.pad * 0.4)
        height: Math.round(parent.height * 0.6)
        radius: width / 2
        color: root.ui.color["board-highlight"]
        visible: root.hasMark
    }

    Figures {
        id: code
        objectName: "rowCode"
        ui: root.ui
        anchors.left: parent.left
        anchors.leftMargin: root.pad
        anchors.verticalCenter: parent.verticalCenter
        width: Math.round(root.free * root.codeShare)
        height: Math.round(root.figures)
        text: root.call ? root.call.code : ""
        color: root.ink
        strong: !root.isOver
    }

    Icon {
        id: arrow
        objectName: "rowArrow"
        anchors.left: code.right
        anchors.leftMargin: root.ui.gap * 0.5
        anchors.verticalCenter: desk.verticalCenter
        name: "arrow"
        turns: true
        ink: root.ink
        side: Math.min(root.height * 0.42, root.width * 0.08)
        visible: !root.isOver
    }

    Figures {
        id: desk
        objectName: "rowDesk"
        ui: root.ui
        anchors.left: arrow.right
        anchors.leftMargin: root.ui.gap * 0.6
        y: root.zoneUnder ? Math.round(root.height * 0.08) : Math.round((root.height - height) / 2)
        width: Math.round(root.free * (1 - root.codeShare) * (root.hasZone && !root.zoneUnder ? 0.45 : 1))
        height: Math.round(Math.min(root.figures, root.height * (root.zoneUnder ? 0.52 : 1)))
        text: root.call ? root.call.desk : ""
        color: root.ink
        strong: !root.isOver
    }

    Label {
        objectName: "rowZone"
        ui: root.ui
        anchors.left: root.zoneUnder ? arrow.left : desk.right
        anchors.leftMargin: root.zoneUnder ? 0 : root.ui.gap
        anchors.right: parent.right
        anchors.rightMargin: root.pad / 2
        y: Math.round(root.height * (root.zoneUnder ? 0.6 : 0.04))
        height: Math.round(root.height * (root.zoneUnder ? 0.36 : 0.92))
        visible: root.hasZone
        text: root.call ? root.call.zone : ""
        color: root.ink
        size: root.ui.px("hint")
        wrapMode: root.zoneUnder ? Text.NoWrap : Text.WordWrap
        Accessible.ignored: true
    }
}
