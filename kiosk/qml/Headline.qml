import QtQuick

// No call to show: welcome, closed, or waiting for the office.
Rectangle {
    id: root

    required property var ui
    required property var view
    readonly property real pad: Math.round(ui.u * 56)
    readonly property real inner: height - 2 * pad

    radius: ui.radius
    color: ui.color["board-card"]
    border.width: ui.outline
    border.color: ui.color["board-line"]
    Accessible.role: Accessible.AlertMessage
    Accessible.name: view.headlines.join(", ")
    Accessible.ignored: !visible

    Words {
        ui: root.ui
        x: root.pad
        y: root.pad
        width: parent.width - 2 * root.pad
        height: Math.round(root.inner * 0.7)
        words: root.view.headlines
        ink: root.ui.color["on-board-card"]
        size: root.ui.px("state") * 0.8
    }

    Label {
        objectName: "subline"
        ui: root.ui
        x: root.pad
        y: root.pad + Math.round(root.inner * 0.74)
        width: parent.width - 2 * root.pad
        height: Math.round(root.inner * 0.26)
        text: root.view.subline
        color: root.ui.color["on-board-card-muted"]
        size: root.ui.px("title") * 1.3
        wrapMode: Text.WordWrap
    }
}
