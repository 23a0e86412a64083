import QtQuick

// The door: enter or wait, the called codes that always may enter, and the way to prove presence.
Item {
    id: root

    required property var ui
    required property var view
    readonly property var door: view.door
    readonly property bool hasJoin: view.join.hint !== ""
    readonly property bool hasCodes: door.codes.length > 0
    readonly property string tone: door.state === "enter" ? "board-enter" : door.state === "wait" ? "board-wait" : "board-card"
    readonly property color ink: ui.color["on-" + tone]
    readonly property real side: ui.portrait ? width : Math.round(width * 0.4)
    readonly property real mainWidth: ui.portrait || !hasJoin ? width : width - side - ui.gap
    readonly property real mainHeight: ui.portrait && hasJoin ? Math.round(height * 0.5) : height
    readonly property real codesHeight: hasCodes ? Math.round(mainHeight * (may.lines > 1 ? 0.46 : 0.34)) : 0
    readonly property bool isMoving: false
    readonly property real codeSize: said.firstSize
    readonly property real deskSize: said.firstSize

    Rectangle {
        id: state
        anchors.left: parent.left
        width: root.mainWidth
        height: root.mainHeight - (root.hasCodes ? root.codesHeight + root.ui.gap : 0)
        radius: root.ui.radius
        color: root.ui.color[root.tone]
        border.width: root.ui.outline
        border.color: root.ui.color["board-line"]
        Accessible.role: Accessible.AlertMessage
        Accessible.name: root.door.words.join(", ")

        readonly property real pad: Math.round(root.ui.u * 36)
        readonly property real iconSide: Math.min(height * 0.5, width * 0.26)

        Icon {
            id: sign
            anchors.left: parent.left
            anchors.leftMargin: state.pad
            anchors.verticalCenter: parent.verticalCenter
            name: ({ "enter": "enter", "wait": "wait", "closed": "closed", "ask": "unknown" })[root.door.state]
            turns: root.door.state === "enter"
            ink: root.ink
            side: state.iconSide
        }

        Words {
            id: said
            ui: root.ui
            anchors.left: sign.right
            anchors.leftMargin: state.pad
            anchors.right: parent.right
            anchors.rightMargin: state.pad
            y: state.pad
            height: parent.height - 2 * state.pad
            words: root.door.words
            ink: root.ink
            size: root.ui.px("state")
        }
    }

    Rectangle {
        id: may
        anchors.left: parent.left
        y: root.mainHeight - height
        width: root.mainWidth
        height: root.codesHeight
        visible: root.hasCodes
        radius: root.ui.radius
        color: root.ui.color["board-panel"]
        border.width: root.ui.outline
        border.color: root.ui.color["board-line"]
        Accessible.role: Accessible.StaticText
        Accessible.name: root.view.door.may_enter + ": " + root.door.codes.join(", ")
        Accessible.ignored: !visible

        readonly property real pad: Math.round(root.ui.u * 32)
        readonly property real captionHeight: Math.round(Math.min(root.ui.px("label") * 1.3, height * 0.24))
        readonly property int columns: Math.max(2, Math.min(root.ui.portrait ? 3 : 4, root.door.codes.length))
        readonly property int lines: Math.max(1, Math.min(2, Math.ceil(root.door.codes.length / columns)))
        readonly property real cellHeight: Math.floor((height - 1.25 * pad - captionHeight) / lines)

        Label {
            objectName: "mayEnter"
            ui: root.ui
            x: may.pad
            y: Math.round(may.pad / 2)
            width: parent.width - 2 * may.pad
            height: may.captionHeight
            text: root.door.may_enter
            color: root.ui.color["board-muted"]
            size: root.ui.px("label")
            Accessible.ignored: true
        }

        Repeater {
            model: Math.min(root.door.codes.length, may.columns * 2)

            Figures {
                required property int index
                objectName: "mayEnterCode"
                readonly property real cell: (may.width - 2 * may.pad) / may.columns
                readonly property real across: may.pad + (index % may.columns) * cell
                ui: root.ui
                x: root.ui.isRtl ? may.width - across - cell : across
                y: Math.round(may.pad * 0.75) + may.captionHeight + Math.floor(index / may.columns) * may.cellHeight
                width: cell - 1.5 * root.ui.gap
                height: Math.floor(may.cellHeight * 0.84)
                text: root.door.codes[index] ?? ""
                most: root.ui.px("row") * 1.5
            }
        }
    }

    JoinPanel {
        ui: root.ui
        view: root.view
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        width: root.side
        height: root.ui.portrait ? parent.height - root.mainHeight - root.ui.gap : parent.height
        visible: root.hasJoin
    }
}
