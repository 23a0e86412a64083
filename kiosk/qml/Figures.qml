import QtQuick

// A turn code or a desk, as large as its box allows: capitals fill the height, the whole text fits the width.
Item {
    id: root

    required property var ui
    property string text: ""
    property color color: ui.color["board-text"]
    property bool centred: false
    property bool strong: true
    property real most: 10000
    readonly property real size: Math.max(1, Math.floor(Math.min(
        most, height / ui.figureHeight, width * 100 / Math.max(1, metrics.advanceWidth))))
    readonly property real paintedWidth: label.paintedWidth

    TextMetrics {
        id: metrics
        font.family: Qt.application.font.family
        font.pixelSize: 100
        font.weight: root.strong ? Font.Bold : Font.Normal
        text: root.text
    }

    Text {
        id: label
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width
        text: root.text
        color: root.color
        font.pixelSize: root.size
        font.weight: root.strong ? Font.Bold : Font.Normal
        textFormat: Text.PlainText
        horizontalAlignment: root.centred ? Text.AlignHCenter : Text.AlignLeft
        Accessible.ignored: true
    }
}
