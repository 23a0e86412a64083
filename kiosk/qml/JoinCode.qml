import QtQuick

// The QR of the rotating code in modules of whole pixels on white, whatever the theme.
Rectangle {
    id: root

    required property var ui
    required property var view
    readonly property string url: view.join.url

    color: "white"
    radius: Math.round(ui.radius / 3)
    visible: url !== ""
    Accessible.role: Accessible.Graphic
    Accessible.name: view.join.hint
    Accessible.ignored: !visible

    Image {
        objectName: "qr"
        anchors.centerIn: parent
        source: root.url === "" ? "" : "image://qr/" + encodeURIComponent(root.url)
        sourceSize: Qt.size(root.width, root.height)
        smooth: false
        cache: false
    }
}
