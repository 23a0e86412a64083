import QtQuick

// The same words in every language, one under the other: the office's first language largest.
Item {
    id: root

    required property var ui
    property var words: []
    property color ink: "black"
    property real size: 100
    readonly property real firstSize: repeater.count > 0 ? repeater.itemAt(0).fontInfo.pixelSize : 0
    readonly property int count: Math.max(1, words.length)
    readonly property real firstHeight: Math.floor(height * (count === 1 ? 1 : 2 / (count + 1)))
    readonly property real otherHeight: count === 1 ? 0 : Math.floor((height - firstHeight) / (count - 1))

    Accessible.ignored: true

    Repeater {
        id: repeater
        model: root.words.length

        Label {
            required property int index
            objectName: "word" + index
            ui: root.ui
            y: index === 0 ? 0 : root.firstHeight + (index - 1) * root.otherHeight
            width: root.width
            height: index === 0 ? root.firstHeight : root.otherHeight
            text: root.words[index] ?? ""
            color: root.ink
            size: root.size * (index === 0 ? 1 : 0.6)
            least: 0.2
            wrapMode: index === 0 ? Text.WordWrap : Text.NoWrap
            font.weight: Font.Bold
            Accessible.ignored: true
        }
    }
}
