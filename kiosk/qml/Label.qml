import QtQuick

// One or more lines of words in a box of fixed size: shrinks to fit, never clips, never reads markup.
Text {
    required property var ui
    property real size: 40
    property real least: 0.45

    color: ui.color["board-text"]
    font.pixelSize: Math.max(1, Math.round(size))
    fontSizeMode: Text.Fit
    minimumPixelSize: Math.max(1, Math.round(size * least))
    textFormat: Text.PlainText
    horizontalAlignment: Text.AlignLeft
    verticalAlignment: Text.AlignVCenter
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: text === "" || !visible
}
