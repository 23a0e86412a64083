import QtQuick

// How to take a turn from here: QR, the code to type, and what it is for. Upright or lying, by its own shape; lying,
// the QR has the whole height of the card.
Rectangle {
    id: root

    required property var ui
    required property var view
    readonly property bool lies: width > height * 1.25
    readonly property real pad: Math.round(ui.u * 18)
    readonly property bool hasCode: view.join.url !== ""
    readonly property bool splits: lies && width - height < ui.px("code") * 5
    readonly property real edge: lies ? ui.outline : pad
    readonly property real side: Math.floor(lies ? height - 2 * edge
        : Math.min(width - 2 * pad, height - 3 * pad - words.codeHeight - ui.px("hint") * 2.8))

    radius: ui.radius
    color: ui.color["board-panel"]
    border.width: ui.outline
    border.color: ui.color["board-line"]

    JoinCode {
        ui: root.ui
        view: root.view
        x: root.lies ? (root.ui.isRtl ? root.width - width - root.edge : root.edge) : Math.round((root.width - width) / 2)
        y: root.edge
        width: root.side
        height: root.side
        radius: root.lies ? root.radius - root.edge : Math.round(root.ui.radius / 3)
    }

    Item {
        id: words
        readonly property real start: root.hasCode && root.lies ? root.edge + root.side + root.pad * 0.5 : root.pad
        readonly property var parts: !root.hasCode ? [] : root.splits ? [root.view.join.code.slice(0, 5), root.view.join.code.slice(5)] : [root.view.join.code]
        readonly property real partHeight: Math.round(root.ui.px("code") * (root.lies ? 0.86 : 1.1))
        readonly property real codeHeight: parts.length * partHeight
        x: root.ui.isRtl ? root.pad : start
        y: root.lies || !root.hasCode ? root.pad : 2 * root.pad + root.side
        width: root.width - start - root.pad
        height: root.height - y - root.pad

        Label {
            objectName: "joinHint"
            ui: root.ui
            width: parent.width
            height: parent.height - words.codeHeight
            text: root.view.join.hint
            color: root.ui.color["board-muted"]
            size: root.ui.px("hint")
            wrapMode: Text.WordWrap
            horizontalAlignment: root.lies ? Text.AlignLeft : Text.AlignHCenter
        }

        Repeater {
            model: words.parts.length

            Figures {
                required property int index
                objectName: "joinCode" + index
                ui: root.ui
                y: words.height - (words.parts.length - index) * words.partHeight
                width: words.width
                height: words.partHeight
                text: words.parts[index] ?? ""
                centred: !root.lies
                most: root.ui.px("code")
                Accessible.role: Accessible.StaticText
                Accessible.name: root.view.join.code
                Accessible.ignored: index > 0 || !visible
            }
        }
    }
}
