import QtQuick

// The hall: the newest call, the last ones, and the way to take a turn.
Item {
    id: root

    required property var ui
    required property var view
    readonly property bool isCalling: view.mode === "calling"
    readonly property bool hasJoin: view.join.hint !== ""
    readonly property real side: ui.portrait ? width : Math.round(width * 0.4)
    readonly property real joinHeight: !hasJoin ? 0 : Math.round(ui.portrait ? ui.u * 290 : Math.min(height * 0.38, ui.u * 290))
    readonly property real heroHeight: ui.portrait ? Math.round(height * 0.42) : height
    readonly property real heroWidth: ui.portrait ? width : width - (hasSide ? side + ui.gap : 0)
    readonly property bool hasSide: hasJoin || isCalling
    readonly property bool isMoving: hero.isMoving
    readonly property real codeSize: hero.codeSize
    readonly property real deskSize: hero.deskSize

    Hero {
        id: hero
        ui: root.ui
        view: root.view
        anchors.left: parent.left
        width: root.heroWidth
        height: root.heroHeight
        visible: root.isCalling
    }

    Headline {
        ui: root.ui
        view: root.view
        anchors.left: parent.left
        width: root.heroWidth
        height: root.ui.portrait ? parent.height - (root.hasJoin ? join.height + root.ui.gap : 0) : parent.height
        visible: !root.isCalling
    }

    CallList {
        ui: root.ui
        view: root.view
        anchors.right: parent.right
        y: root.ui.portrait ? root.heroHeight + root.ui.gap * 0.5 : 0
        width: root.side
        height: parent.height - y - (root.hasJoin ? root.joinHeight + root.ui.gap : 0)
        visible: root.isCalling
    }

    JoinPanel {
        id: join
        ui: root.ui
        view: root.view
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        width: root.side
        height: root.isCalling || root.ui.portrait ? root.joinHeight : parent.height
        visible: root.hasJoin
    }
}
