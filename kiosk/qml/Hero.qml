import QtQuick

// The newest call. While it is new a second face in the highlight colours wipes over the first: every point of the
// picture is in one set of colours or the other, so the contrast holds in each frame and nothing blinks.
Item {
    id: root

    required property var ui
    required property var view
    readonly property var call: view.hero
    readonly property string callId: call ? call.call_id : ""
    readonly property bool isNew: call ? call.is_new : false
    property real share: 0
    readonly property bool isMoving: share > 0 && share < 1
    readonly property real codeSize: face.codeSize
    readonly property real deskSize: face.deskSize

    onCallIdChanged: if (isNew) show()
    onIsNewChanged: isNew ? show() : hide()
    Component.onCompleted: share = isNew ? 1 : 0

    function show() {
        wipe.stop();
        share = ui.moves ? 0 : 1;
        if (ui.moves)
            wipe.to = 1, wipe.start();
    }

    function hide() {
        wipe.stop();
        if (ui.moves)
            wipe.to = 0, wipe.start();
        else
            share = 0;
    }

    NumberAnimation {
        id: wipe
        target: root
        property: "share"
        duration: root.ui.duration("slow")
        easing.type: Easing.OutCubic
    }

    HeroFace {
        id: face
        anchors.fill: parent
        visible: root.share < 1
        ui: root.ui
        view: root.view
        call: root.call
        color: root.ui.color["board-card"]
        ink: root.ui.color["on-board-card"]
        soft: root.ui.color["on-board-card-muted"]
        border.width: root.ui.outline
        border.color: root.ui.color["board-line"]
    }

    Item {
        anchors.left: parent.left
        width: Math.round(root.width * root.share)
        height: parent.height
        clip: true
        visible: width > 0

        HeroFace {
            anchors.left: parent.left
            width: root.width
            height: root.height
            ui: root.ui
            view: root.view
            call: root.call
            isSpoken: !face.visible
            color: root.ui.color["board-highlight"]
            ink: root.ui.color["on-board-highlight"]
            soft: root.ui.color["on-board-highlight-muted"]
        }
    }
}
