import QtQuick

// The hall: the newest call across the whole width, under it the last ones and the way to take a turn.
Item {
    id: root

    required property var ui
    required property var view
    readonly property bool isCalling: view.mode === "calling"
    readonly property bool hasJoin: view.join.hint !== ""
    readonly property real gap: Math.round(ui.gap * 0.75)
    readonly property real heroHeight: Math.round(height * (ui.portrait ? 0.4 : 0.465))
    readonly property real under: height - heroHeight - gap
    readonly property real joinHeight: !hasJoin ? 0 : ui.portrait ? Math.round(ui.u * 340) : isCalling ? under : height
    readonly property real joinWidth: !hasJoin ? 0 : ui.portrait ? width : Math.round(isCalling ? under + Math.min(ui.px("code") * 3.2, width * 0.16) : width * 0.4)
    readonly property bool isMoving: hero.isMoving
    readonly property real codeSize: hero.codeSize
    readonly property real deskSize: hero.deskSize

    Hero {
        id: hero
        ui: root.ui
        view: root.view
        width: root.width
        height: root.heroHeight
        visible: root.isCalling
    }

    Headline {
        ui: root.ui
        view: root.view
        anchors.left: parent.left
        width: root.ui.portrait || !root.hasJoin ? root.width : root.width - root.joinWidth - root.ui.gap
        height: root.ui.portrait && root.hasJoin ? root.height - root.joinHeight - root.gap : root.height
        visible: !root.isCalling
    }

    CallList {
        ui: root.ui
        view: root.view
        anchors.left: parent.left
        y: root.heroHeight + root.gap
        width: root.ui.portrait || !root.hasJoin ? root.width : root.width - root.joinWidth - root.ui.gap
        height: root.ui.portrait && root.hasJoin ? root.under - root.joinHeight - root.gap : root.under
        visible: root.isCalling
    }

    JoinPanel {
        ui: root.ui
        view: root.view
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        width: root.joinWidth
        height: root.joinHeight
        visible: root.hasJoin
    }
}
