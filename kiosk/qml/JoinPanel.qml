import QtQuick

// How to take a turn from here: QR, the code to type, and what it is for. Upright or lying, by its own shape.
Rectangle {
    id: root

    required property var ui
    required property var view
    readonly property bool lies: width > height * 1.7
    readonly property real pad: Math.round(ui.u * 18)
    readonly property bool hasCode: view.join.url !== ""
    readonly property real codeHeight: Math.round(ui.px("code") * (lies ? 0.9 : 1.1))
    readonly property real side: Math.floor(lies ? height - 2 * pad
        : Math.min(width - 2 * pad, height - 3 * pad - codeHeight - ui.px("hint") * 2.8))

    radius: ui.radius
    color: ui.color["board-panel"]
    border.width: ui.outline
    border.color: ui.color["board-line"]

    JoinCode {
        id: qr
        ui: root.ui
        view: root.view
        x: root.lies ? (root.ui.isRtl ? root.width - width - root.pad : root.pad) : Math.round((root.width - width) / 2)
        y: root.pad
        width: root.side
        height: root.side
    }

    Item {
        id: words
        readonly property real start: root.hasCode && root.lies ? 2 * root.pad + root.side : root.pad
        x: root.ui.isRtl ? root.pad : start
        y: root.lies || !root.hasCode ? root.pad : 2 * root.pad + root.side
        width: root.width - start - root.pad
        height: root.height - y - root.pad

        Label {
            id: hint
            objectName: "joinHint"
            ui: root.ui
            width: parent.width
            height: parent.height - (root.hasCode ? root.codeHeight : 0)
            text: root.view.join.hint
            color: root.ui.color["board-muted"]
            size: root.ui.px("hint")
            wrapMode: Text.WordWrap
            horizontalAlignment: root.lies ? Text.AlignLeft : Text.AlignHCenter
        }

        Figures {
            objectName: "joinCode"
            ui: root.ui
            anchors.bottom: parent.bottom
            width: parent.width
            height: root.codeHeight
            visible: root.hasCode
            text: root.view.join.code
            centred: !root.lies
            most: root.ui.px("code")
            Accessible.role: Accessible.StaticText
            Accessible.name: text
            Accessible.ignored: !visible
        }
    }
}
