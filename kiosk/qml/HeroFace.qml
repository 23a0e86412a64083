import QtQuick

// The newest call in one set of colours: turn over desk, an arrow from one to the other.
Rectangle {
    id: root

    required property var ui
    required property var view
    required property var call
    property color ink: "black"
    property color soft: "black"
    property bool isSpoken: true
    readonly property real pad: Math.round(ui.u * 44)
    readonly property real captionHeight: Math.round(ui.px("label") * 1.3)
    readonly property real free: height - 2 * pad - 2 * captionHeight - ui.gap
    readonly property real codeHeight: Math.round(free * 0.54)
    readonly property real deskHeight: Math.round(free * 0.46)
    readonly property real codeSize: code.size
    readonly property real deskSize: desk.size

    radius: ui.radius
    Accessible.role: Accessible.AlertMessage
    Accessible.name: call ? call.name : ""
    Accessible.ignored: !isSpoken || !visible

    Label {
        id: turnCaption
        ui: root.ui
        x: root.pad
        y: root.pad
        width: parent.width - 2 * root.pad
        height: root.captionHeight
        text: root.view.turn_caption
        color: root.soft
        size: root.ui.px("label")
        Accessible.ignored: true
    }

    Figures {
        id: code
        objectName: "heroCode"
        ui: root.ui
        x: root.pad
        y: turnCaption.y + turnCaption.height
        width: parent.width - 2 * root.pad
        height: root.codeHeight
        text: root.call ? root.call.code : ""
        color: root.ink
    }

    Label {
        id: deskCaption
        ui: root.ui
        x: root.pad
        y: parent.height - root.pad - root.deskHeight - height
        width: parent.width - 2 * root.pad
        height: root.captionHeight
        text: root.view.desk_caption
        color: root.soft
        size: root.ui.px("label")
        Accessible.ignored: true
    }

    Item {
        id: deskLine
        x: root.pad
        y: parent.height - root.pad - height
        width: parent.width - 2 * root.pad
        height: root.deskHeight

        Icon {
            id: arrow
            anchors.left: parent.left
            anchors.verticalCenter: parent.verticalCenter
            name: "arrow"
            turns: true
            ink: root.soft
            side: Math.min(parent.height * 0.9, parent.width * 0.22)
        }

        Figures {
            id: desk
            objectName: "heroDesk"
            ui: root.ui
            anchors.left: arrow.right
            anchors.leftMargin: root.ui.gap
            width: Math.round((parent.width - arrow.width - 2 * root.ui.gap) * (zone.visible ? 0.5 : 1))
            height: parent.height
            text: root.call ? root.call.desk : ""
            color: root.ink
        }

        Label {
            id: zone
            objectName: "heroZone"
            ui: root.ui
            anchors.right: parent.right
            anchors.left: desk.right
            anchors.leftMargin: root.ui.gap
            height: parent.height
            visible: text !== ""
            text: root.call ? root.call.zone : ""
            color: root.ink
            size: root.ui.px("title") * 1.6
            wrapMode: Text.WordWrap
            Accessible.ignored: true
        }
    }
}
