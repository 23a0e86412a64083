import QtQuick

// Which screen this is, when the office asks: a card over the office's name, never over a call or the time.
Rectangle {
    id: root

    required property var ui
    property var lines: []
    readonly property real pad: Math.round(ui.u * 24)

    radius: Math.min(ui.radius, height / 4)
    color: ui.color["board-card"]
    border.width: ui.outline
    border.color: ui.color["board-line"]
    Accessible.role: Accessible.StaticText
    Accessible.name: lines.join(", ")
    Accessible.ignored: !visible

    Repeater {
        model: root.lines.length

        Label {
            required property int index
            objectName: "identify" + index
            ui: root.ui
            x: root.pad
            y: Math.round(index * root.height / root.lines.length)
            width: root.width - 2 * root.pad
            height: Math.floor(root.height / root.lines.length)
            text: root.lines[index] ?? ""
            color: root.ui.color["on-board-card"]
            size: root.ui.px("title") * 0.9
            wrapMode: Text.WordWrap
            font.weight: index === 0 ? Font.Bold : Font.Normal
            Accessible.ignored: true
        }
    }
}
