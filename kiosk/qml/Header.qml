import QtQuick

// The office, how full it is, and the time.
Item {
    id: root

    required property var ui
    required property var view
    readonly property bool hasOccupancy: view.occupancy !== "none" && !isAsked
    readonly property bool isAsked: view.identify.length > 0 // the card of the identity stands here then
    readonly property real identityWidth: width - clock.width - ui.gap

    Label {
        objectName: "title"
        ui: root.ui
        anchors.left: parent.left
        anchors.top: parent.top
        anchors.right: clock.left
        anchors.rightMargin: root.ui.gap
        height: Math.round(parent.height - (root.hasOccupancy ? root.ui.px("hint") * 1.3 : 0))
        visible: !root.isAsked
        text: root.view.title
        size: root.ui.px("title")
        wrapMode: root.ui.portrait ? Text.WordWrap : Text.NoWrap
        font.weight: Font.Bold
        Accessible.role: Accessible.Heading
    }

    Icon {
        id: people
        anchors.left: parent.left
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Math.round((root.ui.px("hint") * 1.3 - height) / 2)
        visible: root.hasOccupancy
        name: ({ "free": "people", "nearly_full": "people", "full": "full", "unknown": "unknown" })[root.view.occupancy] ?? ""
        ink: root.ui.color["board-muted"]
        side: root.ui.px("hint")
    }

    Label {
        objectName: "occupancy"
        ui: root.ui
        anchors.left: people.right
        anchors.leftMargin: root.ui.gap * 0.5
        anchors.right: clock.left
        anchors.rightMargin: root.ui.gap
        anchors.bottom: parent.bottom
        height: Math.round(root.ui.px("hint") * 1.3)
        visible: root.hasOccupancy
        text: root.view.occupancy_text
        color: root.ui.color["board-muted"]
        size: root.ui.px("hint")
    }

    Label {
        id: clock
        objectName: "clock"
        ui: root.ui
        anchors.right: parent.right
        anchors.top: parent.top
        width: Math.ceil(root.ui.px("clock") * 3)
        height: parent.height
        text: root.view.clock
        size: root.ui.px("clock")
        font.weight: Font.Bold
        horizontalAlignment: Text.AlignRight
        Accessible.role: Accessible.Clock
        Accessible.name: root.view.clock_name
    }
}
