import QtQuick

// A drawn sign, painted for its size and colour; it never stands without words beside it.
Image {
    property string name: ""
    property color ink: "black"
    property real side: 40
    property bool turns: false // points the other way where the writing goes from right to left

    width: Math.round(side)
    height: Math.round(side)
    sourceSize: Qt.size(width, height)
    source: name === "" ? "" : "image://icon/" + name + "/" + String(ink).slice(1)
    mirror: turns && LayoutMirroring.enabled
    cache: false
    Accessible.ignored: true
}
